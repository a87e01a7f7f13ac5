//! Text for a terminal: what came from files and devices must not steer it.

/// The longest line that is shown, in characters.
const LONGEST: usize = 240;

/// The text with control characters shown as what they are, and overlong lines cut.
pub fn clean(text: &str) -> String {
    let line = |line: &str| {
        let mut out = String::with_capacity(line.len());
        for (count, c) in line.chars().enumerate() {
            if count == LONGEST {
                out.push('…');
                break;
            }
            match c {
                '\t' => out.push('\t'),
                c if c.is_control() => out.extend(c.escape_default()),
                c => out.push(c),
            }
        }
        out
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// An error and what caused it, on one line; what a cause repeats is left out.
pub fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(clean("a\u{1b}[2Jb\tc\nd"), "a\\u{1b}[2Jb\tc\nd");
        assert_eq!(clean(&"x".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn causes_are_told_once() {
        let error = anyhow::anyhow!("inner").context("outer: inner").context("place");
        assert_eq!(causes(&error), "place: outer: inner");
    }
}
