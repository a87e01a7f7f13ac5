//! Patch documents: what they say, what is wrong with them, how they are written, and how one differs from another.
//!
//! ```
//! use sostenuto_patch::{Catalogue, chain, command, diff, resolve, to_toml};
//!
//! let catalogue = Catalogue::new(sostenuto_nodes::catalogue());
//! let patch = chain("sine frequency=A2 ! gain gain=-12dB", &catalogue).expect("a good chain").patch;
//! assert!(to_toml(&patch, &catalogue).contains("frequency = 110.0"));
//!
//! let line = command::parse("2.5s set gain.gain -6 over 2s").expect("a good line").expect("not blank");
//! let louder = command::edit(&patch, &catalogue, &line.command).expect("a command that fits");
//! let (before, after) = (resolve(&patch, &catalogue).unwrap(), resolve(&louder, &catalogue).unwrap());
//! assert_eq!(diff(&before, &after)[0].to_string(), "set gain.gain -6 dB (was -12 dB)");
//! ```
//!
//! # The way of a patch
//! A text is taken apart into values with their places, [`read`] into a [`Patch`], and checked against the [`Catalogue`]: what
//! comes out can sound, or every [`Problem`] is told. [`resolve`] settles what the document leaves open (layouts, port numbers,
//! defaults), [`diff`] finds the [`Edit`]s from one resolved patch to the next, and [`apply`] makes them on a patch. A
//! [`Part`] is a kind that the document defines: the catalogue gets it for as long as that patch is looked at, and a node that is
//! of it leads to a [`ResolvedPart`].
//! A patch and a resolved patch are values that share what is alike with those that they were made from ([`Listing`]): a copy is
//! cheap, and [`Resolved::after`], [`command::edit_resolved`], [`diff`] and [`History`] look at what is not shared only.
//! A [`Document`] keeps its text's comments and order while its patch changes. [`chain`] and [`command`] are the short ways
//! to say the same; [`History`] takes it back.
//!
//! # Limits
//! A document has at most [`MAX_DOCUMENT`] bytes, [`MAX_NODES`] nodes and [`MAX_CABLES`] cables; a chain or a command line has
//! at most [`MAX_LINE`] bytes. Each part may have as many nodes and cables; there are at most [`MAX_PARTS`], as deep in each
//! other as the graph allows, and with all instances and voices counted they make at most [`MAX_UNFOLDED`] nodes. Sequences
//! are at most [`MAX_SEQUENCES`], with [`MAX_NOTES`] notes together. What is larger is refused with a problem that names the limit. Time and memory are linear in the
//! size of a document, up to logarithms and the number of kinds, except that a wrong name is compared with up to 4,096 others.
//!
//! # Real-time considerations
//! Everything here allocates and belongs on control threads. Nothing here does I/O, prints, or blocks, and no input panics.

#![forbid(unsafe_code)]

mod apply;
mod catalogue;
mod chain;
mod check;
mod circle;
pub mod command;
mod diff;
mod document;
mod edit;
mod fault;
mod hash;
mod history;
mod kind;
mod layers;
mod limits;
mod listing;
mod merge;
mod model;
mod parts;
mod places;
mod print;
mod problem;
mod quantity;
mod read;
mod resolve;
mod suggest;
mod tree;
mod words;

pub use apply::{Misfit, apply};
pub use catalogue::{Catalogue, seed, seed_within};
pub use chain::chain;
pub use check::check;
pub use diff::diff;
pub use document::Document;
pub use edit::{Edit, Input, NodeSpec, Order, Output, Who};
pub use fault::{BufferFault, Fault, PartFault, SequenceFault};
pub use hash::Keyed;
pub use history::{DEFAULT_STEPS, History};
pub use kind::{BankInfo, KindInfo, ParamInfo, PortInfo};
pub use limits::{
    FORMAT, INLET_KIND, INPUT_KIND, MAX_BEATS, MAX_BUFFERS, MAX_CABLES, MAX_DEPTH, MAX_DEVICE, MAX_DOCUMENT,
    MAX_LINE, MAX_NAME, MAX_NODES, MAX_NOTES, MAX_PARTS, MAX_PROBLEMS, MAX_SEQUENCES, MAX_SPARES,
    MAX_UNFOLDED, MAX_VOICES, NOTE_KIND, OUTLET_KIND, OUTPUT_KIND,
};
pub use listing::{Change, Iter, Listing, Place};
pub use model::{
    BufferSource, Buffers, Cable, Cables, DEFAULT_TEMPO, Drive, Lane, LaneCurve, LanePoint, LaneUnit, Meter,
    Mode, Node, Nodes, ParamValue, Part, PartParam, Patch, Priority, Sequence, Slot, Source, Steal, Step,
    Target, Timekeeper, Transport, Voicing,
};
pub use print::{to_json, to_toml};
pub use problem::{Position, Problem, Scope};
pub use quantity::show_value;
pub use read::{Checked, Load, Loader, Notation, read, read_with};
pub use resolve::{
    Opening, PartParameter, Pins, Resolved, ResolvedCable, ResolvedDrive, ResolvedLane, ResolvedNode,
    ResolvedNodes, ResolvedPart, ResolvedSequence, ResolvedTarget, SequenceNote, Voices, resolve,
};
pub use suggest::nearest;
