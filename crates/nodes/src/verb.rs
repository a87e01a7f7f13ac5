//! What nodes of a kind can be told beyond their parameters, in words that any front end can use.

use sostenuto_graph::Message;
use sostenuto_units::Unit;

/// Something that nodes of a kind can be told. Its place in the kind's list is its number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verb {
    /// Its name.
    pub name: &'static str,
    /// What it names of several, as a slot: from 0 on in messages, from 1 on for people; and the setting that says how many there are.
    /// `None` if there is nothing to name.
    pub place: Option<(&'static str, &'static str)>,
    /// Whether it is about something with a name of its own, or gives one.
    pub names: Naming,
    /// Up to four numbers; or up to two whole ones.
    pub values: &'static [ValueInfo],
    /// One line on what it does.
    pub summary: &'static str,
}

/// What a verb does with names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Nothing.
    None,
    /// Gives one to what begins.
    Gives,
    /// Is about what has it; 0 stands for whatever is at the place.
    Takes,
}

/// A number that comes with a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueInfo {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The lowest value.
    pub min: f64,
    /// The highest value.
    pub max: f64,
    /// The value if none is given.
    pub default: f64,
    /// Whether it is a whole number, exact to 2^53: then all of its verb are.
    pub whole: bool,
    /// One line on what it does.
    pub summary: &'static str,
}

/// Why a message cannot be said.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum VerbError {
    /// No such verb.
    Unknown {
        /// The name asked for.
        verb: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// No such value.
    NoValue {
        /// The verb.
        verb: &'static str,
        /// The name asked for.
        name: String,
        /// Those that it has.
        known: Vec<&'static str>,
    },
    /// A value out of its range, or not a number, or not whole.
    Range {
        /// The value.
        name: &'static str,
        /// As given.
        value: f64,
        /// Its range.
        min: f64,
        /// See `min`.
        max: f64,
        /// Whether it is to be whole.
        whole: bool,
    },
    /// A place that is not there.
    Place {
        /// What it counts.
        what: &'static str,
        /// As given, from 1.
        place: u64,
        /// How many there are.
        count: usize,
    },
}

impl core::fmt::Display for VerbError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            VerbError::Unknown { verb, known } if known.is_empty() => {
                write!(f, "`{verb}`: it cannot be told anything")
            }
            VerbError::Unknown { verb, known } => {
                write!(f, "it does not know `{verb}`: tell it {}", known.join(", "))
            }
            VerbError::NoValue { verb, name, known } if known.is_empty() => {
                write!(f, "`{verb}` takes no `{name}`, nor any other value")
            }
            VerbError::NoValue { verb, name, known } => {
                write!(f, "`{verb}` takes no `{name}`: give {}", known.join(", "))
            }
            VerbError::Range { name, value, min, max, whole } => {
                let number = if *whole { "a whole number" } else { "a number" };
                write!(f, "{name} is {value}: give {number} from {min} to {max}")
            }
            VerbError::Place { what, place, count } => {
                write!(f, "there is no {what} {place}: give one from 1 to {count}")
            }
        }
    }
}

impl core::error::Error for VerbError {}

/// The message that says a verb, with its place from 1 and the values that are not to be as usual. `[control]`
///
/// # Errors
/// What of it does not fit; each error names the range.
pub fn say(
    verbs: &'static [Verb],
    name: &str,
    (place, places): (u64, usize),
    id: u32,
    values: &[(&str, f64)],
) -> Result<Message, VerbError> {
    let Some(number) = verbs.iter().position(|verb| verb.name == name) else {
        return Err(VerbError::Unknown { verb: name.into(), known: verbs.iter().map(|v| v.name).collect() });
    };
    let verb = &verbs[number];
    let place = match verb.place {
        // What has a name needs no place.
        Some(_) if place == 0 && verb.names == Naming::Takes && id != 0 => 0,
        Some((what, _)) if place == 0 || place > places as u64 => {
            return Err(VerbError::Place { what, place, count: places });
        }
        Some(_) => place as u16 - 1,
        None => 0,
    };
    let mut numbers: [f64; 4] = std::array::from_fn(|i| verb.values.get(i).map_or(0.0, |v| v.default));
    for (name, value) in values {
        let Some(at) = verb.values.iter().position(|info| info.name == *name) else {
            let known = verb.values.iter().map(|info| info.name).collect();
            return Err(VerbError::NoValue { verb: verb.name, name: (*name).into(), known });
        };
        let ValueInfo { name, min, max, whole, .. } = verb.values[at];
        if !(min..=max).contains(value) || whole && value.fract() != 0.0 {
            return Err(VerbError::Range { name, value: *value, min, max, whole });
        }
        numbers[at] = *value;
    }
    let message = Message::new(number as u16, place, id);
    Ok(match verb.values.first().is_some_and(|info| info.whole) {
        true => message.with_frames([numbers[0] as u64, numbers[1] as u64]),
        false => message.with_values(numbers.map(|value| value as f32)),
    })
}
