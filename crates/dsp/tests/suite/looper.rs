//! A looper against one that is written plainly: layers as long as they are from the first, and no memory that is used again.

use sostenuto_dsp::{Looper, LooperOrder, LooperState};

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    fn below(&mut self, n: u64) -> usize {
        (self.next() % n) as usize
    }
    fn sample(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 31) as f32 * 2.0 - 1.0
    }
}

struct Plain {
    samples: Vec<[f32; 2]>,
    place: usize,
    adding: bool,
    punch: usize,
}

/// The same as it is described.
struct Model {
    fade: usize,
    room: usize,
    most: usize,
    state: LooperState,
    layers: Vec<Plain>,
    /// Layers that are taken away, and how loud they are.
    fading: Vec<(Plain, usize)>,
    cycle: usize,
    place: usize,
    level: usize,
    seam: Option<usize>,
}

impl Model {
    fn release(&mut self, layer: Plain) {
        let level = self.level;
        if level > 0 {
            self.fading.push((Plain { adding: false, punch: 0, ..layer }, level));
        }
    }

    fn clear(&mut self) {
        for layer in std::mem::take(&mut self.layers) {
            self.release(layer);
        }
        (self.cycle, self.place, self.level, self.seam) = (0, 0, 0, None);
        self.state = LooperState::Empty;
    }

    fn has_room(&self) -> bool {
        self.layers.len() < self.most && self.layers.len() + self.fading.len() < self.most + 1
    }

    fn put(&mut self, frames: usize) -> bool {
        let there = self.has_room();
        if there {
            let samples = vec![[0.0; 2]; frames];
            self.layers.push(Plain { samples, place: self.place, adding: false, punch: 0 });
        }
        there
    }

    fn close(&mut self, then: LooperState) {
        if self.layers[0].samples.is_empty() {
            return self.clear();
        }
        (self.cycle, self.place, self.seam, self.state) = (self.layers[0].samples.len(), 0, Some(0), then);
        self.level = if then == LooperState::Playing { self.fade } else { 0 };
    }

    fn rewind(&mut self) {
        self.place = 0;
        self.layers.iter_mut().for_each(|layer| (layer.place, layer.punch) = (0, 0));
    }

    fn play(&mut self) {
        if self.level == 0 {
            self.rewind();
        }
        self.state = LooperState::Playing;
    }

    fn end_overdub(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.adding = false);
        self.state = LooperState::Playing;
    }

    fn overdub(&mut self) -> bool {
        self.play();
        let there = self.put(self.cycle);
        if there {
            self.layers.last_mut().unwrap().adding = true;
            self.state = LooperState::Overdubbing;
        }
        there
    }

    fn order(&mut self, order: LooperOrder) -> bool {
        use {LooperOrder as Do, LooperState as Is};
        let loops = matches!(self.state, Is::Playing | Is::Overdubbing | Is::Stopped);
        match order {
            Do::Record | Do::Play | Do::Overdub if self.state == Is::Recording => {
                self.close(Is::Playing);
                if order == Do::Overdub && self.state == Is::Playing {
                    return self.overdub();
                }
                if order == Do::Overdub {
                    // There was nothing to close: overdubbing a loop of no length begins none.
                    return self.overdub();
                }
            }
            Do::Stop if self.state == Is::Recording => self.close(Is::Stopped),
            Do::Record => {
                self.clear();
                if !self.put(0) {
                    return false;
                }
                self.state = Is::Recording;
            }
            Do::Overdub if self.state == Is::Empty => return self.order(Do::Record),
            Do::Overdub | Do::Play if self.state == Is::Overdubbing => self.end_overdub(),
            Do::Overdub => return self.overdub(),
            Do::Play if loops => self.play(),
            Do::Stop if loops => {
                self.end_overdub();
                self.state = Is::Stopped;
            }
            Do::Clear => self.clear(),
            Do::Undo if self.state == Is::Recording || self.layers.len() == 1 => self.clear(),
            Do::Undo if loops => {
                let top = self.layers.pop().unwrap();
                self.release(top);
                if self.state == Is::Overdubbing {
                    self.end_overdub();
                }
                self.cycle = self.layers.iter().map(|layer| layer.samples.len()).max().unwrap();
                self.place %= self.cycle;
            }
            Do::Multiply(times) if loops => {
                let cycle = self.cycle * times as usize;
                if !(2..=64).contains(&times) || cycle > self.room {
                    return false;
                }
                self.cycle = cycle;
            }
            _ => return false,
        }
        true
    }

    fn frame(&mut self, heard: [f32; 2]) -> [f32; 2] {
        let mut out = [0.0; 2];
        let recording = self.state == LooperState::Recording;
        if recording {
            self.layers[0].samples.push(heard);
        } else if let Some(done) = self.seam {
            let samples = &mut self.layers[0].samples;
            let length = self.fade.min(samples.len() / 2);
            if done < length {
                let share = (done + 1) as f32 / (length + 1) as f32;
                for channel in 0..2 {
                    samples[done][channel] = samples[done][channel] * share + heard[channel] * (1.0 - share);
                }
                self.seam = Some(done + 1);
            } else {
                self.seam = None;
            }
        }
        let plays = matches!(self.state, LooperState::Playing | LooperState::Overdubbing);
        let was = self.level;
        self.level = if plays { (was + 1).min(self.fade) } else { was.saturating_sub(1) };
        let moves = was > 0 || self.level > 0;
        let fade = self.fade as f32;
        let mut sums: Vec<(usize, f32)> = Vec::new();
        if moves && !recording {
            sums.extend((0..self.layers.len()).map(|n| (n, self.level as f32 / fade)));
        }
        for (n, gain) in sums {
            let layer = &mut self.layers[n];
            let place = layer.place;
            (0..2).for_each(|c| out[c] += layer.samples[place][c] * gain);
            layer.punch =
                if layer.adding { (layer.punch + 1).min(self.fade) } else { layer.punch.saturating_sub(1) };
            let punch = layer.punch as f32 / fade;
            (0..2).for_each(|c| layer.samples[place][c] += heard[c] * punch);
            layer.place = (place + 1) % layer.samples.len();
        }
        for (layer, level) in &mut self.fading {
            *level -= 1;
            (0..2).for_each(|c| out[c] += layer.samples[layer.place][c] * (*level as f32 / fade));
            layer.place = (layer.place + 1) % layer.samples.len();
        }
        self.fading.retain(|(_, level)| *level > 0);
        if moves {
            self.place = if self.place + 1 >= self.cycle { 0 } else { self.place + 1 };
            if self.level == 0 {
                self.rewind();
            }
        }
        if recording && self.layers[0].samples.len() == self.room {
            self.close(LooperState::Playing);
        }
        out
    }
}

