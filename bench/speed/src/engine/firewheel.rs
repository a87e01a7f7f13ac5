//! Firewheel: sampler nodes for sample voices, volume nodes for chains. It has no oscillator for voices, nor filters for strips.

use super::{Block, Engine};
use crate::spec::*;
use crate::workload::Workload;
use audioadapter_buffers::direct::InterleavedSlice;
use firewheel::backend::BackendProcessInfo;
use firewheel::channel_config::NonZeroChannelCount;
use firewheel::collector::ArcGc;
use firewheel::node::{NodeID, StreamStatus};
use firewheel::nodes::noise_generator::white::WhiteNoiseGenNode;
use firewheel::nodes::sampler::{RepeatMode, SamplerNode};
use firewheel::nodes::volume::{VolumeNode, VolumeNodeConfig};
use firewheel::processor::FirewheelProcessor;
use firewheel::sample_resource::SampleResource;
use firewheel::{ActivateInfo, FirewheelConfig, FirewheelContext, Volume};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

struct Firewheel {
    _context: FirewheelContext,
    processor: FirewheelProcessor,
    interleaved: [f32; 2 * BLOCK],
    frames: u64,
}

impl Engine for Firewheel {
    fn block(&mut self, out: &mut Block) {
        let empty: [f32; 0] = [];
        let input = InterleavedSlice::new(&empty, 0, BLOCK).expect("no input");
        let mut output = InterleavedSlice::new_mut(&mut self.interleaved, 2, BLOCK).expect("two channels");
        let info = BackendProcessInfo {
            frames: BLOCK,
            process_timestamp: None,
            duration_since_stream_start: Duration::from_secs_f64(self.frames as f64 / f64::from(RATE)),
            input_stream_status: StreamStatus::empty(),
            output_stream_status: StreamStatus::empty(),
            dropped_frames: 0,
            process_to_playback_delay: None,
        };
        self.processor.process(&input, &mut output, info);
        self.frames += BLOCK as u64;
        let [left, right] = out;
        for ((left, right), pair) in left.iter_mut().zip(right).zip(self.interleaved.as_chunks::<2>().0) {
            [*left, *right] = *pair;
        }
    }
}

pub fn make(workload: Workload) -> Option<Box<dyn Engine>> {
    let mut context = FirewheelContext::new(FirewheelConfig {
        initial_node_capacity: 16_384,
        initial_edge_capacity: 32_768,
        immediate_event_capacity: 32_768,
        event_queue_capacity: 32_768,
        channel_capacity: 4_096,
        initial_event_group_capacity: 16_384,
        ..Default::default()
    });
    let players = match workload {
        Workload::Linear => players(&mut context),
        Workload::Chains => {
            chains(&mut context);
            Vec::new()
        }
        _ => return None,
    };
    let info = ActivateInfo {
        sample_rate: NonZeroU32::new(RATE).expect("a rate"),
        max_block_frames: NonZeroU32::new(BLOCK as u32).expect("a block"),
        num_stream_in_channels: 0,
        num_stream_out_channels: 2,
        input_to_output_latency_seconds: 0.0,
    };
    let processor = context.activate(info).expect("a processor");
    if !players.is_empty() {
        begin(&mut context, &players);
    }
    context.update().expect("a plan");
    Some(Box::new(Firewheel { _context: context, processor, interleaved: [0.0; 2 * BLOCK], frames: 0 }))
}

fn players(context: &mut FirewheelContext) -> Vec<(NodeID, SamplerNode)> {
    let out = context.graph_out_node_id();
    (0..PLAYERS)
        .map(|player| {
            let mut node = SamplerNode {
                volume: Volume::Decibels(decibels(PLAYER_LEVEL) as f32),
                repeat_mode: RepeatMode::RepeatEndlessly,
                speed: speed(player),
                ..Default::default()
            };
            node.start_or_restart();
            let id = context.add_node(node, None).expect("room");
            context.connect(id, out, &[(0, 0), (1, 1)], false).expect("free");
            (id, node)
        })
        .collect()
}

/// Gives the nodes their sample, and starts them.
fn begin(context: &mut FirewheelContext, players: &[(NodeID, SamplerNode)]) {
    type Resource = dyn SampleResource + Send + Sync;
    let frames = sample();
    let sides: Vec<Vec<f32>> = [0, 1].map(|side| frames.iter().map(|frame| frame[side]).collect()).into();
    let sample: ArcGc<Resource> = ArcGc::new_unsized(|| Arc::new(sides) as Arc<Resource>);
    for (id, node) in players {
        context.queue_event_for(*id, SamplerNode::set_dyn_sample_event(sample.clone()));
        context.queue_event_for(*id, node.sync_play_event());
    }
}

fn chains(context: &mut FirewheelContext) {
    let out = context.graph_out_node_id();
    let mono = VolumeNodeConfig { channels: NonZeroChannelCount::new(1).expect("one") };
    let volume =
        |level: f64| VolumeNode { volume: Volume::Decibels(decibels(level) as f32), ..Default::default() };
    let noise = WhiteNoiseGenNode { volume: Volume::Linear(1.0), ..Default::default() };
    let noise = context.add_node(noise, None).expect("room");
    let sum = context.add_node(volume(CHAIN_LEVEL), Some(mono)).expect("room");
    for _ in 0..CHAINS {
        let end = (0..LENGTH).fold(noise, |last, place| {
            let next = context.add_node(volume(factor(place)), Some(mono)).expect("room");
            context.connect(last, next, &[(0, 0)], false).expect("free");
            next
        });
        context.connect(end, sum, &[(0, 0)], false).expect("free");
    }
    context.connect(sum, out, &[(0, 0), (0, 1)], false).expect("free");
}
