//! The same graph without plans and blocks: frame by frame, each signal worked out when it is asked for.

use super::cell::Cell;
use sostenuto_graph::{Adding, CableId, Motion, NodeId, ROOT, Shape, Sink, Source, Trajectory};
use std::collections::{BTreeMap, BTreeSet};

const OUT: Sink = Sink::PartOutput(ROOT, 0);

struct OracleNode {
    /// None: a part.
    cell: Option<Cell>,
    shape: Shape,
    params: Vec<Trajectory>,
    muted: bool,
    detour: Trajectory,
}

struct OracleCable {
    from: Source,
    to: Sink,
    gain: Trajectory,
}

#[derive(Default)]
pub struct Oracle {
    nodes: BTreeMap<NodeId, OracleNode>,
    cables: BTreeMap<CableId, OracleCable>,
    /// How ports with many cables group them.
    groups: BTreeMap<Sink, Vec<Adding>>,
    pub muted: Vec<(NodeId, u64)>,
    frame: u64,
    known: BTreeMap<NodeId, Vec<f32>>,
    /// Delays that were asked for in this frame and have yet to take in.
    emitted: Vec<NodeId>,
}

impl Oracle {
    /// Takes over which nodes and cables there are; `cells` has the insides of those that are new.
    pub fn rewire(
        &mut self,
        shapes: Vec<(NodeId, Shape)>,
        cables: Vec<(CableId, Source, Sink, f32)>,
        groups: BTreeMap<Sink, Vec<Adding>>,
        mut cells: BTreeMap<NodeId, Cell>,
    ) {
        self.groups = groups;
        let ids: BTreeSet<NodeId> = shapes.iter().map(|(id, _)| *id).collect();
        self.nodes.retain(|id, _| ids.contains(id));
        for (id, shape) in shapes {
            self.nodes.entry(id).or_insert_with(|| {
                let params = shape.params.iter().map(|p| Trajectory::hold(p.default)).collect();
                let (cell, detour) = (cells.remove(&id), Trajectory::hold(0.0));
                OracleNode { cell, shape, params, muted: false, detour }
            });
        }
        let there: BTreeSet<CableId> = cables.iter().map(|(id, ..)| *id).collect();
        self.cables.retain(|id, _| there.contains(id));
        for (id, from, to, gain) in cables {
            self.cables.entry(id).or_insert(OracleCable { from, to, gain: Trajectory::hold(gain) });
        }
    }

    pub fn start_cable(&mut self, cable: CableId, gain: f32) {
        if let Some(there) = self.cables.get_mut(&cable) {
            there.gain = Trajectory::hold(gain);
        }
    }

    pub fn move_cable(&mut self, cable: CableId, gain: f32, motion: Motion) {
        if let Some(there) = self.cables.get_mut(&cable) {
            there.gain.depart(self.frame, gain, motion);
        }
    }

    pub fn set(&mut self, node: NodeId, param: u16, value: f32, motion: Motion) {
        if let Some(there) = self.nodes.get_mut(&node) {
            there.params[usize::from(param)].depart(self.frame, value, motion);
        }
    }

    pub fn bypass(&mut self, node: NodeId, on: bool, motion: Motion) {
        if let Some(there) = self.nodes.get_mut(&node) {
            there.detour.depart(self.frame, if on { 1.0 } else { 0.0 }, motion);
        }
    }

    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// The next frame of the output.
    pub fn tick(&mut self, channels: u16) -> Vec<f32> {
        self.known.clear();
        let out = self.sum(OUT, channels);
        // Everything runs, heard or not.
        for id in self.nodes.keys().copied().collect::<Vec<_>>() {
            self.run(id);
        }
        for id in std::mem::take(&mut self.emitted) {
            let x = self.input(id);
            if let Some(OracleNode { cell: Some(cell), muted: false, .. }) = self.nodes.get_mut(&id) {
                cell.absorb(&x);
            }
        }
        self.frame += 1;
        out
    }

    fn input(&mut self, id: NodeId) -> Vec<f32> {
        let ports: Vec<u16> = self.nodes[&id].shape.inputs.iter().map(|p| p.channels).collect();
        let ports = ports.into_iter().enumerate();
        ports.flat_map(|(port, width)| self.sum(Sink::Input(id, port as u16), width)).collect()
    }

    fn sum(&mut self, sink: Sink, width: u16) -> Vec<f32> {
        let groups = self.groups.get(&sink).cloned().unwrap_or_default();
        self.add_up(&groups, width)
    }

