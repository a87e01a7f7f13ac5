//! A number on a straight way: a pure function of the frames since it set out.

/// On its way from one number to another, or at rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    from: f32,
    to: f32,
    step: f32,
    done: u32,
    frames: u32,
}

impl Ramp {
    pub fn hold(at: f32) -> Self {
        Ramp { from: at, to: at, step: 0.0, done: 0, frames: 0 }
    }

    /// From the present number on; at once if it is to take no time.
    pub fn toward(self, to: f32, frames: u32) -> Self {
        match frames {
            0 => Ramp::hold(to),
            _ => Ramp { from: self.now(), to, step: 1.0 / frames as f32, done: 0, frames },
        }
    }

    #[inline(always)]
    pub fn rests(self) -> bool {
        self.done >= self.frames
    }

    /// The frames until it rests.
    #[inline(always)]
    pub fn left(self) -> usize {
        self.frames.saturating_sub(self.done) as usize
    }

    #[inline(always)]
    pub fn now(self) -> f32 {
        self.after(0)
    }

    /// So many frames from here, which are fewer than are left unless it rests.
    #[inline(always)]
    pub fn after(self, frames: u32) -> f32 {
        if self.rests() {
            return self.to;
        }
        self.from + (self.to - self.from) * ((self.done + frames) as f32 * self.step)
    }

    #[inline(always)]
    pub fn advance(&mut self, frames: usize) {
        if self.done < self.frames {
            self.done += (frames as u32).min(self.frames - self.done);
        }
    }
}
