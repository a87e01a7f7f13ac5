//! What a node shows while it runs, read on any thread without locks.

/// A view into a running node.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Tap {
    /// Levels.
    Meter(crate::meter::Meter),
    /// The latest frames.
    Scope(crate::scope::Scope),
}
