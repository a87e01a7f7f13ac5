//! Kernels as nodes, and the one catalogue that describes them.
//!
//! The catalogue is the single source for what a kind of node is called, its ports, parameters, settings and ranges: documents
//! are validated against it, and help, reference pages and bindings are made from it.

#![forbid(unsafe_code)]

mod catalogue;

pub use catalogue::{Bank, Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange, Width};
