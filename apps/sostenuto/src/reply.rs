//! What is shown for a command that asks to be shown something.

use crate::live::decibels;
use sostenuto_device::{Counts, Offer};
use sostenuto_engine::{Desk, Fortunes, PortReport};
use sostenuto_nodes::Way;
use sostenuto_patch::command::{Command, help};
use std::fmt::Write;

/// The nodes of a patch, a line each.
pub fn list(desk: &Desk) -> String {
    let mut text = String::new();
    for node in &desk.conductor().resolved().nodes {
        let resolved = desk.conductor().resolved();
        let mut from: Vec<&str> =
            resolved.nodes.cables(node).map(|c| resolved.nodes[c.node].label.as_str()).collect();
        from.dedup();
        let from = if from.is_empty() { String::new() } else { format!("  from {}", from.join(", ")) };
        let bypassed = if node.bypass { "  (bypassed)" } else { "" };
        let channels = if node.layout.channels > 1 {
            format!("  {} channels", node.layout.channels)
        } else {
            String::new()
        };
        _ = writeln!(text, "{:16} {:14}{channels}{from}{bypassed}", node.label, node.kind.name);
    }
    if text.is_empty() { "there is no node: `add NAME KIND` makes one\n".into() } else { text }
}

/// One node: its parameters, what drives them, what comes in.
pub fn show(desk: &Desk, label: &str) -> String {
    let conductor = desk.conductor();
    let resolved = conductor.resolved();
    if let Some((around, name)) = label.split_once('/') {
        return show_inside(desk, around, name);
    }
    let Some(node) = resolved.nodes.labelled(label) else {
        return format!("there is no node `{label}`: `list` shows them\n");
    };
    let mut text = format!("{}: {}, {}\n", node.label, node.kind.name, node.kind.summary);
    for (number, (param, value)) in node.shape.params.iter().zip(&node.values).enumerate() {
        let shown = match param.choices.get(*value as usize).filter(|_| !param.choices.is_empty()) {
            Some(choice) => choice.to_string(),
            None => param.unit.format(f64::from(*value)),
        };
        _ = write!(text, "  {} = {shown}", param.name);
        for drive in resolved.nodes.drives(node).filter(|d| usize::from(d.param) == number) {
            _ = write!(text, "  driven by {} × {:+}", resolved.nodes[drive.node].label, drive.depth);
        }
        text.push('\n');
    }
    for cable in resolved.nodes.cables(node) {
        let port = node.shape.inputs.get(usize::from(cable.input)).map_or("in", |p| &p.name);
        let gain = if cable.gain_db == 0.0 { String::new() } else { format!(" at {} dB", cable.gain_db) };
        _ = writeln!(text, "  {port} from {}{gain}", resolved.nodes[cable.node].label);
    }
    if let Some(fortunes) = conductor.node(label).and_then(|report| report.stream) {
        _ = writeln!(text, "{}", streamed(&fortunes, conductor.sample_rate()));
    }
    if let Some(report) = conductor.node(label)
        && report.average_ns > 0.0
    {
        _ = writeln!(text, "  takes {:.0} ns for 64 frames (peak {} ns)", report.average_ns, report.peak_ns);
    }
    text
}

/// How a stream from the disk fares.
fn streamed(fortunes: &Fortunes, rate: f64) -> String {
    let seconds = |frames: u64| frames as f64 / rate;
    let of = fortunes.length.map_or_else(String::new, |length| format!(" of {:.2} s", seconds(length)));
    let mut text = format!("  at {:.2} s{of}, {} underruns", seconds(fortunes.place), fortunes.underruns);
    if fortunes.lost + fortunes.late + fortunes.unreadable > 0 {
        let Fortunes { lost, late, unreadable, .. } = fortunes;
        _ = write!(text, " ({lost} frames lost, {late} late after a seek, {unreadable} pages unreadable)");
    }
    text
}

/// A node inside of an instance of a part: what the part says of it.
fn show_inside(desk: &Desk, instance: &str, way: &str) -> String {
    let mut nodes = Some(&desk.conductor().resolved().nodes);
    let mut text = String::new();
    let names: Vec<&str> = std::iter::once(instance).chain(way.split('/')).collect();
    for (depth, name) in names.iter().enumerate() {
        let Some(node) = nodes.and_then(|nodes| nodes.labelled(name)) else {
            return format!("there is no node `{}`: `list` shows them\n", names.join("/"));
        };
        if depth + 1 == names.len() {
            text = format!("{}: {}, {}\n", names.join("/"), node.kind.name, node.kind.summary);
            for (param, value) in node.shape.params.iter().zip(&node.values) {
                _ = writeln!(text, "  {} = {} in the part", param.name, param.unit.format(f64::from(*value)));
            }
        }
        nodes = node.kind.part.as_ref().map(|part| &part.nodes);
    }
    text
}

/// The levels of everything that shows any.
pub fn meters(desk: &Desk) -> String {
    let mut text = String::new();
    for node in desk.conductor().nodes().into_iter().filter(|n| !n.levels.is_empty()) {
        for (channel, level) in node.levels.iter().enumerate() {
            let (peak, rms) = (decibels(level.peak), decibels(level.rms));
            _ = writeln!(text, "{:16} {}  peak {peak}  rms {rms}", node.label, channel + 1);
        }
    }
    if text.is_empty() { "there is no meter: add an `audio_out` or a `meter`\n".into() } else { text }
}

