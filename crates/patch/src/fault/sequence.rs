//! What can be wrong with sequences, tempo and meter, each with what would be right.

use super::meant;
use crate::limits::{MAX_NOTES, MAX_SEQUENCES};

/// What is wrong with a sequence, or with tempo and meter. The message of each says the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SequenceFault {
    /// A time signature that there is not.
    #[error("`{text}` is not a meter; write how many of which note a bar has: \"4/4\", \"6/8\"")]
    BadMeter {
        /// What was written.
        text: String,
    },
    /// More sequences than a patch may have.
    #[error("the patch has {count} sequences; the most is {MAX_SEQUENCES}")]
    TooMany {
        /// How many it has.
        count: usize,
    },
    /// More notes than a patch may have.
    #[error("the sequences have {count} notes; the most is {MAX_NOTES}")]
    TooManyNotes {
        /// How many they have.
        count: usize,
    },
    /// Two sequences with one name.
    #[error("there are two sequences `{name}`; give one of them another name")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A sequence that does not say who plays it.
    #[error("the sequence does not say what plays it; write to = \"NODE\"")]
    NoPlayer,
    /// A sequence for a node that is not there.
    #[error("there is no node `{node}` to play it{}", meant(.suggestion))]
    UnknownPlayer {
        /// The node that was named.
        node: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A sequence for a node that plays no notes.
    #[error("node `{node}` ({kind}) plays no notes; name a node whose kind is a part with voices")]
    NotAnInstrument {
        /// The node.
        node: String,
        /// Its kind.
        kind: String,
    },
    /// No steps at all.
    #[error("the sequence has no steps; write for example steps = [{{ pitch = \"C4\" }}]")]
    NoSteps,
    /// Notes and a course at once.
    #[error("a sequence has steps for an instrument, or points for a parameter, not both")]
    StepsAndPoints,
    /// No points at all.
    #[error("the sequence has no points; write for example points = [{{ at = 0, value = 1 }}]")]
    NoPoints,
    /// Points without a parameter.
    #[error("`{to}` is no parameter; points are for one: write to = \"NODE.PARAM\"")]
    NoParameter {
        /// What was written.
        to: String,
    },
    /// A setting, which is fixed.
    #[error("`{name}` is a setting, which stays as it is while a node sounds; points are for parameters")]
    Setting {
        /// Its name.
        name: String,
    },
    /// A parameter that another sequence moves.
    #[error(
        "the parameter follows the points of sequence `{by}` already; put them together, or take one away"
    )]
    Taken {
        /// The name of the other.
        by: String,
    },
    /// A unit that there is not.
    #[error("there are no points in `{text}`; choose beats, seconds or frames")]
    BadUnit {
        /// What was written.
        text: String,
    },
    /// A curve that there is not.
    #[error("`{text}` is no curve; choose step, linear, exponential, or a bend above -1 and below 1")]
    BadCurve {
        /// What was written.
        text: String,
    },
    /// A point before the one before it.
    #[error("the point is at {at}, before the one before it, at {before}; put points in their order")]
    Backwards {
        /// Where it is.
        at: f64,
        /// Where the one before is.
        before: f64,
    },
    /// A point that is never reached.
    #[error("the point is at {at}, but the sequence ends at {length}; give it another length")]
    PointBeyond {
        /// Where it is.
        at: f64,
        /// How long the sequence is.
        length: f64,
    },
    /// Points that begin again, and are no length of time.
    #[error(
        "a sequence of {length} {unit} cannot begin again; give it a length of {least} or more, or loop = false"
    )]
    TooShort {
        /// How long it is.
        length: f64,
        /// In what.
        unit: &'static str,
        /// The shortest.
        least: f64,
    },
    /// A step that is never reached.
    #[error("the step is at beat {at}, but the sequence ends at beat {length}; give it another length")]
    Beyond {
        /// Where it is.
        at: f64,
        /// How many beats the sequence lasts.
        length: f64,
    },
}
