//! The patch in fundsp: all nodes in one `Net`, with its back end.
//!
//! An input takes one connection, so that a bus is a tree of adders, and what is added later is added at its root. A `Net` frees what came back while
//! it commits the next edit: that time is in the control time.

use super::patch::*;
use crate::RATE;
use fundsp::prelude32::*;
use fundsp::realnet::NetBackend;

struct Fundsp {
    net: Net,
    back_end: NetBackend,
    out: BufferVec,
    parts: Vec<Part>,
    /// The end of each bus's tree, and the gain that it feeds; the main bus last.
    trees: Vec<(NodeId, NodeId)>,
    made: Vec<NodeId>,
}

struct Part {
    nodes: Vec<NodeId>,
    level: Shared,
}

/// The number of the main bus.
const MAIN: usize = SENDS;

pub fn make(parts: usize) -> Box<dyn Subject> {
    let mut net = Net::new(0, 1);
    net.set_sample_rate(f64::from(RATE));
    let all: Vec<Part> = (0..parts).map(|number| part(&mut net, number)).collect();
    for feed in 0..feeds(parts) {
        let (from, [to, _]) = feed_ends(feed);
        net.connect(all[from].nodes[LEVEL], 0, all[to].nodes[ENTRY], 1);
    }
    let ends = |bus: usize| -> Vec<NodeId> {
        let feeds = |number: &usize| bus == MAIN || buses(*number).0 == bus;
        (0..parts).filter(feeds).map(|number| all[number].nodes[LEVEL]).collect()
    };
    let mut trees = Vec::new();
    for bus in 0..=MAIN {
        let mut level = ends(bus);
        if bus != MAIN {
            level = level.iter().map(|end| one_input(&mut net, Box::new(mul(SEND_GAIN)), *end)).collect();
        }
        while level.len() > 1 {
            level = level.chunks(2).map(|pair| sum(&mut net, pair)).collect();
        }
        let gain = one_input(&mut net, Box::new(mul(main_gain(parts))), level[0]);
        trees.push((level[0], gain));
    }
    let gains: Vec<NodeId> = trees.iter().map(|tree| tree.1).collect();
    let mut end = gains[0];
    for gain in &gains[1..] {
        end = sum(&mut net, &[end, *gain]);
    }
    net.connect_output(end, 0, 0);
    let back_end = net.backend();
    Box::new(Fundsp { net, back_end, out: BufferVec::new(1), parts: all, trees, made: Vec::new() })
}

fn one_input(net: &mut Net, unit: Box<dyn AudioUnit>, from: NodeId) -> NodeId {
    let node = net.push(unit);
    net.connect(from, 0, node, 0);
    node
}

fn sum(net: &mut Net, ends: &[NodeId]) -> NodeId {
    let [first, second] = *ends else { return ends[0] };
    let node = one_input(net, Box::new(pass() + pass()), first);
    net.connect(second, 0, node, 1);
    node
}

fn part(net: &mut Net, number: usize) -> Part {
    let level = shared(level(number, false));
    let mut nodes: Vec<NodeId> = Vec::with_capacity(NODES);
    for place in 0..NODES {
        let unit: Box<dyn AudioUnit> = match place {
            SINE => Box::new(sine_hz(frequency(number))),
            ENTRY => Box::new(pass() + pass()),
            FILTER => Box::new(lowpole_hz(CUTOFF)),
            LEVEL => Box::new(pass() * var(&level)),
            _ => Box::new(mul(PLAIN_GAIN)),
        };
        let node = net.push(unit);
        if let Some(last) = nodes.last() {
            net.connect(*last, 0, node, 0);
        }
        nodes.push(node);
    }
    Part { nodes, level }
}

impl Fundsp {
    /// Adds a signal to a bus: with a gain, if it is a send.
    fn add_to_bus(&mut self, bus: usize, from: NodeId) {
        let (end, gain) = self.trees[bus];
        let unit: Box<dyn AudioUnit> =
            if bus == MAIN { Box::new(pass() + pass()) } else { Box::new(pass() + mul(SEND_GAIN)) };
        let adder = one_input(&mut self.net, unit, end);
        self.net.connect(from, 0, adder, 1);
        self.net.connect(adder, 0, gain, 0);
        self.made.push(adder);
    }

    /// Removes all that was made, and joins a bus again.
    fn take_back(&mut self, bus: usize) {
        for node in self.made.drain(..) {
            self.net.remove(node);
        }
        let (end, gain) = self.trees[bus];
        self.net.connect(end, 0, gain, 0);
    }
}

impl Subject for Fundsp {
    fn change(&mut self, change: Change) {
        let place = change.place;
        match (change.what, change.back) {
            (What::Node, back) => {
                let nodes = &self.parts[place].nodes;
                let (before, after) = (nodes[BEFORE_NEW], nodes[BEFORE_NEW + 1]);
                if back {
                    self.net.connect(before, 0, after, 0);
                    self.made.drain(..).for_each(|node| _ = self.net.remove(node));
                } else {
                    let new = one_input(&mut self.net, Box::new(mul(NEW_GAIN)), before);
                    self.net.connect(new, 0, after, 0);
                    self.made.push(new);
                }
            }
            (What::Part, false) => {
                let part = part(&mut self.net, self.parts.len());
                let end = part.nodes[LEVEL];
                self.made = part.nodes;
                self.add_to_bus(MAIN, end);
            }
            (What::Part, true) => self.take_back(MAIN),
            (What::Send, false) => self.add_to_bus(buses(place).1, self.parts[place].nodes[LEVEL]),
            (What::Send, true) => self.take_back(buses(place).1),
            (What::Cable, back) => {
                let (from, ends) = feed_ends(place);
                let (old, new) = (ends[usize::from(back)], ends[usize::from(!back)]);
                self.net.disconnect(self.parts[old].nodes[ENTRY], 1);
                self.net.connect(self.parts[from].nodes[LEVEL], 0, self.parts[new].nodes[ENTRY], 1);
            }
            // A shared variable: it needs no commit.
            (What::Parameter, back) => return self.parts[place].level.set_value(level(place, !back)),
        }
        self.net.commit();
    }

    fn callback(&mut self, left: &mut [f32]) {
        self.back_end.process(left.len(), &BufferRef::empty(), &mut self.out.buffer_mut());
        left.copy_from_slice(&self.out.channel_f32(0)[..left.len()]);
    }

    fn free(&mut self) {}
}
