//! The patch that an engine with slots plays: somebody's patch, the sampler beside it, and one volume for all that is heard.

use sostenuto_patch::{Cable, Cables, Node, OUTPUT_KIND, ParamValue, Patch, Source};
use std::collections::BTreeMap;

/// The node that has the slots.
pub const SAMPLES: &str = "samples";
/// The node that has the volume of all that goes to the default device; of more ports on it `master_2` and so on.
pub const MASTER: &str = "master";
/// The port of a patch that has none.
pub const SPEAKERS: &str = "speakers";

/// Another patch with what an engine has besides:
/// - `samples`, a sampler, unless the patch has one of that name itself;
/// - `master`, a factor in front of each port to the default device;
/// - `speakers`, such a port, if there is none.
///
/// Where the patch leads `samples` nowhere it goes to the first `master`. What else a patch calls `master` or `speakers` is an error.
pub fn compose(patch: &Patch, slots: usize, voices: usize, volume: f32) -> Result<Patch, String> {
    if let Some(name) = patch.nodes.keys().find(|name| is_master(name)) {
        return Err(format!(
            "the node `{name}` has a name that is for the engine's volume: call it otherwise"
        ));
    }
    let mut whole = patch.clone();
    add_sampler(&mut whole, [("slot_count", slots as f64), ("voices", voices as f64), ("tell_loops", 1.0)])?;
    for (number, port) in ports(&mut whole)?.iter().enumerate() {
        let name = match number {
            0 => MASTER.to_owned(),
            n => format!("{MASTER}_{}", n + 1),
        };
        let with_samples = number == 0 && !leads_samples(patch);
        add_master(&mut whole, port, &name, volume, with_samples);
    }
    Ok(whole)
}

/// Puts the sampler there, or gives the one that is there what the engine's has.
fn add_sampler(whole: &mut Patch, settings: [(&str, f64); 3]) -> Result<(), String> {
    let Some(own) = whole.nodes.get_mut(SAMPLES) else {
        whole.nodes.insert(SAMPLES.into(), node(SAMPLES, "sampler", settings.into_iter()));
        return Ok(());
    };
    if own.kind != "sampler" {
        return Err(format!(
            "the node `{SAMPLES}` is a {}: that name is for a sampler, which has the engine's slots; call it otherwise",
            own.kind
        ));
    }
    for (name, value) in settings {
        let there = *own.settings.entry(name.into()).or_insert(value);
        if there != value && name != "tell_loops" {
            return Err(format!(
                "`{SAMPLES}` has {name} = {there}, and the engine {value}: leave it out, or make the engine with as many"
            ));
        }
    }
    Ok(())
}

/// The ports to the default device; one is put there if there is none.
fn ports(whole: &mut Patch) -> Result<Vec<String>, String> {
    let is_default = |node: &Node| {
        node.kind == OUTPUT_KIND
            && node.device.as_deref().is_none_or(|device| device.eq_ignore_ascii_case("default"))
    };
    let there = whole.nodes.iter().filter(|(_, node)| is_default(node));
    let there: Vec<String> = there.map(|(name, _)| name.clone()).collect();
    if !there.is_empty() {
        return Ok(there);
    }
    if whole.nodes.contains_key(SPEAKERS) {
        return Err(format!("the node `{SPEAKERS}` has the name of the engine's port: call it otherwise"));
    }
    let port = Node { channels: Some(2), ..node(SPEAKERS, OUTPUT_KIND, [].into_iter()) };
    whole.nodes.insert(SPEAKERS.into(), port);
    Ok(vec![SPEAKERS.into()])
}

/// Whether a patch leads the slots somewhere.
fn leads_samples(patch: &Patch) -> bool {
    patch.nodes.values().any(|node| {
        let mut drives = node.params.values().flat_map(|value| &value.drives);
        node.cables.from_node(SAMPLES).next().is_some() || drives.any(|drive| drive.from.node == SAMPLES)
    })
}

/// Puts a volume between a port and what it hears.
fn add_master(whole: &mut Patch, port: &str, name: &str, volume: f32, with_samples: bool) {
    let Some(there) = whole.nodes.get_mut(port) else { return };
    let cable = |from: &str| {
        let from = Source { node: from.into(), port: "out".into() };
        Cable { from, port: "in".into(), gain_db: 0.0 }
    };
    let mut master = node(name, "add", [].into_iter());
    if volume != 1.0 {
        let scale = ParamValue { value: Some(volume), drives: Vec::new() };
        master.params.insert("scale".into(), scale);
    }
    master.channels = there.channels;
    master.cables = std::mem::take(&mut there.cables);
    there.cables.push(cable(name));
    if with_samples {
        master.cables.push(cable(SAMPLES));
    }
    whole.nodes.insert(name.into(), master);
}

/// The names of the volumes that a composed patch has.
pub fn masters(patch: &Patch) -> impl Iterator<Item = &String> {
    patch.nodes.keys().filter(|name| is_master(name))
}

fn is_master(name: &str) -> bool {
    name == MASTER || name.starts_with("master_")
}

fn node<'a>(name: &str, kind: &str, settings: impl Iterator<Item = (&'a str, f64)>) -> Node {
    Node {
        id: name.into(),
        kind: kind.into(),
        channels: None,
        bypass: false,
        buffer: None,
        device: None,
        slots: Vec::new(),
        settings: settings.map(|(name, value)| (name.to_owned(), value)).collect(),
        params: BTreeMap::new(),
        cables: Cables::new(),
    }
}
