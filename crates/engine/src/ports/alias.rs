//! Which stream stands for another, when several ports ask for one device by different names?

use super::wire::StreamKey;

/// Which stream stands for another, and which one did before, for as long as that fades out.
#[derive(Clone, Copy)]
pub(super) struct Alias {
    pub now: StreamKey,
    before: StreamKey,
    /// How far the present one has come, from 0 to 1.
    pub level: f32,
    /// Which one is to stand for it after that.
    next: Option<StreamKey>,
}

/// How loud something is on a stream: at first, where that goes to, and by how much in a frame.
pub(super) type Share = (f32, f32, f32);

impl Alias {
    pub fn of(key: StreamKey) -> Self {
        Alias { now: key, before: key, level: 1.0, next: None }
    }

    /// Turns to a stream: at once, or once it has come to the one that it is on the way to, so that nothing jumps.
    pub fn turn(&mut self, to: StreamKey) {
        self.next = None;
        if to == self.now {
        } else if to == self.before {
            // Back to where it came from, it goes on from there.
            *self = Alias { now: to, before: self.now, level: 1.0 - self.level, next: None };
        } else if self.level < 1.0 {
            self.next = Some(to);
        } else {
            *self = Alias { now: to, before: self.now, level: 0.0, next: None };
        }
    }

    /// Comes so much further; whether it is still on the way.
    pub fn come_by(&mut self, by: f32) -> bool {
        self.level = (self.level + by).min(1.0);
        if self.level == 1.0
            && let Some(next) = self.next.take()
        {
            self.turn(next);
        }
        self.level < 1.0
    }

    /// How loud it is on a stream; nothing if it is not heard there.
    pub fn share(&self, stream: StreamKey, slope: f32) -> Option<Share> {
        if self.now == stream {
            Some((self.level, 1.0, slope))
        } else if self.before == stream && self.level < 1.0 {
            Some((1.0 - self.level, 0.0, slope))
        } else {
            None
        }
    }
}

pub(super) fn alias_of(aliases: &[Alias], key: StreamKey) -> Alias {
    aliases.get(key.0 as usize).copied().unwrap_or(Alias::of(key))
}
