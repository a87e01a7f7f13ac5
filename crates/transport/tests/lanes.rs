//! Lanes against one written without a thought for cost, and frames of music counted one by one.

#[allow(dead_code, reason = "each test uses a part of it")]
mod support;

use proptest::prelude::*;
use sostenuto_transport::{Change, Clock, Curve, Lane, LaneError, LanePlace, Point, Transport};
use support::{RATE, operations};

fn lane() -> impl Strategy<Value = Lane> {
    let curve = prop_oneof![
        Just(Curve::Step),
        Just(Curve::Linear),
        Just(Curve::Exponential),
        (-0.99..0.99f32).prop_map(Curve::Bend),
    ];
    let point = (0u32..40, prop_oneof![2 => 0.1..10.0f32, 1 => -5.0..5.0f32, 1 => Just(1.0f32)], curve);
    let length = prop::option::of(prop_oneof![Just(10.0), 10.0..13.0f64]);
    (prop::collection::vec(point, 1..12), length, any::<bool>()).prop_map(|(mut points, length, beats)| {
        points.sort_by_key(|(at, ..)| *at);
        let points =
            points.into_iter().map(|(at, value, curve)| Point { at: f64::from(at) / 4.0, value, curve });
        let clock = if beats { Clock::Beats } else { Clock::Frames };
        Lane::new(clock, points.collect(), length).expect("a good lane")
    })
}

/// The value at a place, and how many jumps came up to it: round by round and point by point.
fn naive(lane: &Lane, position: f64) -> (f64, u64) {
    let (mut round, mut begins) = (0u64, 0.0);
    while let Some(length) = lane.length()
        && position >= (round + 1) as f64 * length
    {
        round += 1;
        begins = round as f64 * length;
    }
    let points = lane.points();
    let jumps_to = |upto: usize| {
        let jump = |pair: &&[Point]| {
            let held = pair[0].curve == Curve::Step || pair[0].at == pair[1].at;
            held && pair[0].value != pair[1].value
        };
        points[..upto].windows(2).filter(jump).count() as u64
    };
    let wraps = u64::from(points[0].value != points[points.len() - 1].value);
    let passed = points.iter().filter(|point| point.at <= position - begins).count();
    let jumps = round * (jumps_to(points.len()) + wraps) + jumps_to(passed);
    if passed == 0 || passed == points.len() {
        return (f64::from(points[passed.saturating_sub(1)].value), jumps);
    }
    let (a, b) = (points[passed - 1], points[passed]);
    let u = (position - begins - a.at) / (b.at - a.at);
    let (from, to) = (f64::from(a.value), f64::from(b.value));
    let value = match a.curve {
        Curve::Step => from,
        Curve::Exponential if from * to > 0.0 => from * (to / from).powf(u),
        Curve::Linear | Curve::Exponential => from + (to - from) * u,
        Curve::Bend(bend) => {
            let bend = f64::from(bend);
            from + (to - from) * u / (u + (1.0 - u) * (1.0 + bend) / (1.0 - bend))
        }
    };
    (value, jumps)
}

proptest! {
    #[test]
    fn a_lane_says_what_its_points_say(lane in lane(), places in prop::collection::vec(0.0..60.0f64, 1..60)) {
        let mut place = LanePlace::default();
        for position in places.iter().flat_map(|p| [*p, (p * 4.0).round() / 4.0, p + 0.01]) {
            let said = lane.at(position, &mut place);
            let (value, jumps) = naive(&lane, position);
            prop_assert!((f64::from(said.value) - value).abs() < 2e-5 * value.abs().max(1.0), "{said:?} {value} at {position}");
            prop_assert_eq!(said.jumps, jumps);
            // Where it was looked at before makes no difference.
            prop_assert_eq!(said, lane.at(position, &mut LanePlace::default()));
        }
    }

    /// Between two places with as many jumps it goes no further than its steepest way does.
    #[test]
    fn it_jumps_only_where_it_says_so(lane in lane(), from in 0.0..40.0f64) {
        let (mut place, step) = (LanePlace::default(), 1e-5);
        let mut before = lane.at(from, &mut place);
        for n in 1..2000 {
            let now = lane.at(from + f64::from(n) * step, &mut place);
            // A way of a quarter, bent by 0.99, is 200 times as steep as a line at one end.
            prop_assert!(now.jumps != before.jumps || (now.value - before.value).abs() < 15.0 / 0.25 * 200.0 * 1.1e-5);
            before = now;
        }
    }

    #[test]
    fn frames_of_music_are_counted(operations in operations(3000)) {
        let mut transport = Transport::new(RATE, 120.0, Default::default());
        let (mut played, mut due) = (0.0f64, operations.iter().peekable());
        for frame in 0..3000u64 {
            while let Some((_, change)) = due.next_if(|(at, _)| *at == frame) {
                transport.apply(*change, frame);
                match change {
                    Change::Stop => played = 0.0,
                    Change::Seek { beats } => {
                        played = (beats * 60.0 * RATE / transport.position(frame).tempo).round();
                    }
                    _ => {}
                }
            }
            prop_assert_eq!(transport.frames_at(frame), played);
            played += f64::from(u8::from(transport.is_playing()));
        }
    }
}

#[test]
fn what_is_no_lane_is_told() {
    let point = |at: f64, value: f32| Point { at, value, curve: Curve::Linear };
    let new = |points: Vec<Point>, length| Lane::new(Clock::Beats, points, length);
    assert_eq!(new(vec![], None), Err(LaneError::Count { count: 0 }));
    let place = |index, at, from, to| Err(LaneError::Place { index, at, from, to });
    assert_eq!(new(vec![point(2.0, 0.0), point(1.0, 0.0)], Some(4.0)), place(1, 1.0, 2.0, 4.0));
    assert_eq!(new(vec![point(5.0, 0.0)], Some(4.0)), place(0, 5.0, 0.0, 4.0));
    assert!(matches!(new(vec![point(f64::NAN, 0.0)], None), Err(LaneError::Place { .. })));
    assert!(matches!(new(vec![point(0.0, f32::INFINITY)], None), Err(LaneError::Value { .. })));
    assert!(matches!(new(vec![point(0.0, 0.0)], Some(0.0)), Err(LaneError::Length { .. })));
    let bent = Point { curve: Curve::Bend(1.0), ..point(0.0, 0.0) };
    assert_eq!(new(vec![bent], None), Err(LaneError::Bend { index: 0, bend: 1.0 }));
}
