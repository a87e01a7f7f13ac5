//! Players give the bits of a plain one that goes frame by frame: at every width, however time is split, whatever is changed meanwhile.

use crate::kernel::{TYPES, run_as};
use proptest::prelude::*;
use sostenuto_dsp::{
    Buffer, Interpolation, LaneState, Player, PlayerParams, Region, Task, Value, Vector, Width,
};
use std::sync::Arc;

const RATE: f64 = 48_000.0;

/// What one signal plays, and what is done to it: speed, trigger and loop of each frame.
#[derive(Clone, Debug)]
struct Part {
    buffer: Arc<Buffer>,
    params: Vec<[f32; 3]>,
}

/// One frame at a time, in whole numbers of 2^-64 frames, from the frames of one channel.
struct Plain<'a> {
    part: &'a Part,
    region: Region,
    cubic: bool,
    place: Option<i128>,
    was_on: bool,
}

impl Plain<'_> {
    fn length(&self) -> i128 {
        self.part.buffer.frames() as i128
    }

    fn region(&self) -> (i128, i128) {
        let end = match self.region.end as i128 {
            0 => self.length(),
            end => end.min(self.length()),
        };
        ((self.region.start as i128).min(end - 1), end)
    }

    /// A frame of a channel, as it is heard from a place.
    fn sample(&self, whole: i128, offset: i128, channel: usize, looping: bool) -> f32 {
        let (start, end) = self.region();
        let mut at = whole + offset;
        if looping {
            while at >= end {
                at -= end - start;
            }
            while whole >= start && at < start {
                at += end - start;
            }
        }
        let channels = self.part.buffer.channels();
        let channel = if channels == 1 { 0 } else { channel };
        if channel >= channels || !(0..self.length()).contains(&at) {
            return 0.0;
        }
        self.part.buffer.samples()[at as usize * channels + channel]
    }

    fn frame(&mut self, frame: usize, out: &mut [f32]) {
        let [speed, trigger, looping] = self.part.params[frame];
        let looping = looping > 0.5;
        let pace = f64::from(speed) * (self.part.buffer.rate() / RATE);
        let step = (pace * 2.0_f64.powi(48)) as i128 * (1 << 16);
        let (start, end) = self.region();
        let on = trigger > 0.5;
        if on && !self.was_on || self.place.is_none() {
            let last = if looping { end } else { self.length() } - 1;
            self.place = Some(if step < 0 { last << 64 } else { 0 });
        }
        self.was_on = on;
        let place = self.place.unwrap();
        let whole = place >> 64;
        if whole >= self.length() || whole < -1 {
            out.fill(0.0);
            return;
        }
        let t = (place as u64 >> 40) as f32 / 16_777_216.0;
        for (channel, out) in out.iter_mut().enumerate() {
            let at = |offset| self.sample(whole, offset, channel, looping);
            let (b, c) = (at(0), at(1));
            *out = if self.cubic {
                let (m, n) = (0.5 * (c - at(-1)), 0.5 * (at(2) - b));
                let way = c - b;
                let third = m + n - (way + way);
                let second = way - m - third;
                ((third * t + second) * t + m) * t + b
            } else {
                b + (c - b) * t
            };
        }
        let mut next = place + step;
        if looping && (step < 0 && next >> 64 < start || step >= 0 && next >> 64 >= end) {
            let length = (end - start) << 64;
            next = (start << 64) + (next - (start << 64)).rem_euclid(length);
        }
        self.place = Some(next);
    }
}

/// All channels of a signal, one after the other.
fn plain(part: &Part, region: Region, between: Interpolation, channels: usize) -> Vec<Vec<f32>> {
    let cubic = between == Interpolation::Cubic;
    let mut plain = Plain { part, region, cubic, place: None, was_on: false };
    let mut out = vec![vec![0.0; channels]; part.params.len()];
    out.iter_mut().enumerate().for_each(|(frame, out)| plain.frame(frame, out));
    (0..channels).map(|c| out.iter().map(|frame| frame[c]).collect()).collect()
}

/// What is played, and how it is cut into blocks.
#[derive(Clone, Debug)]
struct Piece {
    parts: Vec<Part>,
    region: Region,
    between: Interpolation,
    channels: usize,
    cuts: Vec<usize>,
    /// Whether what does not move within a block is said to be steady.
    steady: bool,
    /// Where each signal of the first lane leaves it for a player of its own, and comes back.
    away: Option<(usize, usize)>,
}

/// The signals of a piece side by side, one after the other if there are more than lanes.
struct Lanes<'a>(&'a Piece);

impl Task for Lanes<'_> {
    type Out = Vec<Vec<Vec<f32>>>;

    fn run<S: Vector>(self) -> Self::Out {
        let piece = self.0;
        piece.parts.chunks(S::LANES).flat_map(|parts| side_by_side::<S>(piece, parts)).collect()
    }
}

fn player<S: Vector>(piece: &Piece, parts: &[Part]) -> Player<S> {
    Player::new(piece.between, piece.region, RATE, |lane| parts.get(lane).map(|part| part.buffer.clone()))
}

