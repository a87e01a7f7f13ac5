//! `devices`: which sound devices there are, as a table or as JSON, and which come and go.

use crate::clean::clean;
use crate::cli::Devices as Args;
use anyhow::Result;
use serde_json::{Value, json};
use sostenuto_device::{Change, DeviceInfo, Devices, Direction, Host, Offer, System};
use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Duration;

/// How often changes are asked for; the system is looked at less often than that.
const ASK: Duration = Duration::from_millis(250);

/// A device, and what it offers in each direction.
struct Entry {
    id: String,
    name: String,
    host: String,
    output: Option<DeviceInfo>,
    input: Option<DeviceInfo>,
}

pub fn devices(args: &Args) -> Result<ExitCode> {
    let host = args.host.as_deref();
    // Before the list is taken, so that nothing is missed in between.
    let mut system = System::new();
    if args.watch {
        system.changes();
    }
    let entries = entries(host)?;
    let text = match (args.json, args.watch) {
        (false, _) => table(&entries),
        (true, false) => format!("{:#}\n", Value::from_iter(entries.iter().map(as_json))),
        (true, true) => {
            let offers = system.offers().into_iter().map(|offer| Change::Appeared { offer });
            offers.filter(|change| is_on(change, host)).map(|change| line(&event(&change))).collect()
        }
    };
    // Whoever reads this may have seen enough.
    let mut open = stdout().write_all(text.as_bytes()).is_ok();
    while args.watch && open {
        std::thread::sleep(ASK);
        for change in system.changes().iter().filter(|change| is_on(change, host)) {
            let text = if args.json { line(&event(change)) } else { clean(&told(change)) + "\n" };
            open &= stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()).is_ok();
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn entries(host: Option<&str>) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for direction in [Direction::Play, Direction::Record] {
        for info in Devices::list_on(host, direction)? {
            let at = entries.iter().position(|entry| entry.id == info.id).unwrap_or_else(|| {
                let (id, name, host) = (info.id.clone(), info.name.clone(), info.host.clone());
                entries.push(Entry { id, name, host, output: None, input: None });
                entries.len() - 1
            });
            let Some(entry) = entries.get_mut(at) else { continue };
            match direction {
                Direction::Play => entry.output = Some(info),
                Direction::Record => entry.input = Some(info),
            }
        }
    }
    // As defaults are looked for: host after host.
    let hosts = Devices::hosts();
    entries.sort_by_key(|entry| hosts.iter().position(|host| *host == entry.host));
    Ok(entries)
}

/// A line for each device, below a line of headings.
fn table(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "There is no sound device. Patches can still be rendered: sostenuto render PATCH -o FILE.wav\n".into();
    }
    let heads = ["default", "id", "name", "out", "in", "Hz", "block", "formats"].map(String::from);
    let rows: Vec<[String; 8]> = std::iter::once(heads).chain(entries.iter().map(row)).collect();
    let wide = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 8] = std::array::from_fn(wide);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, wide)| format!("{cell:wide$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text + "\nThe first default of each direction is the one that is used when no device is named.\n"
}

fn row(entry: &Entry) -> [String; 8] {
    let sides = [&entry.output, &entry.input];
    let [plays, records] =
        sides.map(|side| side.as_ref().filter(|info| info.default && info.refusal.is_none()).is_some());
    let default = match (plays, records) {
        (true, true) => "out, in",
        (true, false) => "out",
        (false, true) => "in",
        (false, false) => "",
    };
    let [out, r#in] = sides.map(|side| side.as_ref().map_or_else(String::new, channels));
    // Mostly the same in both directions; if not, --json tells.
    let info = entry.output.as_ref().or(entry.input.as_ref());
    let (hertz, block, formats) = info.map_or_else(Default::default, |info| match &info.refusal {
        Some(why) => (format!("({why})"), String::new(), String::new()),
        None => (hertz(info), block(info), info.formats.join(" ")),
    });
    [default.into(), clean(&entry.id), clean(&entry.name), out, r#in, hertz, block, formats]
}

fn channels(info: &DeviceInfo) -> String {
    if info.refusal.is_some() { "?".into() } else { info.most_channels().to_string() }
}

/// The rate that it prefers, and those that it takes.
fn hertz(info: &DeviceInfo) -> String {
    let taken = match info.common_rates.as_slice() {
        few if (1..=4).contains(&few.len()) => few.iter().map(u32::to_string).collect::<Vec<_>>().join("/"),
        _ => span(info.rates.0, info.rates.1),
    };
    match info.preferred_rate.map(|rate| rate.to_string()) {
        Some(rate) if rate != taken => format!("{rate} of {taken}"),
        _ => taken,
    }
}

fn block(info: &DeviceInfo) -> String {
    info.blocks.as_ref().map_or_else(String::new, |blocks| span(*blocks.start(), *blocks.end()))
}

fn span(least: u32, most: u32) -> String {
    if least == most { least.to_string() } else { format!("{least}-{most}") }
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "id": entry.id,
        "name": entry.name,
        "host": entry.host,
        "output": entry.output.as_ref().map(side),
        "input": entry.input.as_ref().map(side),
    })
}

fn side(info: &DeviceInfo) -> Value {
    json!({
        "default": info.default,
        "channels": info.most_channels(),
        "channel_counts": info.channels,
        "rate": info.preferred_rate,
        "rates": { "lowest": info.rates.0, "highest": info.rates.1, "common": info.common_rates },
        "blocks": info.blocks.as_ref().map(|blocks| json!({ "least": blocks.start(), "most": blocks.end() })),
        "formats": info.formats,
        "refusal": info.refusal,
    })
}

fn is_on(change: &Change, host: Option<&str>) -> bool {
    let (Change::Appeared { offer: Offer { id, .. } }
    | Change::Gone { id }
    | Change::DefaultChanged { id, .. }) = change;
    let own = id.split_once(':').map_or("", |(host, _)| host);
    host.is_none_or(|host| host.eq_ignore_ascii_case(own))
}

fn told(change: &Change) -> String {
    match change {
        Change::Appeared { offer } => {
            let Offer { id, name, inputs, outputs, rate, .. } = offer;
            format!("{id} ({name}) is there: {outputs} out, {inputs} in, {rate} Hz")
        }
        Change::Gone { id } => format!("{id} is gone"),
        Change::DefaultChanged { id, direction: Direction::Play } => format!("{id} is the default to play"),
        Change::DefaultChanged { id, direction: Direction::Record } => {
            format!("{id} is the default to record")
        }
    }
}

fn event(change: &Change) -> Value {
    match change {
        Change::Appeared { offer } => appeared(offer),
        Change::Gone { id } => json!({ "event": "gone", "id": id }),
        Change::DefaultChanged { id, direction } => {
            let direction = if *direction == Direction::Play { "output" } else { "input" };
            json!({ "event": "default", "id": id, "direction": direction })
        }
    }
}

fn appeared(offer: &Offer) -> Value {
    json!({
        "event": "appeared",
        "id": offer.id,
        "name": offer.name,
        "outputs": offer.outputs,
        "inputs": offer.inputs,
        "rate": offer.rate,
        "default_output": offer.default,
        "default_input": offer.default_input,
    })
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}
