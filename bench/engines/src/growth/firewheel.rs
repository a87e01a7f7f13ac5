//! The patch in Firewheel: all nodes in one graph.
//!
//! An edge has no gain of its own, so that a send is a volume node between the part and the bus.
//!
//! Its compiler looks each edge up in a list of the places that are still free, which is short only if the edges were made in the order of the plan. They
//! are made here as a session grows, part after part, and so an edit takes time with the square of the parts. Made level by level, edits of
//! 100 and 1,000 parts took 0.6 and 0.4 times as long, and still grew with the square.

use super::patch::*;
use crate::firewheel_side::{Callbacks, activated};
use firewheel::FirewheelConfig;
use firewheel::channel_config::NonZeroChannelCount;
use firewheel::diff::Memo;
use firewheel::graph::EdgeID;
use firewheel::node::NodeID;
use firewheel::nodes::beep_test::BeepTestNode;
use firewheel::nodes::fast_filters::lowpass::FastLowpassMonoNode;
use firewheel::nodes::volume::{VolumeNode, VolumeNodeConfig};
use firewheel::{FirewheelContext, Volume};

struct Firewheel {
    context: FirewheelContext,
    callbacks: Callbacks,
    parts: Vec<Part>,
    feeds: Vec<EdgeID>,
    main: NodeID,
    sends: Vec<NodeID>,
    made: Vec<NodeID>,
}

struct Part {
    nodes: Vec<NodeID>,
    middle: EdgeID,
    level: Memo<VolumeNode>,
}

pub fn make(parts: usize) -> Box<dyn Subject> {
    let nodes = (parts * (NODES + 2) + 1_000) as u32;
    let mut context = FirewheelContext::new(FirewheelConfig {
        initial_node_capacity: nodes,
        initial_edge_capacity: 2 * nodes,
        ..Default::default()
    });
    let out = context.graph_out_node_id();
    let main = volume(&mut context, main_gain(parts)).0;
    let sends: Vec<NodeID> = (0..SENDS).map(|_| volume(&mut context, main_gain(parts)).0).collect();
    for bus in sends.iter().chain([&main]) {
        context.connect(*bus, out, &[(0, 0), (0, 1)], false).expect("free");
    }
    let all: Vec<Part> = (0..parts)
        .map(|number| {
            let part = part(&mut context, number, main);
            send(&mut context, part.nodes[LEVEL], sends[buses(number).0]);
            part
        })
        .collect();
    let feeds = (0..feeds(parts))
        .map(|feed| {
            let (from, [to, _]) = feed_ends(feed);
            join(&mut context, all[from].nodes[LEVEL], all[to].nodes[ENTRY])
        })
        .collect();
    let processor = activated(&mut context);
    Box::new(Firewheel {
        context,
        callbacks: Callbacks::new(processor),
        parts: all,
        feeds,
        main,
        sends,
        made: Vec::new(),
    })
}

fn volume(context: &mut FirewheelContext, factor: f32) -> (NodeID, VolumeNode) {
    let mono = VolumeNodeConfig { channels: NonZeroChannelCount::new(1).expect("one") };
    let node = VolumeNode { volume: Volume::Linear(factor), min_gain: 0.0, ..Default::default() };
    (context.add_node(node, Some(mono)).expect("room"), node)
}

fn join(context: &mut FirewheelContext, from: NodeID, to: NodeID) -> EdgeID {
    context.connect(from, to, &[(0, 0)], false).expect("free")[0]
}

fn send(context: &mut FirewheelContext, from: NodeID, bus: NodeID) -> NodeID {
    let gain = volume(context, SEND_GAIN).0;
    join(context, from, gain);
    join(context, gain, bus);
    gain
}

fn part(context: &mut FirewheelContext, number: usize, main: NodeID) -> Part {
    let sine = BeepTestNode { freq_hz: frequency(number), volume: Volume::Linear(1.0) };
    let filter = FastLowpassMonoNode::from_cutoff_hz(CUTOFF);
    let mut last = VolumeNode::default();
    let nodes: Vec<NodeID> = (0..NODES)
        .map(|place| match place {
            SINE => context.add_node(sine, None).expect("room"),
            FILTER => context.add_node(filter, None).expect("room"),
            LEVEL => {
                let (id, node) = volume(context, level(number, false));
                last = node;
                id
            }
            _ => volume(context, PLAIN_GAIN).0,
        })
        .collect();
    let edges: Vec<EdgeID> = nodes.windows(2).map(|pair| join(context, pair[0], pair[1])).collect();
    join(context, nodes[LEVEL], main);
    Part { middle: edges[BEFORE_NEW], nodes, level: Memo::new(last) }
}

impl Firewheel {
    fn make_or_take_back(&mut self, change: Change) {
        let context = &mut self.context;
        if change.back {
            for node in self.made.drain(..) {
                context.remove_node(node).expect("there");
            }
        }
        match change.what {
            What::Node => {
                let part = &mut self.parts[change.place];
                let (before, after) = (part.nodes[BEFORE_NEW], part.nodes[BEFORE_NEW + 1]);
                if change.back {
                    part.middle = join(context, before, after);
                } else {
                    context.disconnect_by_edge_id(part.middle).expect("there");
                    let new = volume(context, NEW_GAIN).0;
                    join(context, before, new);
                    join(context, new, after);
                    self.made.push(new);
                }
            }
            What::Part if !change.back => self.made = part(context, self.parts.len(), self.main).nodes,
            What::Send if !change.back => {
                let (from, bus) = (self.parts[change.place].nodes[LEVEL], self.sends[buses(change.place).1]);
                self.made.push(send(context, from, bus));
            }
            What::Cable => {
                let (from, ends) = feed_ends(change.place);
                let to = ends[usize::from(!change.back)];
                context.disconnect_by_edge_id(self.feeds[change.place]).expect("there");
                self.feeds[change.place] =
                    join(context, self.parts[from].nodes[LEVEL], self.parts[to].nodes[ENTRY]);
            }
            What::Parameter => {
                let part = &mut self.parts[change.place];
                part.level.volume = Volume::Linear(level(change.place, !change.back));
                part.level.update_memo(&mut context.event_queue(part.nodes[LEVEL]));
            }
            What::Part | What::Send => {}
        }
    }
}

impl Subject for Firewheel {
    fn change(&mut self, change: Change) {
        self.make_or_take_back(change);
        self.context.update().expect("sent");
    }

    fn callback(&mut self, left: &mut [f32]) {
        self.callbacks.run(left.len());
        self.callbacks.channel(0, left);
    }

    fn free(&mut self) {
        self.context.update().expect("nothing to send");
    }
}
