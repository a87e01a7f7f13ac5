//! Where does what a device hears go when its port is exchanged for another? From one block on into the new one.

use sostenuto_device::Feed;
use sostenuto_rt::{Consumer, Producer, TrashCollector, TrashSender, ring, trash};

/// Feeds on their way there and back.
const ROOM: usize = 8;

/// The feeding end of an input's port. `[audio]`
pub(crate) struct Ear {
    feed: Box<Feed>,
    inbox: Consumer<Box<Feed>>,
    spent: TrashSender<Box<Feed>>,
}

/// The control side's hold of an ear.
pub(crate) struct EarRemote {
    feeds: Producer<Box<Feed>>,
    spent: TrashCollector<Box<Feed>>,
}

impl Ear {
    /// An ear with its first port. `[control]`
    pub fn new(feed: Feed) -> (Ear, EarRemote) {
        let (feeds, inbox) = ring(ROOM);
        let (spent, collector) = trash(ROOM);
        (Ear { feed: Box::new(feed), inbox, spent }, EarRemote { feeds, spent: collector })
    }

    /// Passes a block of interleaved frames on, to the port that was sent last.
    pub fn push(&mut self, block: &[f32], now: u64) {
        self.spent.flush();
        while let Some(next) = self.inbox.pop() {
            let was = std::mem::replace(&mut self.feed, next);
            if let Err(full) = self.spent.discard(was) {
                std::mem::forget(full);
            }
        }
        self.feed.push(block, now);
    }
}

impl EarRemote {
    /// Sends another feed to take over; whether there was room for it.
    pub fn exchange(&mut self, feed: Feed) -> bool {
        self.spent.collect();
        self.feeds.push(Box::new(feed)).is_ok()
    }

    /// Frees what came back.
    pub fn collect(&mut self) {
        self.spent.collect();
    }
}