    fn add_up(&mut self, groups: &[Adding], width: u16) -> Vec<f32> {
        let mut sum = vec![0.0; usize::from(width)];
        for group in groups {
            let (x, gain) = match group {
                Adding::Sum(below) => (self.add_up(below, width), 1.0),
                Adding::Cable(cable) => {
                    let cable = &self.cables[cable];
                    let (from, gain) = (cable.from, cable.gain.at(self.frame));
                    (self.signal(from), gain)
                }
            };
            for (channel, sum) in sum.iter_mut().enumerate() {
                match (x.len(), usize::from(width)) {
                    (s, p) if s == p => *sum += x[channel] * gain,
                    (1, _) => *sum += x[0] * gain,
                    (s, 1) => x.iter().for_each(|x| *sum += x * (1.0 / s as f32 * gain)),
                    (s, _) if channel < s => *sum += x[channel] * gain,
                    _ => {}
                }
            }
        }
        sum
    }

    fn signal(&mut self, from: Source) -> Vec<f32> {
        match from {
            Source::PartInput(part, port) => {
                let width = self.nodes[&part].shape.inputs[usize::from(port)].channels;
                self.sum(Sink::Input(part, port), width)
            }
            Source::Output(node, port) => {
                let before = self.nodes[&node].shape.outputs[..usize::from(port)].iter();
                let first: usize = before.map(|p| usize::from(p.channels)).sum();
                let width = usize::from(self.nodes[&node].shape.outputs[usize::from(port)].channels);
                self.run(node)[first..first + width].to_vec()
            }
        }
    }

    /// The outputs of a node in this frame; it runs when first asked for.
    fn run(&mut self, id: NodeId) -> Vec<f32> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let node = &self.nodes[&id];
        let width = node.shape.outputs.iter().map(|p| usize::from(p.channels)).sum();
        let ports: Vec<u16> = node.shape.outputs.iter().map(|p| p.channels).collect();
        let (muted, way) = (node.muted, node.detour.at(self.frame));
        let around = node.detour.rests_at(self.frame) && way > 0.5;
        let delays = node.cell.as_ref().is_some_and(Cell::delays);
        let mut y = vec![0.0; width];
        let mut dry = vec![0.0; width];
        if node.detour.target() > 0.5 || !node.detour.rests_at(self.frame) {
            dry = self.dry(id, width);
        }
        if muted {
        } else if node_is_part(&self.nodes[&id]) {
            let ports = ports.into_iter().enumerate();
            y = ports.flat_map(|(port, width)| self.sum(Sink::PartOutput(id, port as u16), width)).collect();
        } else if delays {
            let p = self.param(id);
            self.cell(id).emit(p, &mut y);
            self.emitted.push(id);
        } else {
            let (x, p) = (self.input(id), self.param(id));
            self.cell(id).tick(&x, p, &mut y);
        }
        if around && !muted {
            y = dry.clone();
        }
        if y.iter().any(|s| !s.is_finite()) {
            y.fill(0.0);
            self.nodes.get_mut(&id).expect("it runs").muted = true;
            self.muted.push((id, self.frame));
        } else if !around && !muted {
            y.iter_mut().zip(&dry).for_each(|(wet, dry)| {
                if way != 0.0 {
                    *wet += (dry - *wet) * way;
                }
            });
        }
        self.known.insert(id, y.clone());
        y
    }

    fn dry(&mut self, id: NodeId, width: usize) -> Vec<f32> {
        let Some(port) = self.nodes[&id].shape.inputs.first() else { return vec![0.0; width] };
        let channels = port.channels;
        let x = self.sum(Sink::Input(id, 0), channels);
        let channel = |channel: usize| match (x.len(), width) {
            (s, p) if s == p => x[channel],
            (1, _) => x[0],
            (s, 1) => x.iter().fold(0.0, |sum, x| sum + x * (1.0 / s as f32)),
            (s, _) if channel < s => x[channel],
            _ => 0.0,
        };
        (0..width).map(channel).collect()
    }

    fn cell(&mut self, id: NodeId) -> &mut Cell {
        self.nodes.get_mut(&id).and_then(|n| n.cell.as_mut()).expect("a node has a cell")
    }

    /// The value of the parameter, driven and kept in its range.
    fn param(&mut self, id: NodeId) -> f32 {
        let node = &self.nodes[&id];
        let Some(info) = node.shape.params.first() else { return 0.0 };
        let (min, max) = (info.min, info.max);
        let mut value = node.params[0].at(self.frame).clamp(min, max);
        let mut drives: Vec<(Source, f32)> = self
            .cables
            .values()
            .filter(|c| c.to == Sink::Param(id, 0))
            .map(|c| (c.from, c.gain.at(self.frame)))
            .collect();
        drives.sort_by_key(|(from, _)| *from);
        for (from, depth) in drives {
            value += depth * self.signal(from)[0];
        }
        value.max(min).min(max)
    }
}

fn node_is_part(node: &OracleNode) -> bool {
    node.cell.is_none()
}
