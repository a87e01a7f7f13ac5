//! A loop that is recorded, played, and added to, layer by layer.

/// What a looper is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooperOrder {
    /// Begins a new loop, or, while one is recorded, closes it and plays it.
    Record,
    /// Adds what comes in to the loop from now on, as a layer of its own, or no longer. Closes a loop that is recorded, and begins one where there is none.
    Overdub,
    /// Plays, from the beginning of the loop if it stood. Closes a loop that is recorded; ends an overdub.
    Play,
    /// Stands still.
    Stop,
    /// Takes the last layer away; the first is the whole loop.
    Undo,
    /// Takes all away.
    Clear,
    /// Makes the loop so many times as long, 2 to 64: what is in it is heard so many times, and layers to come are that long.
    Multiply(u32),
}

/// What a looper does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooperState {
    /// There is no loop.
    Empty,
    /// One is recorded.
    Recording,
    /// It is played.
    Playing,
    /// It is played, and what comes in is added.
    Overdubbing,
    /// It stands.
    Stopped,
}

/// One layer: frames of all channels, of which only those that were passed since it began are there.
#[derive(Debug)]
struct Layer {
    samples: Box<[f32]>,
    frames: usize,
    place: usize,
    /// Where it began, and how many frames from there on were passed.
    from: usize,
    passed: usize,
    /// What comes in is added: how many frames of the fade are done.
    adding: bool,
    punch: usize,
    /// It is heard, or fades out: how many frames of that are left.
    held: bool,
    level: usize,
}

impl Layer {
    fn is_free(&self) -> bool {
        !self.held && self.level == 0
    }

    /// Lets it be quieter every frame, from how loud it is: where the whole is part of the way to standing or playing, that much.
    fn release(&mut self, level: usize, fade: usize) {
        if self.held {
            (self.held, self.adding, self.punch) = (false, false, 0);
            self.level = self.level * level / fade;
        }
    }

    /// Puts out the next frame, and adds what comes in.
    #[inline]
    fn play(&mut self, heard: Frame<'_>, (channels, fade): (usize, usize), gain: f32, out: &mut [f32]) {
        let way = if self.place >= self.from {
            self.place - self.from
        } else {
            self.place + self.frames - self.from
        };
        let from = self.place * channels;
        self.place = if self.place + 1 >= self.frames { 0 } else { self.place + 1 };
        let Some(frame) = self.samples.get_mut(from..from + channels) else { return };
        if way < self.passed {
            out.iter_mut().zip(frame.iter()).for_each(|(out, sample)| *out += sample * gain);
        } else if way == self.passed {
            frame.fill(0.0);
            self.passed += 1;
        }
        self.punch = if self.adding { (self.punch + 1).min(fade) } else { self.punch.saturating_sub(1) };
        if self.punch > 0 {
            let punch = self.punch as f32 / fade as f32;
            frame.iter_mut().enumerate().for_each(|(channel, sample)| *sample += heard.at(channel) * punch);
        }
    }
}

/// Records loops of up to a length that is fixed with the memory for it, plays them, and adds layers.
///
/// Everything takes effect at the frame at which it is told. A loop's seam is smooth: what comes in after its end fades out over the frames that fade in at its beginning.
/// Layers, playing and stopping fade over as many. A layer that is as long as the loop was is heard again and again when that is multiplied.
#[derive(Debug)]
pub struct Looper {
    channels: usize,
    room: usize,
    fade: usize,
    layers: Box<[Layer]>,
    /// The layers that are heard, the oldest first.
    stack: Box<[usize]>,
    height: usize,
    state: LooperState,
    /// The length of the loop, and where it is.
    cycle: usize,
    place: usize,
    /// How many frames of the fade between standing and playing are done.
    level: usize,
    /// The layer whose seam is made, and how many frames of it are.
    seam: Option<(usize, usize)>,
}

impl Looper {
    /// For loops of up to so many frames, so many layers that can be heard at once, and seams of so many frames. `[control]`
    pub fn new(channels: usize, room: usize, layers: usize, fade: usize) -> Self {
        let (channels, room, layers) = (channels.max(1), room.max(2), layers.max(1));
        // One more, for a new loop while the old one fades.
        let layer = |_| Layer {
            samples: vec![0.0; room * channels].into(),
            frames: 1,
            place: 0,
            from: 0,
            passed: 0,
            adding: false,
            punch: 0,
            held: false,
            level: 0,
        };
        Looper {
            channels,
            room,
            fade: fade.max(1),
            layers: (0..=layers).map(layer).collect(),
            stack: vec![0; layers].into(),
            height: 0,
            state: LooperState::Empty,
            cycle: 0,
            place: 0,
            level: 0,
            seam: None,
        }
    }

