//! The catalogue says what is: names, ranges, texts, and that a node built from an entry looks as the entry says.

use crate::support;

use sostenuto_graph::{Approach, Curve, MAX_PARAMS, Stream};
use sostenuto_nodes::{Kind, Layout, Mixer, ParamInfo, SettingRange, build, catalogue, find};
use std::collections::BTreeSet;
use support::{layouts, node};

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn is_sentence(text: &str) -> bool {
    text.ends_with('.') && text.chars().next().is_some_and(char::is_uppercase)
}

/// All parameters, with those of the bank.
fn params(kind: &Kind) -> impl Iterator<Item = &ParamInfo> {
    kind.params.iter().chain(kind.bank.iter().flat_map(|bank| bank.params))
}

#[test]
fn kinds_are_named_once_and_described() {
    let mut names = BTreeSet::new();
    for kind in catalogue() {
        assert!(is_name(kind.name) && names.insert(kind.name), "{}", kind.name);
        assert!(is_sentence(kind.summary), "{}: {}", kind.name, kind.summary);
        assert!(kind.source.len() > 5, "{}", kind.name);
        assert_eq!(find(kind.name), Some(kind));
        assert!(!kind.outputs.is_empty(), "{}", kind.name);
    }
    assert!(find("nothing").is_none() && build("nothing", Layout::default()).is_none());
}

#[test]
fn ports_parameters_and_settings_are_named_once_and_described() {
    for kind in catalogue() {
        let described = |name: &str, summary: &str| {
            assert!(is_name(name) && !name.ends_with(|c: char| c.is_ascii_digit()), "{}.{name}", kind.name);
            assert!(summary.len() > 3 && !summary.ends_with('.'), "{}.{name}: {summary}", kind.name);
        };
        let bank = kind.bank.iter().map(|bank| &bank.port);
        let mut inputs = BTreeSet::new();
        for port in kind.inputs.iter().chain(bank) {
            described(port.name, port.summary);
            assert!(inputs.insert(port.name));
        }
        let mut outputs = BTreeSet::new();
        for port in kind.outputs {
            described(port.name, port.summary);
            assert!(outputs.insert(port.name));
        }
        // Parameters and settings share a table in a document.
        let mut items = BTreeSet::new();
        for (name, summary) in kind
            .params
            .iter()
            .map(|p| (p.name, p.summary))
            .chain(kind.settings.iter().map(|s| (s.name, s.summary)))
        {
            described(name, summary);
            assert!(items.insert(name), "{}.{name}", kind.name);
            assert!(!["kind", "inputs", "channels", "id"].contains(&name), "{}.{name}", kind.name);
        }
    }
}

#[test]
fn ranges_hold_their_defaults_and_fit_their_curves() {
    for kind in catalogue() {
        for param in params(kind) {
            let name = format!("{}.{}", kind.name, param.name);
            assert!(param.min.is_finite() && param.max.is_finite() && param.min < param.max, "{name}");
            assert!((param.min..=param.max).contains(&param.default), "{name}");
            if param.curve == Curve::Logarithmic {
                // A range in equal ratios may begin at zero (a stopped oscillator, no delay), but not lie around it.
                assert!(param.min >= 0.0 && param.default >= 0.0, "{name}");
            }
            if param.choices.is_empty() {
                continue;
            }
            assert_eq!((param.min, param.max), (0.0, param.choices.len() as f32 - 1.0), "{name}");
            assert_eq!(param.default.fract(), 0.0, "{name}");
            assert!(param.choices.iter().all(|c| is_name(c)), "{name}");
            let fades = kind.bank.is_some_and(|bank| bank.params.contains(param));
            assert_eq!(matches!(param.approach, Approach::Step), !fades, "{name}");
        }
        for setting in kind.settings {
            let (min, max) = setting.limits();
            assert!((min..=max).contains(&setting.default()), "{}.{}", kind.name, setting.name);
            if let SettingRange::Choice(names) = setting.range {
                assert!(names.len() > 1 && names.iter().all(|n| is_name(n)));
            }
        }
    }
}

#[test]
fn nodes_look_as_their_entries_say() {
    for kind in catalogue() {
        for layout in layouts(kind) {
            let mut node = node(kind, &layout);
            let shape = kind.shape(&layout);
            assert_eq!(node.shape(), shape, "{}", kind.name);
            node.prepare(&Stream { sample_rate: 48_000.0 });
            assert_eq!(node.shape(), shape, "{}", kind.name);
            assert_eq!(node.delays(), kind.delays, "{}", kind.name);
            assert_eq!(node.delaying().is_some(), kind.delays, "{}", kind.name);
            assert!(shape.params.len() <= MAX_PARAMS, "{}", kind.name);
        }
    }
}

#[test]
fn a_bank_has_as_many_as_its_setting_says() {
    for kind in catalogue() {
        let Some(bank) = &kind.bank else { continue };
        let setting = kind.settings.iter().find(|s| s.name == bank.setting).expect(kind.name);
        assert!(matches!(setting.range, SettingRange::Whole { .. }), "{}", kind.name);
        let (min, max) = setting.limits();
        for count in [min, max] {
            let layout = Layout { settings: [(bank.setting.to_owned(), count)].into(), ..Layout::of(2) };
            let shape = kind.shape(&layout);
            let count = count as usize;
            assert_eq!(shape.inputs.len(), kind.inputs.len() + count);
            assert_eq!(shape.params.len(), kind.params.len() + count * bank.params.len());
            assert!(shape.input(&format!("{}{count}", bank.port.name)).is_some());
            assert!(shape.param(&format!("{}{count}", bank.params[0].name)).is_some());
        }
    }
    use sostenuto_graph::Processor;
    assert_eq!(Mixer::new(7, 2).shape().inputs.len(), 7);
    assert_eq!(Mixer::new(99, 2).shape().inputs.len(), 16);
}

#[test]
fn what_is_late_says_by_how_much() {
    for kind in catalogue() {
        for layout in layouts(kind) {
            let mut node = node(kind, &layout);
            node.prepare(&Stream { sample_rate: 48_000.0 });
            let late = ["limiter", "saturate", "pitch_shift"].contains(&kind.name);
            let none = kind.name == "saturate" && layout.settings["oversampling"] == 3.0;
            assert_eq!(node.latency() > 0, late && !none, "{} {layout:?}", kind.name);
        }
    }
}

#[test]
fn the_kinds_that_are_asked_for_are_there() {
    let asked = "sine saw square triangle white_noise pink_noise constant impulse lfo adsr gain pan balance width mixer \
        crossfade lowpass highpass bandpass bandpass_skirt notch allpass peak lowshelf highshelf svf dc_blocker delay echo \
        chorus flanger reverb compressor limiter saturate multiply add sample_hold slew meter scope audio_out \
        note inlet outlet";
    for name in asked.split_whitespace() {
        assert!(find(name).is_some(), "{name}");
    }
}