fn order(dice: &mut Dice) -> LooperOrder {
    match dice.below(14) {
        0..=2 => LooperOrder::Record,
        3..=6 => LooperOrder::Overdub,
        7 | 8 => LooperOrder::Play,
        9 => LooperOrder::Stop,
        10 | 11 => LooperOrder::Undo,
        12 => LooperOrder::Multiply(dice.below(5) as u32),
        _ => LooperOrder::Clear,
    }
}

#[test]
fn random_schedules_are_as_the_plain_model_has_them() {
    let (mut heard_anything, mut refused, mut deepest) = (0, 0, 0);
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let (room, layers, fade) = (200 + dice.below(900), 1 + dice.below(4), 1 + dice.below(40));
        let mut looper = Looper::new(2, room, layers, fade);
        let mut model = Model {
            fade,
            room,
            most: layers,
            state: LooperState::Empty,
            layers: Vec::new(),
            fading: Vec::new(),
            cycle: 0,
            place: 0,
            level: 0,
            seam: None,
        };
        let mut pause = 0;
        for frame in 0..12_000 {
            if pause == 0 {
                let what = order(&mut dice);
                let (done, wanted) = (looper.order(what), model.order(what));
                assert_eq!(done, wanted, "seed {seed}, frame {frame}: {what:?}, {:?}", model.state);
                refused += usize::from(!done);
                pause = if dice.below(3) == 0 { dice.below(30) } else { dice.below(900) };
            } else {
                pause -= 1;
            }
            assert_eq!(looper.state(), model.state, "seed {seed}, frame {frame}");
            let heard = [dice.sample(), dice.sample()];
            let (mut out, wanted) = ([0.0; 2], model.frame(heard));
            looper.frame(&heard, &mut out);
            // In what order layers are added is not told.
            let close = out.iter().zip(&wanted).all(|(a, b)| (a - b).abs() <= 2e-6 * (1.0 + b.abs()));
            assert!(close, "seed {seed}, frame {frame}: {out:?} {wanted:?} in {:?}", model.state);
            if layers == 1 && model.fading.is_empty() {
                assert_eq!(
                    out.map(f32::to_bits),
                    wanted.map(|w| (w + 0.0).to_bits()),
                    "seed {seed}, frame {frame}"
                );
            }
            heard_anything += usize::from(out[0] != 0.0);
            deepest = deepest.max(looper.layers());
            assert_eq!((looper.frames(), looper.layers()), (model.cycle, model.layers.len()));
            assert!(!looper.is_silent() || out == [0.0; 2]);
        }
    }
    println!("{heard_anything} frames heard, {refused} orders refused, up to {deepest} layers");
    assert!(heard_anything > 1_000_000 && refused > 1000 && deepest == 4);
}

/// A sine that does not fit the loop goes through the seam without a step.
#[test]
fn the_seam_is_smooth() {
    let mut looper = Looper::new(1, 48_000, 2, 240);
    let sine = |n: usize| (n as f32 * 0.031).sin() * 0.8;
    looper.order(LooperOrder::Record);
    let mut out = [0.0];
    let mut heard = Vec::new();
    for n in 0..20_000 {
        if n == 7000 {
            looper.order(LooperOrder::Play);
        }
        looper.frame(&[sine(n)], &mut out);
        heard.push(out[0]);
    }
    let loops = &heard[7000..];
    assert_eq!(loops[..6000], loops[7000..13_000], "round by round the same");
    let steepest = loops.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(steepest < 0.8 * 0.031 + 1.7 / 240.0, "{steepest}");
    assert!((1000..6000).all(|n| loops[n] == sine(n)), "what was played, to the bit");
}