    /// What it does.
    pub fn state(&self) -> LooperState {
        self.state
    }

    /// How many frames the loop has; 0 while there is none.
    pub fn frames(&self) -> usize {
        self.cycle
    }

    /// How many layers are heard.
    pub fn layers(&self) -> usize {
        self.height
    }

    /// Whether nothing is heard, and nothing is recorded.
    pub fn is_silent(&self) -> bool {
        let rests = self.state == LooperState::Empty || self.state == LooperState::Stopped && self.level == 0;
        rests && self.seam.is_none() && self.layers.iter().all(|layer| layer.held || layer.level == 0)
    }

    /// Forgets all. `[audio]`
    pub fn reset(&mut self) {
        for layer in &mut self.layers {
            (layer.held, layer.level, layer.adding, layer.punch, layer.passed) = (false, 0, false, 0, 0);
        }
        (self.height, self.state, self.cycle, self.place, self.level) = (0, LooperState::Empty, 0, 0, 0);
        self.seam = None;
    }

    /// Does what it is told from the next frame on; `false` if that cannot be: there is nothing to play, undo or multiply, no layer is free, or
    /// the loop would be too long. `[audio]`
    pub fn order(&mut self, order: LooperOrder) -> bool {
        use {LooperOrder as Do, LooperState as Is};
        match (order, self.state) {
            (Do::Record, Is::Recording) => self.close(Is::Playing),
            (Do::Record, _) | (Do::Overdub, Is::Empty) => self.record(),
            (Do::Overdub, Is::Overdubbing) => self.end_overdub(),
            (Do::Overdub, Is::Recording) => self.close(Is::Playing) && self.overdub(),
            (Do::Overdub, Is::Playing | Is::Stopped) => self.overdub(),
            (Do::Play, Is::Recording) => self.close(Is::Playing),
            (Do::Play, Is::Overdubbing) => self.end_overdub(),
            (Do::Play, Is::Playing | Is::Stopped) => self.play(),
            (Do::Stop, Is::Recording) => self.close(Is::Stopped),
            (Do::Stop, Is::Playing | Is::Overdubbing | Is::Stopped) => self.stop(),
            (Do::Undo, Is::Recording) | (Do::Clear, _) => self.clear(),
            (Do::Undo, Is::Playing | Is::Overdubbing | Is::Stopped) => self.undo(),
            (Do::Multiply(times), Is::Playing | Is::Overdubbing | Is::Stopped) => self.multiply(times),
            (Do::Play | Do::Stop | Do::Undo | Do::Multiply(_), _) => false,
        }
    }

    fn free(&self) -> Option<usize> {
        self.layers.iter().position(Layer::is_free).filter(|_| self.height < self.stack.len())
    }

    /// Puts a layer on the others.
    fn put(&mut self, which: usize, frames: usize, place: usize) {
        if let Some(top) = self.stack.get_mut(self.height) {
            *top = which;
            self.height += 1;
        }
        let fade = self.fade;
        if let Some(layer) = self.layers.get_mut(which) {
            (layer.frames, layer.place, layer.from, layer.passed) = (frames, place, place, 0);
            (layer.adding, layer.punch, layer.held, layer.level) = (false, 0, true, fade);
        }
    }

    fn record(&mut self) -> bool {
        self.clear();
        let Some(which) = self.free() else { return false };
        self.put(which, self.room, 0);
        self.state = LooperState::Recording;
        true
    }

    /// Ends the recording: what there is becomes the loop.
    fn close(&mut self, then: LooperState) -> bool {
        let Some(which) = self.stack.first().copied() else { return false };
        let Some(layer) = self.layers.get_mut(which) else { return false };
        if layer.passed == 0 {
            return self.clear();
        }
        (layer.frames, layer.place) = (layer.passed, 0);
        (self.cycle, self.place, self.state) = (layer.passed, 0, then);
        self.level = if then == LooperState::Playing { self.fade } else { 0 };
        self.seam = Some((which, 0));
        true
    }

    fn play(&mut self) -> bool {
        if self.level == 0 {
            self.rewind();
        }
        self.state = LooperState::Playing;
        true
    }

    fn rewind(&mut self) {
        self.place = 0;
        self.layers
            .iter_mut()
            .filter(|layer| layer.held)
            .for_each(|layer| (layer.place, layer.punch) = (0, 0));
    }

    fn stop(&mut self) -> bool {
        self.end_overdub();
        self.state = LooperState::Stopped;
        true
    }

