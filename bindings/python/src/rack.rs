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
    let mut whole = patch.clone();
    let own_sampler = match patch.nodes.get(SAMPLES) {
        Some(node) if node.kind != "sampler" => {
            return Err(format!(
                "the node `{SAMPLES}` is a {}: that name is for a sampler, which has the engine's slots; call it otherwise",
                node.kind
            ));
        }
        own => own.is_some(),
    };
    let taken = |name: &str| name == MASTER || name.starts_with("master_");
    if let Some(name) = patch.nodes.keys().find(|name| taken(name)) {
        return Err(format!(
            "the node `{name}` has a name that is for the engine's volume: call it otherwise"
        ));
    }
    let settings = [("slot_count", slots as f64), ("voices", voices as f64), ("tell_loops", 1.0)];
    if !own_sampler {
        whole.nodes.insert(SAMPLES.into(), node(SAMPLES, "sampler", settings.into_iter()));
    } else if let Some(own) = whole.nodes.get_mut(SAMPLES) {
        for (name, value) in settings {
            let there = *own.settings.entry(name.into()).or_insert(value);
            if there != value && name != "tell_loops" {
                return Err(format!(
                    "`{SAMPLES}` has {name} = {there}, and the engine {value}: leave it out, or make the engine with as many"
                ));
            }
        }
    }
    let is_default = |node: &Node| {
        node.kind == OUTPUT_KIND
            && node.device.as_deref().is_none_or(|device| device.eq_ignore_ascii_case("default"))
    };
    let mut ports: Vec<String> =
        patch.nodes.iter().filter(|(_, node)| is_default(node)).map(|(name, _)| name.clone()).collect();
    if ports.is_empty() {
        if patch.nodes.contains_key(SPEAKERS) {
            return Err(format!(
                "the node `{SPEAKERS}` has the name of the engine's port: call it otherwise"
            ));
        }
        let port = Node { channels: Some(2), ..node(SPEAKERS, OUTPUT_KIND, [].into_iter()) };
        whole.nodes.insert(SPEAKERS.into(), port);
        ports.push(SPEAKERS.into());
    }
    let leads_somewhere = patch.nodes.values().any(|node| {
        node.cables.from_node(SAMPLES).next().is_some()
            || node.params.values().any(|value| value.drives.iter().any(|drive| drive.from.node == SAMPLES))
    });
    for (number, port) in ports.iter().enumerate() {
        let name = match number {
            0 => MASTER.to_owned(),
            n => format!("{MASTER}_{}", n + 1),
        };
        let Some(there) = whole.nodes.get_mut(port) else { continue };
        let mut master = node(&name, "add", [].into_iter());
        if volume != 1.0 {
            let scale = ParamValue { value: Some(volume), drives: Vec::new() };
            master.params.insert("scale".into(), scale);
        }
        master.channels = there.channels;
        master.cables = std::mem::take(&mut there.cables);
        let from = Source { node: name.clone(), port: "out".into() };
        there.cables = Cables::new();
        there.cables.push(Cable { from, port: "in".into(), gain_db: 0.0 });
        if number == 0 && !leads_somewhere {
            let from = Source { node: SAMPLES.into(), port: "out".into() };
            master.cables.push(Cable { from, port: "in".into(), gain_db: 0.0 });
        }
        whole.nodes.insert(name, master);
    }
    Ok(whole)
}

/// The names of the volumes that a composed patch has.
pub fn masters(patch: &Patch) -> impl Iterator<Item = &String> {
    patch.nodes.keys().filter(|name| *name == MASTER || name.starts_with("master_"))
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
