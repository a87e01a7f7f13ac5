//! Elementary functions against double precision over all numbers that there are. `SOSTENUTO_EDITS` says how many are tried, evenly
//! spread over the bit patterns of `f32`; 4294967296 is all of them.

use std::f64::consts::{LN_2, PI, TAU};

use sostenuto_dsp::math::*;

/// A function, where it is defined, and how far it may be off at a number whose exact result is given.
struct Function {
    name: &'static str,
    compute: fn(f32) -> f32,
    exact: fn(f64) -> f64,
    defined: fn(f32) -> bool,
    allowed: fn(f64) -> f64,
}

fn positive_normal(x: f32) -> bool {
    x.is_normal() && x > 0.0
}

const FUNCTIONS: [Function; 11] = [
    Function {
        name: "sin_quarter",
        compute: sin_quarter,
        exact: |x| (TAU * x).sin(),
        defined: |x| x.abs() <= 0.25 && (x.abs() > 1e-36 || x == 0.0),
        allowed: |e| 2.2e-7 * e.abs(),
    },
    Function {
        name: "sin_turns",
        compute: sin_turns,
        exact: |x| (TAU * (x - x.round())).sin(),
        defined: |x| x.abs() <= 1_048_576.0,
        allowed: |_| 2.2e-7,
    },
    Function {
        name: "cos_turns",
        compute: cos_turns,
        exact: |x| (TAU * (x - x.round())).cos(),
        defined: |x| x.abs() <= 1_048_576.0,
        allowed: |_| 2.2e-7,
    },
    Function {
        name: "tan_pi",
        compute: tan_pi,
        exact: |x| (PI * x).sin() / (PI * (0.5 - x)).sin(),
        defined: |x| (1e-36..0.499_999_97).contains(&x),
        allowed: |e| 3.0e-7 * e,
    },
    Function {
        name: "exp2",
        compute: exp2,
        exact: f64::exp2,
        defined: |x| (-126.0..=127.0).contains(&x),
        allowed: |e| 1.3e-7 * e,
    },
    Function {
        name: "exp2_m1",
        compute: exp2_m1,
        exact: |x| libm::expm1(x * LN_2),
        defined: |x| (-126.0..=127.0).contains(&x) && x.abs() > 1e-36,
        allowed: |e| 1.8e-7 * e.abs(),
    },
    Function {
        name: "log2",
        compute: log2,
        exact: f64::log2,
        defined: positive_normal,
        allowed: |e| 2.2e-7 * e.abs(),
    },
    Function {
        name: "exp",
        compute: exp,
        exact: f64::exp,
        defined: |x| (-87.33..=88.02).contains(&x),
        allowed: |e| 1.3e-7 * e,
    },
    Function {
        name: "ln",
        compute: ln,
        exact: f64::ln,
        defined: positive_normal,
        allowed: |e| 2.9e-7 * e.abs(),
    },
    Function {
        name: "db_to_gain",
        compute: db_to_gain,
        exact: |x| 10.0_f64.powf(x / 20.0),
        defined: |x| x.abs() <= 700.0,
        allowed: |e| 1.3e-7 * e,
    },
    Function {
        name: "tanh",
        compute: tanh,
        exact: f64::tanh,
        defined: |x| x.abs() > 1e-36,
        allowed: |e| 2.7e-7 * e.abs(),
    },
];

/// Bit patterns spread evenly over all of them.
fn numbers() -> impl Iterator<Item = f32> {
    let wanted: u64 = std::env::var("SOSTENUTO_EDITS").map_or(200_000, |n| n.parse().expect("a number"));
    let stride = (1_u64 << 32).div_ceil(wanted.max(1));
    // An odd start, so that the last bits are not always zero.
    (stride / 3..1 << 32).step_by(stride as usize).map(|bits| f32::from_bits(bits as u32))
}

#[test]
fn every_function_is_as_close_as_stated() {
    for function in &FUNCTIONS {
        let (mut tried, mut worst) = (0_u64, (0.0, 0.0_f32));
        for x in numbers().filter(|&x| (function.defined)(x)) {
            let exact = (function.exact)(f64::from(x));
            let error = (f64::from((function.compute)(x)) - exact).abs();
            let share = if error == 0.0 { 0.0 } else { error / (function.allowed)(exact) };
            if share > worst.0 {
                worst = (share, x);
            }
            tried += 1;
        }
        let (share, x) = worst;
        println!("{}: {tried} numbers, at most {share:.3} of what is allowed, at {x:e}", function.name);
        assert!(tried > 0 && share <= 1.0, "{}({x:e}): {share} of what is allowed", function.name);
    }
}

#[test]
fn powers_are_as_close_as_stated() {
    for exponent in [-2.5_f32, -1.0, -0.3, 0.01, 0.5, 2.0, 7.3] {
        for x in numbers().filter(|&x| positive_normal(x)) {
            let power = f64::from(exponent) * f64::from(x).log2();
            if power.abs() < 125.0 {
                let exact = power.exp2();
                let error = (f64::from(pow(x, exponent)) - exact).abs();
                assert!(
                    error <= (1.3e-7 + 2.3e-7 * power.abs()) * exact,
                    "{x:e}^{exponent}: off by {error:e} of {exact:e}"
                );
            }
        }
    }
    assert_eq!((pow(0.0_f32, 0.5), pow(-3.0_f32, 2.0), pow(9.0_f32, 0.0)), (0.0, 0.0, 1.0));
}

#[test]
fn no_number_gives_more_than_a_number_where_it_is_promised() {
    // Out of its range each of them is limited to it.
    for x in numbers().filter(|x| !x.is_nan()) {
        for (name, y) in [
            ("tan_pi", tan_pi(x)),
            ("exp2", exp2(x)),
            ("exp", exp(x)),
            ("db_to_gain", db_to_gain(x)),
            ("gain_to_db", gain_to_db(x)),
        ] {
            assert!(y.is_finite(), "{name}({x:e}) is {y}");
        }
    }
}
