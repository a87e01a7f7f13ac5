//! The channels of the nodes that are others, and of those that follow them.
//!
//! The widths are the least that agree (see [`width`](crate::resolve::width)). Where something that kept a node wide is gone, the
//! node and all that it may have kept wide begin anew from their least widths (as in Gupta, Mumick and Subrahmanian,
//! "Maintaining views incrementally", SIGMOD 1993: what may no longer hold is taken back, and found again from what is left).

use super::Step;
use super::touch::{Look, Touched};
use crate::kind::KindInfo;
use crate::listing::Place;
use crate::model::{Cable, Node};
use crate::resolve::width::{hears, least, output};
use sostenuto_graph::MAX_CHANNELS;
use sostenuto_nodes::Width;
use std::collections::{BTreeMap, BTreeSet};

/// How many other cables are looked at for one that keeps a node as wide as it was.
const TRIED: usize = 8;

impl<'a> Step<'a> {
    /// The channels of all nodes that may have others than before. What is touched is among them.
    pub(super) fn widths(&self, touched: &Touched<'a>) -> BTreeMap<Place, u16> {
        let mut widths: BTreeMap<Place, u16> = BTreeMap::new();
        let mut kept: Vec<(Place, u16)> = Vec::new();
        for look in &touched.nodes {
            let Some(node) = look.node() else { continue };
            match self.old_width_of(look) {
                // It may be wider than before, but no narrower.
                Some(width) if !self.lost_support(look, node, width) => kept.push((look.place, width)),
                _ => self.take_back(look.place, &mut widths),
            }
        }
        for (place, width) in kept {
            widths.entry(place).or_insert(width);
        }
        let mut open: Vec<Place> = Vec::new();
        for place in widths.keys().copied().collect::<Vec<_>>() {
            let Some(is) = self.said.nodes.shared_at(place) else { continue };
            let anew = || self.look(place, self.old.said.nodes.shared_at(place), Some(is), false);
            let other;
            let look = match touched.at(place) {
                Some(look) => look,
                None => {
                    other = anew();
                    &other
                }
            };
            let there = widths.get(&place).copied().unwrap_or(1);
            let known = self.old_width_of(look) == Some(there);
            let cables = look.cables_to_check(!known).into_iter();
            let kind = look.kind.as_deref();
            let width = cables.filter_map(|cable| self.brings((&is.1, kind?), cable, &widths)).max();
            let width = width.unwrap_or(0).max(there);
            widths.insert(place, width);
            if width > there || self.was_of(look) != Some(width) {
                open.push(place);
            }
        }
        while let Some(source) = open.pop() {
            for (follower, width) in self.followed_by(source, &widths) {
                if width > self.width(follower, &widths) {
                    widths.insert(follower, width);
                    open.push(follower);
                }
            }
        }
        widths
    }

    /// The channels that a node had which is still the same by its label and kind.
    fn old_width_of(&self, look: &Look<'a>) -> Option<u16> {
        let (old, new) = (look.same?, look.node()?);
        let there = || self.old.nodes.at(look.place).map(|node| node.layout.channels);
        if old.channels == new.channels { there() } else { None }
    }

    /// The same of the node at a place.
    fn old_width(&self, place: Place) -> Option<u16> {
        let old = self.same_node(place)?;
        let new = self.said.nodes.at(place)?.1;
        (old.channels == new.channels).then(|| self.was(place))?
    }

    fn width(&self, place: Place, widths: &BTreeMap<Place, u16>) -> u16 {
        let node = || self.said.nodes.at(place).map(|(_, node)| least(node));
        let known = widths.get(&place).copied().or_else(|| self.old_width(place));
        known.or_else(node).unwrap_or(1)
    }

    /// How wide a cable makes a node that it comes into; nothing if the node does not follow it.
    fn brings(
        &self,
        (node, kind): (&Node, &KindInfo),
        cable: &Cable,
        widths: &BTreeMap<Place, u16>,
    ) -> Option<u16> {
        if node.channels.is_some() || !hears(kind, &cable.port) {
            return None;
        }
        self.brought(self.source(cable)?, cable, widths)
    }

