//! The values of parameters and ports over a span, as the kernels take them.

use sostenuto_dsp::Value;
use sostenuto_graph::{Flow, Inputs, MAX_CHANNELS, Outputs, QUANTUM, Signal};
use std::slice;

/// Room for one value per frame of a span. Made only where it is needed: of many signals side by side it is large.
pub(crate) type Room<S = f32> = [S; QUANTUM];

/// Each value as `f` turns it into another unit.
#[inline(always)]
pub(crate) fn converted<'r, S: Signal>(
    value: Value<'_, S>,
    room: &'r mut Option<Room<S>>,
    f: impl Fn(S) -> S,
) -> Value<'r, S> {
    match value {
        Value::Steady(value) => Value::Steady(f(value)),
        Value::Moving(values) => {
            let room = room.insert([S::ZERO; QUANTUM]);
            room.iter_mut().zip(values).for_each(|(to, value)| *to = f(*value));
            Value::Moving(room.get(..values.len()).unwrap_or(room))
        }
    }
}

/// The value of a choice or switch: the nearest whole number.
#[inline(always)]
pub(crate) fn chosen(value: f32) -> usize {
    (value + 0.5) as usize
}

/// What opens a gate or triggers: the signal at a port, of which that is known, or the parameter, whichever is higher where either is on. What is off may be anything that is off.
#[inline(always)]
pub(crate) fn either<'r, S: Signal>(
    port: &'r [S],
    known: Flow,
    param: Value<'r, S>,
    room: &'r mut Option<Room<S>>,
) -> Value<'r, S> {
    match (param, known, port) {
        (Value::Steady(level), Flow::Silent, _) => Value::Steady(level.max(S::ZERO)),
        (Value::Steady(level), Flow::Constant, [first, ..]) => Value::Steady(first.max(level)),
        // What is off opens nothing.
        (Value::Moving(_), Flow::Silent, _) => param,
        (Value::Steady(level), _, _) if is_off(level) => Value::Moving(port),
        _ => {
            let room = room.insert([S::ZERO; QUANTUM]);
            for (i, (to, x)) in room.iter_mut().zip(port).enumerate() {
                *to = x.max(param.at(i));
            }
            Value::Moving(room.get(..port.len()).unwrap_or(room))
        }
    }
}

/// Whether a gate or trigger is off in every lane.
#[inline(always)]
pub(crate) fn is_off<S: Signal>(level: S) -> bool {
    S::bits(level.le(S::splat(0.5))) == u32::MAX >> (32 - S::LANES)
}

/// Whether all bits are zero in every lane.
#[inline(always)]
pub(crate) fn is_nothing<S: Signal>(level: S) -> bool {
    S::flat(slice::from_ref(&level)).iter().all(|x| x.to_bits() == 0)
}

/// Calls `each` for every stretch of frames over which `choice` stays the same, with the choice.
///
/// A change that is due at a frame falls inside a span; with this it takes effect there, whatever the spans.
#[inline(always)]
pub(crate) fn stretches<C: PartialEq>(
    frames: usize,
    steady: bool,
    choice: impl Fn(usize) -> C,
    mut each: impl FnMut(usize, usize, C),
) {
    let mut start = 0;
    while start < frames {
        let now = choice(start);
        let end = match steady {
            true => frames,
            false => (start + 1..frames).find(|frame| choice(*frame) != now).unwrap_or(frames),
        };
        each(start, end, now);
        start = end;
    }
}

const MOST: usize = MAX_CHANNELS as usize;

/// The channels of a port, side by side; empty past the last.
#[inline(always)]
pub(crate) fn channels_in<'a, S: Signal>(inputs: &Inputs<'a, S>, port: usize) -> [&'a [S]; MOST] {
    let channels = inputs.channels(port);
    std::array::from_fn(|channel| if channel < channels { inputs.channel(port, channel) } else { &[] })
}

/// All output channels, side by side; empty past the last.
#[inline(always)]
pub(crate) fn channels_out<'a, S: Signal>(outputs: &'a mut Outputs<'_, S>) -> [&'a mut [S]; MOST] {
    let mut channels = outputs.iter_mut();
    std::array::from_fn(|_| channels.next().unwrap_or_default())
}
