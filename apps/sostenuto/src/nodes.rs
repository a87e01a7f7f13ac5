//! `nodes`: the catalogue, as a list, in full for one kind, or as JSON.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use sostenuto_engine::Conductor;
use sostenuto_graph::Curve;
use sostenuto_nodes::{
    Group, Kind, Naming, ParamInfo, PortInfo, SLOT_SETTINGS, SettingInfo, SettingRange, ValueInfo, Verb,
    Width,
};
use std::fmt::Write;
use std::process::ExitCode;

pub fn nodes(kind: Option<&str>, json: bool) -> Result<ExitCode> {
    let kinds: Vec<&Kind> = match kind {
        None => sostenuto_nodes::catalogue().collect(),
        Some(name) => match sostenuto_nodes::find(name) {
            Some(kind) => vec![kind],
            None => match Conductor::catalogue().suggest(name) {
                Some(near) => bail!("there is no kind `{name}`: did you mean `{near}`?"),
                None => bail!("there is no kind `{name}`: `sostenuto nodes` lists them"),
            },
        },
    };
    if json {
        let all: Vec<Value> = kinds.iter().map(|kind| as_json(kind)).collect();
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else if kind.is_some() {
        kinds.iter().for_each(|kind| print!("{}", describe(kind)));
    } else {
        print!("{}", list(&kinds));
    }
    Ok(ExitCode::SUCCESS)
}

/// All kinds, a line each, by group.
pub fn list(kinds: &[&Kind]) -> String {
    let mut text = String::new();
    let mut group = None;
    let wide = kinds.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    for kind in kinds {
        if group != Some(kind.group) {
            let gap = if group.is_some() { "\n" } else { "" };
            _ = writeln!(text, "{gap}{}", heading(kind.group));
            group = Some(kind.group);
        }
        _ = writeln!(text, "  {:wide$}  {}", kind.name, kind.summary);
    }
    text
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Source => "Sources",
        Group::Control => "Control",
        Group::Level => "Level",
        Group::Filter => "Filters",
        Group::Space => "Delay and space",
        Group::Dynamics => "Dynamics",
        Group::Maths => "Arithmetic",
        Group::Output => "Output and display",
        Group::Part => "Ports of parts",
    }
}

/// Everything about one kind.
pub fn describe(kind: &Kind) -> String {
    let mut text = format!("{}: {}\n", kind.name, kind.summary);
    if kind.delays {
        text.push_str("May close a feedback loop.\n");
    }
    if kind.plays {
        text.push_str("Plays a buffer: buffer = \"NAME\", which is under [buffers].\n");
    }
    if kind.samples {
        text.push_str("Plays buffers from slots: slots = [\"NAME\", { buffer = \"NAME\", ... }], which are under [buffers].\n");
    }
    if kind.notes {
        text.push_str("Takes notes, and can play sequences.\n");
    }
    section(&mut text, "inputs", kind.inputs.iter().map(port));
    section(&mut text, "outputs", kind.outputs.iter().map(port));
    section(&mut text, "parameters", kind.params.iter().map(param));
    section(&mut text, "settings, fixed for a node's life", kind.settings.iter().map(setting));
    if let Some(bank) = &kind.bank {
        let title = format!("for each of its `{}`, numbered from 1", bank.setting);
        section(&mut text, &title, std::iter::once(port(&bank.port)).chain(bank.params.iter().map(param)));
    }
    if kind.samples {
        section(&mut text, "of each slot", SLOT_SETTINGS.iter().map(setting));
    }
    section(&mut text, "what it can be told, with `tell`", kind.verbs.iter().map(verb));
    if !kind.tells.is_empty() {
        _ = writeln!(text, "tells: {}", kind.tells.join(", "));
    }
    _ = writeln!(text, "after: {}", kind.source);
    text
}

fn section(text: &mut String, title: &str, rows: impl Iterator<Item = (String, String, String)>) {
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let wide = |column: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|r| column(r).chars().count()).max().unwrap_or(0)
    };
    let (name_wide, range_wide) = (wide(|r| &r.0), wide(|r| &r.1));
    _ = writeln!(text, "{title}:");
    for (name, range, summary) in &rows {
        _ = writeln!(text, "  {name:name_wide$}  {range:range_wide$}  {summary}");
    }
}

