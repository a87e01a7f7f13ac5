//! Does a way lead from one node to another that no delay is on?

use super::Step;
use crate::listing::Place;
use crate::model::Patch;
use std::collections::BTreeSet;

/// Beyond so many cables, all loops of the patch are as well looked for at once.
const MOST_STEPS: usize = 1 << 16;

/// One end of a search: the nodes that were reached, and the cables that lead on.
struct Search<'a> {
    reached: BTreeSet<Place>,
    open: Vec<Box<dyn Iterator<Item = Place> + 'a>>,
}

impl<'a> Search<'a> {
    fn from(start: Place, on: impl Fn(Place) -> Box<dyn Iterator<Item = Place> + 'a>) -> Self {
        Search { reached: BTreeSet::from([start]), open: vec![on(start)] }
    }

    /// Goes one cable further; a node that is new, or nothing. `None` if there are no more.
    fn step(&mut self, on: impl Fn(Place) -> Box<dyn Iterator<Item = Place> + 'a>) -> Option<Option<Place>> {
        let cables = self.open.last_mut()?;
        let Some(next) = cables.next() else {
            self.open.pop();
            return Some(None);
        };
        if !self.reached.insert(next) {
            return Some(None);
        }
        self.open.push(on(next));
        Some(Some(next))
    }
}

impl Step<'_> {
    /// Whether a way without a delay leads from one node to another. Both ends are searched from in turn, so that it costs twice
    /// what the one of them costs from which less is to be seen. Nothing if that is too much.
    pub(super) fn leads(&self, from: Place, to: Place, steps: &mut usize) -> Option<bool> {
        let (on, back) = (|place| self.followers(place), |place| self.feeders(place));
        let mut forward = Search::from(from, on);
        let mut backward = Search::from(to, back);
        loop {
            *steps += 1;
            if *steps > MOST_STEPS {
                return None;
            }
            match forward.step(on) {
                None => return Some(false),
                Some(Some(place)) if place == to => return Some(true),
                Some(_) => {}
            }
            match backward.step(back) {
                None => return Some(false),
                Some(Some(place)) if place == from => return Some(true),
                Some(_) => {}
            }
        }
    }

    /// The nodes that a node feeds, where it counts for loops.
    fn followers(&self, place: Place) -> Box<dyn Iterator<Item = Place> + '_> {
        let Some((label, _)) = self.said.nodes.at(place) else { return Box::new(std::iter::empty()) };
        let fed = move |listener: &Place| {
            let nodes = &self.said.nodes;
            nodes.at(*listener).is_some_and(|(_, node)| super::touch::hears(node, label))
                && self.carries(place, *listener)
        };
        Box::new(self.next.links.listeners(label).filter(fed))
    }

    /// The nodes that feed a node, where it counts for loops.
    fn feeders(&self, place: Place) -> Box<dyn Iterator<Item = Place> + '_> {
        let nodes = &self.said.nodes;
        let Some((_, node)) = nodes.at(place) else { return Box::new(std::iter::empty()) };
        let sources = Patch::sources(node).filter_map(|source| nodes.place(&source.node));
        Box::new(sources.filter(move |source| self.carries(*source, place)))
    }

    /// Whether a cable between two nodes could be part of a loop without a delay.
    pub(super) fn carries(&self, from: Place, to: Place) -> bool {
        let kind = |place| self.said.nodes.at(place).and_then(|(_, node)| self.kind_of(node));
        let (Some(source), Some(sink)) = (kind(from), kind(to)) else { return false };
        from != to && !source.delays && !sink.delays && !source.outputs.is_empty()
    }
}
