//! Where the marks of an axis stand, and what is written at them.

/// The step of 1, 2 or 5 times a power of ten that divides `range` into at most `most` parts.
pub(super) fn round_step(range: f64, most: f64) -> f64 {
    let rough = range / most.max(1.0);
    let power = 10f64.powf(rough.log10().floor());
    // A hair of room, so that a step that just fits is not lost to rounding.
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * power)
        .find(|step| *step >= rough * 0.999_999)
        .unwrap_or(10.0 * power)
}

/// Marks from 0 to `length` seconds, at most `most` of them, each with its label.
pub(super) fn times(length: f64, most: f64) -> Vec<(f64, String)> {
    let step = round_step(length, most);
    let count = (length / step * 1.000_001).floor() as u32;
    (0..=count).map(|n| f64::from(n) * step).map(|time| (time, duration(time))).collect()
}

/// Frequencies between `low` and `high` at which a mark stands: 1, 2 and 5 in each decade.
pub(super) fn frequencies(low: f64, high: f64) -> impl Iterator<Item = f64> {
    (0..10)
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|n| n * 10f64.powi(decade)))
        .filter(move |hz| (low..=high).contains(hz))
}

/// `20`, `500`, `2k`, `10k`.
pub(super) fn hertz(value: f64) -> String {
    if value >= 1e3 { format!("{}k", decimal(value / 1e3)) } else { decimal(value) }
}

/// `0`, `250 ms`, `1.5 s`, `2:05 min`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds == 0.0 {
        "0".to_owned()
    } else if seconds < 1e-3 {
        format!("{} us", decimal(seconds * 1e6))
    } else if seconds < 1.0 {
        format!("{} ms", decimal(seconds * 1e3))
    } else if seconds < 120.0 {
        format!("{} s", decimal(seconds))
    } else {
        let whole = seconds.round();
        format!("{}:{:02} min", (whole / 60.0).floor(), whole % 60.0)
    }
}

/// `value` with three decimals at most and no zeros at the end.
pub(super) fn decimal(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_not_too_many() {
        for (range, most, step) in
            [(10.0, 10.0, 1.0), (10.0, 9.0, 2.0), (0.03, 8.0, 0.005), (7200.0, 8.0, 1000.0)]
        {
            assert!((round_step(range, most) / step - 1.0).abs() < 1e-9, "{range} in {most}");
        }
    }

    #[test]
    fn marks_cover_the_length() {
        let marks = times(2.0, 10.0);
        assert_eq!(marks.len(), 11);
        assert_eq!(marks[1].1, "200 ms");
        assert_eq!(marks[10].1, "2 s");
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(
            frequencies(20.0, 24e3).map(hertz).collect::<Vec<_>>().join(" "),
            "20 50 100 200 500 1k 2k 5k 10k 20k"
        );
        for (seconds, label) in
            [(0.0, "0"), (0.000_25, "250 us"), (0.25, "250 ms"), (1.5, "1.5 s"), (125.0, "2:05 min")]
        {
            assert_eq!(duration(seconds), label);
        }
    }
}
