//! How do streams from the disk fare, and what programs feed? What comes late, or cannot be read, is told.

use super::Conductor;
use crate::notice::Notice;
use crate::stage::Changes;
use sostenuto_graph::NodeId;
use sostenuto_nodes::{Feed, Fortunes, StreamTap, Tap};

/// A stream that plays, and how it fared when that was last told.
#[derive(Debug)]
pub(super) struct Watched {
    node: NodeId,
    tap: StreamTap,
    told: Fortunes,
}

/// A node that a program feeds, and how many under-runs were told.
#[derive(Debug)]
pub(super) struct Fed {
    node: NodeId,
    feed: Feed,
    told: u64,
}

impl Conductor {
    /// Notes the streams and feeds among the nodes of a batch.
    pub(super) fn watch_streams(&mut self, changes: &Changes) {
        for (_, place) in changes.added.values().flat_map(|nodes| nodes.places()) {
            let node = place.node;
            match &place.tap {
                Some(Tap::Stream(tap)) => {
                    self.watched.push(Watched { node, tap: tap.clone(), told: Fortunes::default() });
                }
                Some(Tap::Feed(feed)) => self.fed.push(Fed { node, feed: feed.clone(), told: 0 }),
                _ => {}
            }
        }
    }

    /// Tells which programs were late since the last time. Feeds that are gone are forgotten.
    pub(super) fn tell_feeds(&mut self, notices: &mut Vec<Notice>) {
        let stage = &self.stage;
        self.fed.retain_mut(|Fed { node, feed, told }| {
            let Some(label) = stage.label(*node) else { return false };
            let (underruns, silent) = (feed.underruns(), feed.silent());
            if underruns > *told {
                notices.push(Notice::Unfed { node: label, underruns: underruns - *told, silent });
            }
            *told = underruns;
            true
        });
    }

    /// Tells what came late since the last time. Streams that are gone are forgotten.
    pub(super) fn tell_streams(&mut self, notices: &mut Vec<Notice>) {
        let stage = &self.stage;
        self.watched.retain_mut(|Watched { node, tap, told }| {
            let Some(label) = stage.label(*node) else { return false };
            let now = tap.progress.fortunes();
            let why = (now.unreadable > told.unreadable)
                .then(|| tap.footage.as_ref().and_then(|footage| footage.0.take_trouble()))
                .flatten();
            // What cannot be read is told once, and again when it has another reason.
            let is_news = now.unreadable > told.unreadable && (told.unreadable == 0 || why.is_some());
            if now.underruns > told.underruns || is_news {
                notices.push(Notice::Starved {
                    node: label,
                    underruns: now.underruns - told.underruns,
                    lost: now.lost,
                    unreadable: now.unreadable - told.unreadable,
                    why,
                });
            }
            *told = now;
            true
        });
    }
}
