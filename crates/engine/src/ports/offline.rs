//! What do ports other than the main bus send while an engine is rendered without devices?

use super::spec::PortSpec;
use super::wire::{FromNode, Outward, Place, STEP, WireEnd};
use crate::conductor::Conductor;
use sostenuto_nodes::Way;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Collects what goes to devices by ports other than the main bus, which is what the executor itself gives: for rendering a patch of several devices, each to a file of its
/// own. Inputs are silent. `[control]`
///
/// ```
/// use sostenuto_engine::{Conductor, OfflinePorts};
/// use sostenuto_graph::Limits;
/// let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
/// let mut ports = OfflinePorts::of(&mut conductor);
/// conductor.play_toml(r#"
///     [nodes.tone]
///     kind = "sine"
///     [nodes.out]
///     kind = "audio_out"
///     device = "stage"
///     inputs = ["tone"]
/// "#)?;
/// let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
/// executor.render(&mut [&mut left, &mut right]);
/// let heard = ports.take(&mut conductor, 0, 480);
/// assert!(left.iter().all(|x| *x == 0.0) && heard["stage"][0].iter().any(|x| x.abs() > 0.9));
/// # Ok::<(), sostenuto_engine::EngineError>(())
/// ```
#[derive(Debug)]
pub struct OfflinePorts {
    wires: Arc<Mutex<Vec<(FromNode, Place)>>>,
    block: Vec<f32>,
}

#[derive(Debug)]
struct Collector(Arc<Mutex<Vec<(FromNode, Place)>>>);

impl Outward for Collector {
    fn attach(&mut self, end: WireEnd, place: Place) {
        if let WireEnd::Out(end) = end {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push((end, place));
        }
    }
}

impl OfflinePorts {
    /// The most frames that may be rendered between two calls of [`take`](Self::take).
    pub const MOST_FRAMES: usize = STEP;

    /// Collects from a conductor that has not played yet.
    pub fn of(conductor: &mut Conductor) -> Self {
        let wires = Arc::default();
        conductor.set_outward(Box::new(Collector(Arc::clone(&wires))));
        OfflinePorts { wires, block: Vec::new() }
    }

    /// The channels of each device, as ports name it, over the frames that were just rendered; `default` for the default device. Devices that no port sends to are
    /// left out.
    pub fn take(
        &mut self,
        conductor: &mut Conductor,
        first: u64,
        frames: usize,
    ) -> BTreeMap<String, Vec<Vec<f32>>> {
        let mut heard: BTreeMap<String, Vec<Vec<f32>>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for port in conductor.ports().iter().filter(|port| port.way == Way::Out) {
            names.insert(conductor.stream_of(port), name(port));
        }
        let mut wires = self.wires.lock().unwrap_or_else(PoisonError::into_inner);
        for (wire, place) in wires.iter_mut() {
            let channels = wire.channels();
            self.block.resize(frames * channels, 0.0);
            wire.take(&mut self.block, first);
            // One that fades out, of a port that is gone, is heard with the rest of its device as long as another is there.
            let Some(name) = names.get(&place.stream) else { continue };
            let device = heard.entry(name.clone()).or_default();
            let reach = usize::from(place.first) + channels;
            device.resize(device.len().max(reach), vec![0.0; frames]);
            for (channel, to) in device.iter_mut().skip(usize::from(place.first)).take(channels).enumerate() {
                let from = self.block.iter().skip(channel).step_by(channels);
                to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
            }
        }
        wires.retain(|(wire, _)| !wire.is_over());
        heard
    }
}

fn name(port: &PortSpec) -> String {
    port.device.clone().unwrap_or_else(|| "default".into())
}
