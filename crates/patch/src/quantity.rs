//! The values that a parameter or a setting takes, from what was written to a number and back.

use crate::fault::Fault;
use crate::kind::ParamInfo;
use crate::limits::{MAX_BEATS, MAX_FRAMES, MAX_SPARES, MAX_VOICES};
use crate::model::{Mode, Priority, Steal};
use crate::suggest::nearest;
use crate::tree::Value;
use sostenuto_nodes::{SettingInfo, SettingRange};
use sostenuto_units::{Pitch, Unit};

/// What values a name takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quantity {
    unit: Unit,
    min: f64,
    max: f64,
    whole: bool,
    choices: &'static [&'static str],
}

impl Quantity {
    pub fn of_param(info: &ParamInfo) -> Self {
        let (min, max) = (f64::from(info.min), f64::from(info.max));
        Quantity { unit: info.unit, min, max, whole: !info.choices.is_empty(), choices: info.choices }
    }

    pub fn of_setting(info: &SettingInfo) -> Self {
        let (min, max) = info.limits();
        let (unit, whole, choices): (_, _, &'static [&'static str]) = match info.range {
            SettingRange::Number { unit, .. } => (unit, false, &[]),
            SettingRange::Whole { .. } => (Unit::None, true, &[]),
            SettingRange::Choice(names) => (Unit::None, true, names),
        };
        Quantity { unit, min, max, whole, choices }
    }

    /// The gain of a cable: from silence to what no sensible patch needs.
    pub const GAIN: Quantity =
        Quantity { unit: Unit::Decibels, min: -120.0, max: 60.0, whole: false, choices: &[] };

    /// What tempo a document gives.
    pub const TEMPO: Quantity = Quantity::number(Unit::BeatsPerMinute, 1.0, 1000.0);
    /// The beat at which a step begins.
    pub const BEAT: Quantity = Quantity::number(Unit::Beats, 0.0, MAX_BEATS);
    /// How many beats a step or a sequence lasts: from a 1024th of one, which at 1000 beats a minute is three frames at 48 kHz.
    pub const BEATS: Quantity = Quantity::number(Unit::Beats, 1.0 / 1024.0, MAX_BEATS);
    /// The place of a point, in the unit of its lane: in beats or seconds.
    pub const PLACE: Quantity = Quantity::number(Unit::None, 0.0, MAX_BEATS);
    /// The same in frames.
    pub const FRAME: Quantity = Quantity::number(Unit::None, 0.0, MAX_FRAMES);
    /// Any value, where it is not known of which parameter.
    pub const ANY: Quantity = Quantity::number(Unit::None, f32::MIN as f64, f32::MAX as f64);
    /// How a line is bent.
    pub const BEND: Quantity = Quantity::number(Unit::None, -0.999, 0.999);
    /// A pitch in semitones, as far as a note goes.
    pub const PITCH: Quantity = Quantity::number(Unit::Note, 0.0, 127.99);
    /// How hard a note is struck.
    pub const VELOCITY: Quantity = Quantity::number(Unit::Ratio, 0.0, 1.0);

    const fn number(unit: Unit, min: f64, max: f64) -> Quantity {
        Quantity { unit, min, max, whole: false, choices: &[] }
    }

    const fn one_of(names: &'static [&'static str]) -> Quantity {
        let max = names.len() as f64 - 1.0;
        Quantity { unit: Unit::None, min: 0.0, max, whole: true, choices: names }
    }

    /// What a part says of its voices, by key, in the order in which it is printed.
    pub const VOICING: [(&str, Quantity); 7] = [
        ("voices", Quantity { whole: true, ..Quantity::number(Unit::None, 1.0, MAX_VOICES as f64) }),
        ("spares", Quantity { whole: true, ..Quantity::number(Unit::None, 0.0, MAX_SPARES as f64) }),
        ("mode", Quantity::one_of(Mode::NAMES)),
        ("steal", Quantity::one_of(Steal::NAMES)),
        ("priority", Quantity::one_of(Priority::NAMES)),
        ("glide", Quantity::number(Unit::Milliseconds, 0.0, 10_000.0)),
        ("fade", Quantity::number(Unit::Milliseconds, 0.0, 1000.0)),
    ];

    /// A depth in the same unit: any finite number.
    pub fn depth(self) -> Self {
        Quantity { min: f64::from(f32::MIN), max: f64::from(f32::MAX), whole: false, choices: &[], ..self }
    }

    /// The number that a value of a document stands for, if it is in the range.
    pub fn read(&self, value: &Value) -> Result<f64, Fault> {
        let number = match value {
            Value::Number(number) => *number,
            Value::Count(number) => *number as f64,
            Value::Bool(flag) if self.is_switch() => f64::from(u8::from(*flag)),
            Value::Text(text) => self.parse(text)?,
            other => return Err(Fault::WrongType { expected: self.noun(), found: other.noun() }),
        };
        self.check(number)?;
        Ok(number)
    }

    /// Whether the number is one of the values.
    pub fn check(&self, number: f64) -> Result<(), Fault> {
        if !number.is_finite() {
            return Err(Fault::NotFinite { value: number });
        }
        // Ranges of parameters are single precision: so is what is compared with them.
        let single = f64::from(number as f32);
        let inside = |n: f64| n >= self.min && n <= self.max;
        if !inside(number) && !inside(single) {
            return Err(match self.choices {
                [] => self.out_of_range(number),
                choices => Fault::UnknownChoice { choice: number.to_string(), choices, suggestion: None },
            });
        }
        if self.whole && number.fract() != 0.0 {
            return Err(Fault::NotWhole { value: number, min: self.min, max: self.max });
        }
        Ok(())
    }

    fn out_of_range(&self, number: f64) -> Fault {
        Fault::OutOfRange { value: self.show(number), min: self.show(self.min), max: self.show(self.max) }
    }

    fn parse(&self, text: &str) -> Result<f64, Fault> {
        if let Some(place) = self.choices.iter().position(|c| *c == text) {
            return Ok(place as f64);
        }
        if self.is_switch() {
            match text {
                "on" | "true" | "yes" => return Ok(1.0),
                "off" | "false" | "no" => return Ok(0.0),
                _ => {}
            }
        }
        let number = match self.unit {
            Unit::Note => text.parse().map(|Pitch(semitones)| semitones),
            unit => unit.parse(text),
        };
        match number {
            Ok(number) => Ok(number),
            Err(_) if !self.choices.is_empty() => Err(Fault::UnknownChoice {
                choice: text.to_owned(),
                choices: self.choices,
                suggestion: nearest(text, self.choices.iter().copied()),
            }),
            Err(why) => Err(Fault::BadValue { why }),
        }
    }

    fn is_switch(&self) -> bool {
        self.unit == Unit::None && self.min == 0.0 && self.max == 1.0 && self.choices.len() != 1
    }

    fn noun(&self) -> &'static str {
        if self.choices.is_empty() {
            "a number, or text with a unit,"
        } else {
            "the name or number of a choice"
        }
    }

    /// The value for people: `2.5 kHz`, `triangle`.
    pub fn show(&self, value: f64) -> String {
        match self.choice(value) {
            Some(name) => name.to_owned(),
            None => self.unit.format(value),
        }
    }

    /// The value as documents have it: the name of a choice, else the bare number, which keeps every bit.
    pub fn write(&self, value: f64) -> Value {
        match self.choice(value) {
            Some(name) => Value::from(name),
            None if self.whole && value.fract() == 0.0 => Value::Count(value as i64),
            None => Value::Number(value),
        }
    }

    fn choice(&self, value: f64) -> Option<&'static str> {
        (value >= 0.0 && value.fract() == 0.0).then(|| self.choices.get(value as usize).copied()).flatten()
    }

    /// What can be chosen; empty if it is not a choice.
    pub fn choices(&self) -> &'static [&'static str] {
        self.choices
    }

    /// The range for people.
    pub fn range(&self) -> String {
        format!("{} to {}", self.show(self.min), self.show(self.max))
    }
}

/// The value of a parameter for people: `2.5 kHz`, `triangle`.
pub fn show_value(info: &ParamInfo, value: f32) -> String {
    Quantity::of_param(info).show(f64::from(value))
}
