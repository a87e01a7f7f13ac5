//! What does a device play when its port is exchanged for another? The old one until the new one is ready, then the new one, with a crossfade.

use sostenuto_device::{Drain, PortState, Tie};
use sostenuto_rt::{Consumer, Gauge, Producer, TrashCollector, TrashSender, ring, trash};
use std::sync::Arc;

/// A crossfade takes so many seconds.
pub(crate) const CROSSFADE: f64 = 0.005;
/// Frames that there is room for at least. A block is mixed as a whole: each port is to see the callbacks as they come, for it measures the clock by them.
const ROOM_FRAMES: usize = 8192;
/// Drains on their way there and back.
const ROOM: usize = 8;

/// The draining end of an output's port, or of two while one takes over from the other. `[audio]`
pub(crate) struct Mouth {
    channels: usize,
    now: Box<Drain>,
    next: Option<Box<Drain>>,
    /// Frames that the next one has played unheard, while what it held was not whole yet.
    unheard: usize,
    /// Frames of the crossfade that are done, and all of them.
    faded: usize,
    fade: usize,
    piece: Box<[f32]>,
    inbox: Consumer<Box<Drain>>,
    spent: TrashSender<Box<Drain>>,
    exchanged: Arc<Gauge<u64>>,
}

/// The control side's hold of a mouth.
pub(crate) struct MouthRemote {
    drains: Producer<Box<Drain>>,
    spent: TrashCollector<Box<Drain>>,
    exchanged: Arc<Gauge<u64>>,
    sent: u64,
}

impl Mouth {
    /// A mouth for a device of so many channels, frames per second, and frames in a block. `[control]`
    pub fn new(drain: Drain, channels: u16, rate: u32, block: u32) -> (Mouth, MouthRemote) {
        let (drains, inbox) = ring(ROOM);
        let (spent, collector) = trash(ROOM);
        let exchanged = Arc::new(Gauge::new(0));
        let channels = usize::from(channels.max(1));
        let mouth = Mouth {
            channels,
            now: Box::new(drain),
            next: None,
            unheard: 0,
            faded: 0,
            fade: ((f64::from(rate) * CROSSFADE) as usize).max(1),
            piece: vec![0.0; (block as usize * 2).max(ROOM_FRAMES) * channels].into(),
            inbox,
            spent,
            exchanged: exchanged.clone(),
        };
        (mouth, MouthRemote { drains, spent: collector, exchanged, sent: 0 })
    }

    /// How many frames, and at what rate, the engine has to render before so many can be played by a port whose two ends are on one clock; nothing if there is none.
    pub fn wants(&self, frames: usize) -> Option<(usize, f64)> {
        // One that is on its way out is not asked: what it holds may be as old as it likes.
        let same = self.next.as_deref().unwrap_or(&self.now);
        let same = Some(same).filter(|drain| drain.tie() == Tie::Same)?;
        Some((same.needs(frames).saturating_sub(same.held()), same.from_rate()))
    }

    /// Channels of the device.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Takes over a new drain, if one was sent. To be called before [`wants`](Self::wants).
    pub fn listen(&mut self) {
        self.spent.flush();
        if self.next.is_none() {
            self.next = self.inbox.pop();
            (self.unheard, self.faded) = (0, 0);
        }
    }

    /// Fills a block of interleaved frames.
    pub fn fill(&mut self, block: &mut [f32], now: u64) {
        self.now.fill(block, now);
        let Some(next) = &mut self.next else { return };
        // Until it plays, it is drained for its clocks to be measured.
        for part in block.chunks_mut(self.piece.len()) {
            let Some(piece) = self.piece.get_mut(..part.len()) else { return };
            next.fill(piece, now);
            if next.state() == PortState::Priming && self.faded == 0 {
                continue;
            }
            // A converter of rates begins in the middle of the sound, with a step that it hears as one.
            if self.unheard < next.begins_after() {
                self.unheard += part.len() / self.channels;
                continue;
            }
            for (to, from) in part.chunks_exact_mut(self.channels).zip(piece.chunks_exact(self.channels)) {
                self.faded = (self.faded + 1).min(self.fade);
                let gain = self.faded as f32 / self.fade as f32;
                to.iter_mut().zip(from).for_each(|(to, from)| *to += (*from - *to) * gain);
            }
        }
        if self.faded >= self.fade
            && let Some(next) = self.next.take()
        {
            let was = std::mem::replace(&mut self.now, next);
            if let Err(full) = self.spent.discard(was) {
                std::mem::forget(full);
            }
            self.exchanged.add(1);
        }
    }
}

impl MouthRemote {
    /// Sends another drain to take over; whether there was room for it.
    pub fn exchange(&mut self, drain: Drain) -> bool {
        self.collect();
        let sent = self.drains.push(Box::new(drain)).is_ok();
        self.sent += u64::from(sent);
        sent
    }

    /// Whether the one that was sent last plays.
    pub fn is_settled(&self) -> bool {
        self.exchanged.get() == self.sent
    }

    /// Frees what came back.
    pub fn collect(&mut self) {
        self.spent.collect();
    }
}