fn port(port: &PortInfo) -> (String, String, String) {
    let width = match port.width {
        Width::Fixed(1) => "mono".into(),
        Width::Fixed(2) => "stereo".into(),
        Width::Fixed(n) => format!("{n} channels"),
        Width::Follow => "as wide as its cables".into(),
    };
    (port.name.into(), width, port.summary.into())
}

fn param(param: &ParamInfo) -> (String, String, String) {
    let show = |value: f32| param.unit.format(f64::from(value));
    let range = if param.choices.is_empty() {
        format!("{} to {} ({})", show(param.min), show(param.max), show(param.default))
    } else {
        let default = param.choices.get(param.default as usize).copied().unwrap_or_default();
        format!("{} ({default})", param.choices.join(", "))
    };
    (param.name.into(), range, param.summary.into())
}

/// What is said with it, from 1 on where it counts.
fn verb(verb: &Verb) -> (String, String, String) {
    let place = verb.place.map(|(what, _)| what.to_uppercase());
    let id = match verb.names {
        Naming::None => None,
        Naming::Gives => Some("[id=N]".to_owned()),
        Naming::Takes if verb.place.is_some() => Some("or id=N".to_owned()),
        Naming::Takes => Some("id=N".to_owned()),
    };
    let value = |info: &ValueInfo| format!("{}={}..{}", info.name, info.min, info.max);
    let words: Vec<String> = place.into_iter().chain(id).chain(verb.values.iter().map(value)).collect();
    (verb.name.into(), words.join(" "), verb.summary.into())
}

fn setting(setting: &SettingInfo) -> (String, String, String) {
    let range = match setting.range {
        SettingRange::Number { unit, min, max, default } => {
            format!("{} to {} ({})", unit.format(min), unit.format(max), unit.format(default))
        }
        SettingRange::Whole { min, max, default } => format!("{min} to {max} ({default})"),
        SettingRange::Choice(names) => {
            format!("{} ({})", names.join(", "), names.first().copied().unwrap_or_default())
        }
    };
    (setting.name.into(), range, setting.summary.into())
}

fn as_json(kind: &Kind) -> Value {
    let port = |p: &PortInfo| {
        let channels = match p.width {
            Width::Fixed(n) => json!(n),
            Width::Follow => json!("follow"),
        };
        json!({ "name": p.name, "channels": channels, "summary": p.summary })
    };
    let param = |p: &ParamInfo| {
        json!({
            "name": p.name, "unit": p.unit.symbol(), "min": p.min, "max": p.max, "default": p.default,
            "curve": if p.curve == Curve::Linear { "linear" } else { "logarithmic" },
            "choices": p.choices, "summary": p.summary,
        })
    };
    let setting = |s: &SettingInfo| {
        let (min, max) = s.limits();
        let (unit, choices): (_, &[&str]) = match s.range {
            SettingRange::Number { unit, .. } => (unit.symbol(), &[]),
            SettingRange::Whole { .. } => ("", &[]),
            SettingRange::Choice(names) => ("", names),
        };
        json!({
            "name": s.name, "unit": unit, "whole": matches!(s.range, SettingRange::Whole { .. }), "min": min, "max": max,
            "default": s.default(), "choices": choices, "summary": s.summary,
        })
    };
    json!({
        "name": kind.name,
        "group": heading(kind.group),
        "summary": kind.summary,
        "source": kind.source,
        "delays": kind.delays,
        "plays": kind.plays,
        "samples": kind.samples,
        "device": kind.port.is_some(),
        "notes": kind.notes,
        "verbs": kind.verbs.iter().map(|verb| verb.name).collect::<Vec<_>>(),
        "tells": kind.tells,
        "inputs": kind.inputs.iter().map(port).collect::<Vec<_>>(),
        "outputs": kind.outputs.iter().map(port).collect::<Vec<_>>(),
        "params": kind.params.iter().map(param).collect::<Vec<_>>(),
        "settings": kind.settings.iter().map(setting).collect::<Vec<_>>(),
        "bank": kind.bank.as_ref().map(|b| json!({
            "setting": b.setting, "port": port(&b.port), "params": b.params.iter().map(param).collect::<Vec<_>>(),
        })),
    })
}
