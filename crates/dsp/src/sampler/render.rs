//! The frames of one voice, added to what is heard; compiled for the registers that the processor has.

use super::between::{RUN, Room, as_it_lies, hear};
use super::settings::{Interpolate, VoiceFilter};
use super::voice::{Times, Voice};
use crate::player::Buffer;
use crate::{Svf, SvfOutputs, Task, Value, Vector, Width};
use core::marker::PhantomData;

/// The filter of one voice: left and right.
pub(super) type Filter = [Svf<f32>; 2];

/// What voices of one sampler share.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub between: Interpolate,
    pub filter: VoiceFilter,
    pub times: Times,
    /// Cutoff and Q over the frames.
    pub cutoff: Value<'a, f32>,
    pub q: Value<'a, f32>,
    /// The first frame.
    pub frame: u64,
}

/// Renders voices with the widest registers.
pub(super) trait Render: Send + Sync {
    /// Adds a voice to what is heard; if it ends, after how many frames. `[audio]`
    fn voice(
        &self,
        voice: &mut Voice,
        buffer: &Buffer,
        filter: Option<&mut Filter>,
        room: &mut Room,
        shared: &Shared<'_>,
        heard: &mut [[f32; 2]],
    ) -> Option<usize>;
}

/// What renders as wide as can be. `[control]`
pub(super) fn widest() -> Box<dyn Render> {
    Width::best().run(Build)
}

struct Build;

impl Task for Build {
    type Out = Box<dyn Render>;

    fn run<S: Vector>(self) -> Self::Out {
        Box::new(Wide::<S>(PhantomData))
    }
}

struct Wide<S>(PhantomData<fn() -> S>);

impl<S: Vector> Render for Wide<S> {
    fn voice(
        &self,
        voice: &mut Voice,
        buffer: &Buffer,
        filter: Option<&mut Filter>,
        room: &mut Room,
        shared: &Shared<'_>,
        heard: &mut [[f32; 2]],
    ) -> Option<usize> {
        S::enter(
            #[inline(always)]
            || play::<S>(voice, buffer, filter, room, shared, heard),
        )
    }
}

#[inline(always)]
fn play<S: Vector>(
    voice: &mut Voice,
    buffer: &Buffer,
    mut filter: Option<&mut Filter>,
    room: &mut Room,
    shared: &Shared<'_>,
    heard: &mut [[f32; 2]],
) -> Option<usize> {
    let mut done = 0;
    voice.lap = 0;
    while done < heard.len() {
        if voice.look(&shared.times) {
            return Some(done);
        }
        let frames = (heard.len() - done).min(voice.until_change()).min(RUN);
        let out = heard.get_mut(done..).unwrap_or_default();
        let straight = as_it_lies(buffer, &voice.way, voice.place, frames).filter(|_| filter.is_none());
        let ended = match straight {
            Some(lies) => {
                add::<S>(voice, lies, &mut room.gains, out);
                let next = voice.place.after_many(voice.way.pace, frames);
                voice.place = voice.way.step_around(next, frames);
                None
            }
            None => {
                let ended = hear::<S>(room, buffer, &mut voice.way, &mut voice.place, frames, shared.between);
                let frames = ended.unwrap_or(frames);
                if let Some(filter) = &mut filter {
                    filtered(filter, room, voice.cutoff, shared, (done, frames));
                }
                let heard = room.heard.as_flattened().get(..2 * frames).unwrap_or_default();
                add::<S>(voice, heard, &mut room.gains, out);
                ended
            }
        };
        let frames = ended.unwrap_or(frames);
        if voice.way.lap > 0 {
            voice.lap = done as u32 + core::mem::take(&mut voice.way.lap);
        }
        voice.envelope.advance(frames);
        voice.left.advance(frames);
        voice.right.advance(frames);
        voice.volume.advance(frames);
        done += frames;
        if ended.is_some() {
            return Some(done);
        }
    }
    None
}

/// Adds what was heard, pairs of channels, as loud as the voice is.
#[inline(always)]
fn add<S: Vector>(voice: &Voice, heard: &[f32], gains: &mut [[f32; 2]; RUN], out: &mut [[f32; 2]]) {
    let Some(out) = out.as_flattened_mut().get_mut(..heard.len()) else { return };
    if voice.until_change() == usize::MAX && S::LANES.is_multiple_of(2) {
        let level = voice.envelope.now() * voice.volume.now();
        let pair = [level * voice.left.now(), level * voice.right.now()];
        let lanes = S::from_lanes(|lane| f64::from(pair[lane % 2]));
        return add_each(out, heard, &pair, || lanes);
    }
    for (i, pair) in gains.iter_mut().take(heard.len() / 2).enumerate() {
        let level = voice.envelope.after(i as u32) * voice.volume.after(i as u32);
        *pair = [level * voice.left.after(i as u32), level * voice.right.after(i as u32)];
    }
    let all = gains.as_flattened();
    let rest = all.get(heard.len() / S::LANES * S::LANES..).unwrap_or_default();
    let mut lanes = all.chunks_exact(S::LANES);
    add_each(out, heard, rest, || lanes.next().map_or(S::ZERO, S::load));
}

/// Adds samples, each times its gain: by registers, and at the end those that do not fill one.
#[inline(always)]
fn add_each<S: Vector>(out: &mut [f32], heard: &[f32], rest: &[f32], mut gains: impl FnMut() -> S) {
    let (mut out, heard) = (out.chunks_exact_mut(S::LANES), heard.chunks_exact(S::LANES));
    let left = heard.remainder();
    for (out, heard) in (&mut out).zip(heard) {
        (S::load(out) + S::load(heard) * gains()).store(out);
    }
    let rest = left.iter().zip(rest.iter().cycle());
    out.into_remainder().iter_mut().zip(rest).for_each(|(out, (x, gain))| *out += x * gain);
}

/// Sends what was heard through the filter of the voice.
#[inline(always)]
fn filtered(
    filter: &mut Filter,
    room: &mut Room,
    own: f32,
    shared: &Shared<'_>,
    (from, frames): (usize, usize),
) {
    let cutoff = if own > 0.0 { Value::Steady(own) } else { shared.cutoff.part(from, from + frames) };
    let q = shared.q.part(from, from + frames);
    let [left, right, out] = &mut room.planar;
    for ((left, right), pair) in left.iter_mut().zip(right.iter_mut()).zip(&room.heard).take(frames) {
        (*left, *right) = (pair[0], pair[1]);
    }
    for (channel, (svf, x)) in filter.iter_mut().zip([left, right]).enumerate() {
        let made = out.get_mut(..frames).unwrap_or_default();
        let input = x.get(..frames).unwrap_or_default();
        let none = || -> &mut [f32] { &mut [] };
        let outputs = match shared.filter {
            VoiceFilter::High => SvfOutputs { low: none(), band: none(), high: made, notch: none() },
            VoiceFilter::Band => SvfOutputs { low: none(), band: made, high: none(), notch: none() },
            _ => SvfOutputs { low: made, band: none(), high: none(), notch: none() },
        };
        svf.process(shared.frame + from as u64, input, &cutoff, &q, outputs);
        for (to, x) in room.heard.iter_mut().zip(&*out).take(frames) {
            to[channel & 1] = *x;
        }
    }
}