    fn overdub(&mut self) -> bool {
        self.play();
        let Some(which) = self.free() else { return false };
        self.put(which, self.cycle, self.place);
        if let Some(layer) = self.layers.get_mut(which) {
            layer.adding = true;
        }
        self.state = LooperState::Overdubbing;
        true
    }

    fn end_overdub(&mut self) -> bool {
        self.layers.iter_mut().for_each(|layer| layer.adding = false);
        self.state = LooperState::Playing;
        true
    }

    fn undo(&mut self) -> bool {
        if self.height <= 1 {
            return self.clear();
        }
        self.height -= 1;
        let top = self.stack.get(self.height).copied().unwrap_or(0);
        if let Some(layer) = self.layers.get_mut(top) {
            layer.release(self.level, self.fade);
        }
        if self.state == LooperState::Overdubbing {
            self.end_overdub();
        }
        let heard = self.stack.iter().take(self.height);
        let longest = heard.filter_map(|which| self.layers.get(*which)).map(|layer| layer.frames).max();
        self.cycle = longest.unwrap_or(self.cycle);
        self.place %= self.cycle.max(1);
        true
    }

    fn clear(&mut self) -> bool {
        self.layers.iter_mut().for_each(|layer| layer.release(self.level, self.fade));
        (self.height, self.cycle, self.place, self.level) = (0, 0, 0, 0);
        self.state = LooperState::Empty;
        self.seam = None;
        true
    }

    fn multiply(&mut self, times: u32) -> bool {
        let cycle = self.cycle.saturating_mul(times as usize);
        let fits = (2..=64).contains(&times) && cycle <= self.room;
        self.cycle = if fits { cycle } else { self.cycle };
        fits
    }

    /// Hears a frame and puts the loop's out: `heard` and `out` have a sample for each channel. `[audio]`
    #[inline]
    pub fn frame(&mut self, heard: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        let heard = Frame(heard);
        let recording = self.state == LooperState::Recording;
        let full = recording && self.take(heard);
        if !recording {
            self.make_seam(heard);
        }
        let plays = matches!(self.state, LooperState::Playing | LooperState::Overdubbing);
        let was = self.level;
        self.level = if plays { (was + 1).min(self.fade) } else { was.saturating_sub(1) };
        let moves = was > 0 || self.level > 0;
        let gain = self.level as f32 / self.fade as f32;
        for layer in &mut self.layers {
            if layer.held && moves && !recording {
                layer.play(heard, (self.channels, self.fade), gain, out);
            } else if !layer.held && layer.level > 0 {
                layer.level -= 1;
                layer.play(heard, (self.channels, self.fade), layer.level as f32 / self.fade as f32, out);
            }
        }
        if moves {
            self.place = if self.place + 1 >= self.cycle { 0 } else { self.place + 1 };
            if self.level == 0 {
                self.rewind();
            }
        }
        if full {
            self.close(LooperState::Playing);
        }
    }

    /// Records a frame; whether the loop is as long as can be.
    fn take(&mut self, heard: Frame<'_>) -> bool {
        let channels = self.channels;
        let layer = self.stack.first().copied().and_then(|which| self.layers.get_mut(which));
        let Some(layer) = layer else { return false };
        let from = layer.passed * channels;
        if let Some(frame) = layer.samples.get_mut(from..from + channels) {
            frame.iter_mut().enumerate().for_each(|(channel, sample)| *sample = heard.at(channel));
        }
        layer.passed += 1;
        layer.passed == self.room
    }

    /// Lets what comes in after the loop's end fade out over its beginning.
    fn make_seam(&mut self, heard: Frame<'_>) {
        let Some((which, done)) = self.seam else { return };
        let channels = self.channels;
        let Some(layer) = self.layers.get_mut(which) else { return };
        let length = self.fade.min(layer.frames / 2);
        if done >= length {
            self.seam = None;
            return;
        }
        let share = (done + 1) as f32 / (length + 1) as f32;
        if let Some(frame) = layer.samples.get_mut(done * channels..(done + 1) * channels) {
            frame.iter_mut().enumerate().for_each(|(channel, sample)| {
                *sample = *sample * share + heard.at(channel) * (1.0 - share);
            });
        }
        self.seam = Some((which, done + 1));
    }
}

/// A frame that comes in; what is no finite number counts as silence.
#[derive(Clone, Copy)]
struct Frame<'a>(&'a [f32]);

impl Frame<'_> {
    fn at(self, channel: usize) -> f32 {
        self.0.get(channel).copied().filter(|sample| sample.is_finite()).unwrap_or(0.0)
    }
}
