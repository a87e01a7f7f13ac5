//! Which known name was probably meant.

use crate::limits::{MAX_COMPARED, MAX_NAME};

/// The known name nearest to `typed`, if it is near: at most a third of the letters differ, and at most three.
pub fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let letters: Vec<char> = typed.chars().flat_map(char::to_lowercase).collect();
    if letters.is_empty() || letters.len() > MAX_NAME {
        return None;
    }
    let allowed = letters.len().div_ceil(3).min(3).min(letters.len() - 1);
    known
        .into_iter()
        .take(MAX_COMPARED)
        .filter(|name| name.len().abs_diff(typed.len()) <= 2 * allowed)
        .map(|name| (distance(&letters, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.to_owned())
}

/// How many insertions, deletions, replacements and swaps of neighbours lie between the two (Damerau's distance in its
/// restricted form: Boytsov, "Indexing methods for approximate dictionary searching", ACM JEA 16, 2011).
fn distance(typed: &[char], name: &str) -> usize {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let mut before_last = vec![0; name.len() + 1];
    let mut last: Vec<usize> = (0..=name.len()).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut row = vec![i + 1; name.len() + 1];
        for (j, b) in name.iter().enumerate() {
            row[j + 1] = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == name[j - 1] && typed[i - 1] == *b {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[name.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_slips_of_the_finger_and_nothing_else() {
        let known = ["cutoff", "q", "gain", "frequency", "lowpass"];
        for (typed, meant) in [
            ("cutof", Some("cutoff")),
            ("ctuoff", Some("cutoff")),
            ("Gain", Some("gain")),
            ("frequnecy", Some("frequency")),
            ("low_pass", Some("lowpass")),
            ("resonance", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known).as_deref(), meant, "{typed}");
        }
    }
}