    /// The same of one that the node follows, whose source is known.
    fn brought(
        &self,
        (source, kind): (Place, &KindInfo),
        cable: &Cable,
        widths: &BTreeMap<Place, u16>,
    ) -> Option<u16> {
        match output(kind, &cable.from.port)? {
            Width::Fixed(n) => Some(n.min(MAX_CHANNELS)),
            Width::Follow => Some(self.width(source, widths)),
        }
    }

    fn source(&self, cable: &Cable) -> Option<(Place, &KindInfo)> {
        let (place, _, node) = self.said.nodes.find(&cable.from.node)?;
        Some((place, self.kind_of(node)?))
    }

    /// Whether a cable is gone or another that may have kept a node as wide as it was, and none is left that surely does.
    fn lost_support(&self, look: &Look<'a>, node: &Node, width: u16) -> bool {
        if look.same.is_none() {
            return true;
        }
        if width <= least(node) {
            return false;
        }
        let gone = look.cables.iter().any(|(_, was, _)| was.is_some());
        if !gone && look.heard.is_empty() {
            return false;
        }
        let follows = |cable: &Cable| {
            node.channels.is_none() && look.kind.as_deref().is_some_and(|kind| hears(kind, &cable.port))
        };
        let keeps = |cable: &Cable| {
            let Some((source, kind)) = self.source(cable).filter(|_| follows(cable)) else { return false };
            let wide = self.brought((source, kind), cable, &BTreeMap::new());
            // What follows must not be kept wide by the node itself.
            wide >= Some(width)
                && (matches!(output(kind, &cable.from.port), Some(Width::Fixed(_)))
                    || (self.old_width(source).is_some() && self.follows_not(source, look.place)))
        };
        !node.cables.iter().take(TRIED).any(keeps)
    }

    /// Whether a node surely does not follow another, even along a way with delays.
    fn follows_not(&self, node: Place, other: Place) -> bool {
        let (mut reached, mut open) = (BTreeSet::from([other]), vec![other]);
        while let Some(place) = open.pop() {
            if place == node || reached.len() > FOLLOWED {
                return false;
            }
            let fed = self.followed_by(place, &BTreeMap::new()).into_iter().map(|(fed, _)| fed);
            open.extend(fed.filter(|fed| reached.insert(*fed)));
        }
        true
    }

    /// The channels that the node of the same label had there, whatever it was.
    fn was(&self, place: Place) -> Option<u16> {
        let same = self.said.nodes.at(place)?.0 == self.old.said.nodes.at(place)?.0;
        self.old.nodes.at(place).filter(|_| same).map(|node| node.layout.channels)
    }

    /// The same of one that is looked at.
    fn was_of(&self, look: &Look<'a>) -> Option<u16> {
        look.was.zip(look.is).filter(|(was, is)| was.0 == is.0)?;
        self.old.nodes.at(look.place).map(|node| node.layout.channels)
    }

    /// Lets a node begin anew, and all that it may have kept as wide as it was.
    fn take_back(&self, place: Place, widths: &mut BTreeMap<Place, u16>) {
        let mut open = vec![place];
        let mut begun = BTreeSet::from([place]);
        while let Some(place) = open.pop() {
            let Some((_, node)) = self.said.nodes.at(place) else { continue };
            widths.insert(place, least(node));
            let Some(was) = self.was(place).filter(|was| *was > 1) else { continue };
            for (follower, _) in self.followed_by(place, &BTreeMap::new()) {
                let least = self.said.nodes.at(follower).map(|(_, node)| least(node));
                let kept = self.old_width(follower) == Some(was) && least < Some(was);
                if kept && begun.insert(follower) {
                    open.push(follower);
                }
            }
        }
    }

    /// The nodes that follow a node, and how wide it makes them.
    fn followed_by(&self, place: Place, widths: &BTreeMap<Place, u16>) -> Vec<(Place, u16)> {
        let nodes = &self.said.nodes;
        let Some((label, _)) = nodes.at(place) else { return Vec::new() };
        let mut followers = Vec::new();
        for listener in self.next.links.listeners(label) {
            let Some((_, node)) = nodes.at(listener) else { continue };
            let Some(kind) = self.kind_of(node) else { continue };
            let theirs = node.cables.from_node(label).map(|(_, cable)| cable);
            let width = theirs.filter_map(|cable| self.brings((node, kind), cable, widths)).max();
            followers.extend(width.map(|width| (listener, width)));
        }
        followers
    }
}

/// How many followers are looked at for a loop.
const FOLLOWED: usize = 64;
