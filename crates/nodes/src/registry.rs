//! The list of all kinds, and how each is built.

use crate::catalogue::{Kind, Layout};
use crate::slots::SlotDesk;
use crate::tap::Tap;
use sostenuto_graph::Processor;

/// A node, ready to be added to a graph, and what it shows while it runs.
pub struct Built {
    /// The node.
    pub processor: Box<dyn Processor>,
    /// Where its meter or scope is read; `None` for nodes that show nothing.
    pub tap: Option<Tap>,
    /// The way to its slots, if it plays recordings from slots.
    pub slots: Option<SlotDesk>,
}

/// One kind and its builder, as the module of the kind gives it.
pub(crate) struct Listing {
    pub kind: Kind,
    pub build: fn(&'static Kind, Layout) -> Built,
}

/// Every kind, by group and then as its module lists it.
static LISTINGS: &[&[Listing]] = &[
    crate::sine::KINDS,
    crate::oscillator::KINDS,
    crate::noise::KINDS,
    crate::impulse::KINDS,
    crate::player::KINDS,
    crate::stretch::KINDS,
    crate::metronome::KINDS,
    crate::stream::KINDS,
    crate::feed::KINDS,
    crate::sampler::KINDS,
    crate::constant::KINDS,
    crate::lfo::KINDS,
    crate::envelope::KINDS,
    crate::note::KINDS,
    crate::hold::KINDS,
    crate::gain::KINDS,
    crate::stereo::KINDS,
    crate::mixer::KINDS,
    crate::crossfade::KINDS,
    crate::biquad::KINDS,
    crate::svf::KINDS,
    crate::onepole::KINDS,
    crate::delay::KINDS,
    crate::echo::KINDS,
    crate::chorus::KINDS,
    crate::reverb::KINDS,
    crate::looper::KINDS,
    crate::compressor::KINDS,
    crate::limiter::KINDS,
    crate::saturate::KINDS,
    crate::arithmetic::KINDS,
    crate::meter::KINDS,
    crate::scope::KINDS,
    crate::output::KINDS,
    crate::part::KINDS,
];

/// Every kind of node there is.
pub fn catalogue() -> impl Iterator<Item = &'static Kind> {
    LISTINGS.iter().flat_map(|list| list.iter()).map(|listing| &listing.kind)
}

/// The kind of a name.
pub fn find(name: &str) -> Option<&'static Kind> {
    catalogue().find(|kind| kind.name == name)
}

/// Builds a node. `[control]`; `None` if there is no such kind.
pub fn build(name: &str, layout: Layout) -> Option<Built> {
    let listing = LISTINGS.iter().flat_map(|list| list.iter()).find(|listing| listing.kind.name == name)?;
    Some((listing.build)(&listing.kind, layout))
}