/// The values of a parameter over some frames.
fn values<S: Vector>(parts: &[Part], param: usize, frames: std::ops::Range<usize>) -> Vec<S> {
    let value =
        |frame: usize, lane: usize| parts.get(lane).map_or(0.0, |p| f64::from(p.params[frame][param]));
    frames.map(|frame| S::from_lanes(|lane| value(frame, lane))).collect()
}

fn value<S: Vector>(list: &[S], steady: bool) -> Value<'_, S> {
    match steady && list.iter().all(|x| *x == list[0]) {
        true => Value::Steady(list[0]),
        false => Value::Moving(list),
    }
}

fn block<S: Vector>(
    player: &mut Player<S>,
    piece: &Piece,
    parts: &[Part],
    frames: std::ops::Range<usize>,
) -> Vec<Vec<S>> {
    let lists = [0, 1, 2].map(|param| values::<S>(parts, param, frames.clone()));
    let [speed, trigger, looping] = [0, 1, 2].map(|param| value(&lists[param], piece.steady));
    let mut out = vec![vec![S::splat(f64::NAN); frames.len()]; piece.channels];
    let mut blocks: Vec<&mut [S]> = out.iter_mut().map(|block| &mut block[..]).collect();
    player.process(&PlayerParams { speed, trigger, looping }, &mut blocks);
    out
}

fn side_by_side<S: Vector>(piece: &Piece, parts: &[Part]) -> Vec<Vec<Vec<f32>>> {
    let mut together = player::<S>(piece, parts);
    let mut alone = player::<f32>(piece, &parts[..0]);
    let total = parts[0].params.len();
    let mut out = vec![vec![Vec::with_capacity(total); piece.channels]; parts.len()];
    let mut cuts = piece.cuts.iter().cycle();
    let mut frame = 0;
    let mut is_away = false;
    while frame < total {
        let frames = frame..total.min(frame + cuts.next().unwrap());
        let goes = piece.away.is_some_and(|(from, to)| (from..to).contains(&frame));
        if goes != is_away {
            together.swap_lane(0, &mut alone);
            is_away = goes;
        }
        let heard = block(&mut together, piece, parts, frames.clone());
        let single = is_away.then(|| block(&mut alone, piece, &parts[..1], frames.clone()));
        for (lane, out) in out.iter_mut().enumerate() {
            for (channel, out) in out.iter_mut().enumerate() {
                match &single {
                    Some(single) if lane == 0 => out.extend(&single[channel]),
                    _ => out.extend(heard[channel].iter().map(|x| x.lane(lane) as f32)),
                }
            }
        }
        frame = frames.end;
    }
    out
}

fn bits(signal: &[f32]) -> Vec<u32> {
    // The zeros of both signs are one.
    signal.iter().map(|x| (x + 0.0).to_bits()).collect()
}

fn same(piece: &Piece) -> Result<(), TestCaseError> {
    for lanes in TYPES {
        let heard = run_as(lanes, Lanes(piece));
        for (signal, (heard, part)) in heard.iter().zip(&piece.parts).enumerate() {
            let expected = plain(part, piece.region, piece.between, piece.channels);
            for channel in 0..piece.channels {
                let (a, b) = (bits(&expected[channel]), bits(&heard[channel]));
                let place = a.iter().zip(&b).position(|(a, b)| a != b);
                prop_assert_eq!(place, None, "{:?}: signal {}, channel {}", lanes, signal, channel);
            }
        }
    }
    Ok(())
}

fn buffer(frames: usize, channels: usize, rate: f64, seed: u32) -> Arc<Buffer> {
    let mut state = seed;
    let noise = (0..frames * channels).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    });
    Arc::new(Buffer::from_interleaved(noise.collect(), channels, rate).unwrap())
}

/// Levels, each for some frames.
fn track(levels: BoxedStrategy<f32>, frames: usize) -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec((levels, 1_usize..90), 1..12).prop_map(move |steps| {
        let spread: Vec<f32> =
            steps.iter().flat_map(|(level, stay)| std::iter::repeat_n(*level, *stay)).collect();
        (0..frames).map(|frame| spread[frame % spread.len()]).collect()
    })
}

fn part(frames: usize) -> impl Strategy<Value = Part> {
    let speeds =
        prop_oneof![Just(1.0_f32), Just(0.0), -3.0_f32..3.0, 0.3_f32..1.7, -16.0_f32..16.0, Just(-1.0)];
    let switch = || prop_oneof![Just(0.0_f32), Just(1.0)];
    let mostly_on = prop_oneof![4 => Just(1.0_f32), 1 => Just(0.0)];
    let sound = (prop_oneof![1_usize..6, 6_usize..60, 60_usize..2000], 1_usize..4, any::<u32>());
    let rate = prop_oneof![Just(48_000.0), Just(44_100.0), Just(8_000.0), Just(96_000.0)];
    let lists =
        (track(speeds.boxed(), frames), track(switch().boxed(), frames), track(mostly_on.boxed(), frames));
    (sound, rate, lists).prop_map(|((length, channels, seed), rate, (speed, trigger, looping))| {
        let params = (0..speed.len()).map(|f| [speed[f], trigger[f], looping[f]]).collect();
        Part { buffer: buffer(length, channels, rate, seed), params }
    })
}