/// Load and dropouts, and the nodes that take most.
pub fn stats(desk: &Desk, counts: &Counts) -> String {
    let conductor = desk.conductor();
    let load = conductor.load();
    let mut text = format!(
        "load {:.2} % (peak {:.1} %), {} callbacks, {} over time, {} nodes muted, {} commands put off\n{}\n",
        load.load() * 100.0,
        load.peak() * 100.0,
        load.callbacks(),
        load.over(),
        load.muted(),
        load.deferred(),
        clock(counts),
    );
    for label in conductor.instruments() {
        let Some(counts) = conductor.voices(label).map(|load| load.counts()) else { continue };
        _ = writeln!(
            text,
            "  {label:16} {} notes sound, {} fade; {} began, {} stolen, {} dropped",
            counts.playing, counts.fading, counts.started, counts.stolen, counts.dropped
        );
    }
    if load.lost_notes() > 0 {
        _ = writeln!(
            text,
            "  {} notes of sequences were left out: too much waits for its frame",
            load.lost_notes()
        );
    }
    let mut nodes = conductor.nodes();
    nodes.sort_by(|a, b| b.average_ns.total_cmp(&a.average_ns));
    for node in nodes.iter().take(5).filter(|n| n.average_ns > 0.0) {
        let kind = format!("({})", node.kind);
        _ = writeln!(
            text,
            "  {:16} {kind:16} {:>8.0} ns for 64 frames (peak {} ns)",
            node.label, node.average_ns, node.peak_ns
        );
    }
    text
}

/// How the ports fare: a line for each, and another for one that follows a clock other than its own.
pub fn ports(ports: &[PortReport]) -> String {
    let mut text = String::new();
    for port in ports {
        let way = if port.way == Way::Out { "to" } else { "from" };
        let device = port.device.as_deref().or(port.asked.as_deref()).unwrap_or("the default device");
        _ = write!(text, "{:16} {way} {device}", port.label);
        if port.first > 1 || port.channels > 2 {
            _ = write!(text, ", channels {} to {}", port.first, port.first + port.channels - 1);
        }
        if port.device.is_some() {
            let clock = if port.clock { ", has the clock" } else { "" };
            _ = write!(text, ": {}{clock}, {} Hz, {} frames", port.state.name(), port.rate, port.block);
            _ = write!(text, ", {} under-, {} overruns", port.underruns, port.overruns);
            if port.xruns + port.late > 0 {
                _ = write!(text, ", {} dropouts reported, {} callbacks late", port.xruns, port.late);
            }
            if port.gone > 0 {
                _ = write!(text, ", {} times gone", port.gone);
            }
        }
        text.push('\n');
        if port.follows {
            _ = writeln!(
                text,
                "{:16} holds {:.1} of {:.1} ms, {:.1} ms late, {:+.1} ppm",
                "", port.fill_ms, port.target_ms, port.latency_ms, port.ppm
            );
        }
        if let Some(why) = &port.why {
            _ = writeln!(text, "{:16} not on {}: {why}", "", port.asked.as_deref().unwrap_or("its device"));
        }
    }
    if text.is_empty() { "there is no port: add an `audio_out` or an `audio_in`\n".into() } else { text }
}

/// The sound devices, a line each.
pub fn devices(devices: &[Offer]) -> String {
    let mut text = String::new();
    for device in devices {
        let default = match (device.default, device.default_input) {
            (true, true) => "  (default, default input)",
            (true, false) => "  (default)",
            (false, true) => "  (default input)",
            (false, false) => "",
        };
        let (inputs, outputs) = (device.inputs, device.outputs);
        _ = writeln!(text, "{}{default}  {inputs} in, {outputs} out, {} Hz", device.id, device.rate);
        _ = writeln!(text, "    {}", device.name);
    }
    if text.is_empty() { "there is no sound device\n".into() } else { text }
}

/// The kinds, or one.
pub fn kinds(kind: Option<&str>) -> String {
    match kind.map(|name| (name, sostenuto_nodes::find(name))) {
        None => crate::nodes::list(&sostenuto_nodes::catalogue().collect::<Vec<_>>()),
        Some((_, Some(kind))) => crate::nodes::describe(kind),
        Some((name, None)) => format!("there is no kind `{name}`: `nodes` lists them\n"),
    }
}

/// Where musical time is.
pub fn position(desk: &Desk) -> String {
    let position = desk.conductor().position();
    let state = if position.playing { "" } else { ", standing" };
    format!(
        "bar {}, beat {:.2} ({:.2} quarter notes), {} at {:.2} bpm{state}\n",
        position.bar.max(1),
        position.beat.max(1.0),
        position.beats,
        position.meter,
        position.tempo,
    )
}

/// What is said to a command that nobody here carries out.
pub fn unable(command: &Command) -> String {
    format!("`{command}` cannot be done here")
}

/// Help on one command or all.
pub fn helped(command: Option<&str>) -> String {
    help(command).unwrap_or_else(|error| error.to_string())
}

/// What the clock counted that is worth telling.
fn clock(counts: &Counts) -> String {
    let mut text = format!("{} dropouts reported, {} callbacks late", counts.xruns, counts.late);
    let rare = [
        (counts.refused, "found the engine held elsewhere"),
        (counts.reroutes, "moves to another device"),
        (counts.faults, "other faults"),
        (counts.skipped, "frames skipped"),
    ];
    for (count, what) in rare.iter().filter(|(count, _)| *count > 0) {
        _ = write!(text, ", {count} {what}");
    }
    if counts.priority_denied > 0 {
        text.push_str(", no real-time priority");
    }
    text
}
