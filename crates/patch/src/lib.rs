//! Patch documents: what they say, what is wrong with them, how they are written, and how one differs from another.
#![forbid(unsafe_code)]

mod apply;
mod catalogue;
mod chain;
mod check;
pub mod command;
mod diff;
mod document;
mod edit;
mod fault;
mod history;
mod limits;
mod merge;
mod model;
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
pub use catalogue::{Catalogue, seed};
pub use chain::chain;
pub use check::check;
pub use diff::diff;
pub use document::Document;
pub use edit::{Edit, Input, NodeSpec, Output, Who};
pub use fault::Fault;
pub use history::{DEFAULT_STEPS, History};
pub use limits::{
    FORMAT, MAX_CABLES, MAX_DEPTH, MAX_DOCUMENT, MAX_LINE, MAX_NAME, MAX_NODES, MAX_PROBLEMS, OUTPUT_KIND,
};
pub use model::{Cable, Drive, Node, ParamValue, Patch, Source};
pub use print::{to_json, to_toml};
pub use problem::{Position, Problem};
pub use quantity::show_value;
pub use read::{Checked, Notation, read};
pub use resolve::{Pins, Resolved, ResolvedCable, ResolvedDrive, ResolvedNode, resolve};
pub use suggest::nearest;
