//! What a node shows while it runs, read on any thread without locks.

/// A view into a running node.
#[derive(Debug)]
#[non_exhaustive]
pub enum Tap {
    /// Levels.
    Meter(crate::output::Meter),
}