fn piece() -> impl Strategy<Value = Piece> {
    let frames = 500;
    let region = (prop_oneof![Just(0_usize), 0_usize..50], prop_oneof![Just(0_usize), 1_usize..400])
        .prop_map(|(start, end)| Region { start, end });
    let between = prop_oneof![Just(Interpolation::Linear), Just(Interpolation::Cubic)];
    let cuts = proptest::collection::vec(1_usize..150, 1..8);
    let away = proptest::option::of((0_usize..frames, 0_usize..frames));
    (proptest::collection::vec(part(frames), 1..19), (region, between, 1_usize..5, cuts, any::<bool>(), away))
        .prop_map(|(parts, (region, between, channels, cuts, steady, away))| Piece {
            parts,
            region,
            between,
            channels,
            cuts,
            steady,
            away,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_width_and_every_cut_gives_the_bits_of_the_plain_one(piece in piece()) {
        same(&piece)?;
    }
}

fn steady_piece(buffer: Arc<Buffer>, speed: f32, frames: usize) -> Piece {
    let part = Part { buffer, params: vec![[speed, 0.0, 1.0]; frames] };
    let (region, between) = (Region::default(), Interpolation::Linear);
    Piece { parts: vec![part], region, between, channels: 1, cuts: vec![64], steady: true, away: None }
}

#[test]
fn at_speed_one_it_gives_the_recording_itself() {
    for between in [Interpolation::Linear, Interpolation::Cubic] {
        let sound = buffer(1000, 2, RATE, 7);
        let piece = Piece { between, channels: 2, ..steady_piece(sound.clone(), 1.0, 2500) };
        let heard = Width::Four.run(Lanes(&piece));
        for (frame, (left, right)) in heard[0][0].iter().zip(&heard[0][1]).enumerate() {
            let at = frame % 1000 * 2;
            assert_eq!(
                [*left, *right],
                [sound.samples()[at], sound.samples()[at + 1]],
                "{between:?} {frame}"
            );
        }
    }
}

#[test]
fn a_recording_of_another_rate_keeps_its_pitch() {
    // At half the rate each second frame is one of the recording.
    let sound = buffer(100, 1, RATE / 2.0, 3);
    let heard = Width::One.run(Lanes(&steady_piece(sound.clone(), 1.0, 150)));
    for frame in 0..70 {
        assert_eq!(heard[0][0][2 * frame], sound.samples()[frame]);
    }
}

#[test]
fn cubics_are_exact_for_straight_lines_and_parabolas() {
    let parabola = |x: f64| 0.3 - 0.01 * x + 0.0002 * x * x;
    let samples: Vec<f32> = (0..200).map(|n| parabola(f64::from(n)) as f32).collect();
    let sound = Arc::new(Buffer::from_interleaved(samples, 1, RATE).unwrap());
    let piece = Piece { between: Interpolation::Cubic, ..steady_piece(sound, 0.37, 400) };
    let heard = Width::Eight.run(Lanes(&piece));
    for (frame, sample) in heard[0][0].iter().enumerate().skip(3) {
        let place = f64::from(0.37_f32) * frame as f64;
        if (1.0..197.0).contains(&place) {
            assert!((f64::from(*sample) - parabola(place)).abs() < 2e-6, "{frame}");
        }
    }
}

#[test]
fn after_hours_it_is_where_it_should_be() {
    // A ramp, of which what is heard tells the place; read at a speed whose step is no whole multiple of anything.
    let length = 1 << 20;
    let samples: Vec<f32> = (0..length).map(|n| (n % 4096) as f32).collect();
    let sound = Arc::new(Buffer::from_interleaved(samples, 1, 44_100.0).unwrap());
    let mut player =
        Player::<f32>::new(Interpolation::Linear, Region::default(), RATE, |_| Some(sound.clone()));
    let speed = 15.731_f32;
    let params = PlayerParams {
        speed: Value::Steady(speed),
        trigger: Value::Steady(0.0),
        looping: Value::Steady(1.0),
    };
    let mut block = [0.0; 64];
    // As far as an hour at speed 1 leads.
    let blocks = 3600 * 48_000 / 64 / 16;
    for _ in 0..blocks {
        player.process(&params, &mut [&mut block]);
    }
    let frames = i128::from(blocks * 64 - 1);
    let exact = f64::from(speed) * (44_100.0 / RATE) * 2.0_f64.powi(48);
    let place = (exact as i128 * frames).rem_euclid(i128::from(length) << 48) as f64 / 2.0_f64.powi(48);
    assert!((f64::from(block[63]) - place % 4096.0).abs() < 1e-3, "{} is not {place}", block[63]);
}
