//! Firewheel: a sampler node for each voice, all into the output, straight lines between frames.

use crate::spec::*;
use audioadapter_buffers::direct::InterleavedSlice;
use firewheel::backend::BackendProcessInfo;
use firewheel::collector::ArcGc;
use firewheel::node::StreamStatus;
use firewheel::nodes::sampler::{RepeatMode, SamplerNode};
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

pub fn make(speed: f64) -> Box<dyn Engine> {
    let mut context = FirewheelContext::new(FirewheelConfig {
        initial_node_capacity: 4_096,
        initial_edge_capacity: 8_192,
        immediate_event_capacity: 8_192,
        event_queue_capacity: 8_192,
        channel_capacity: 4_096,
        initial_event_group_capacity: 4_096,
        ..Default::default()
    });
    let out = context.graph_out_node_id();
    let players: Vec<_> = (0..VOICES)
        .map(|_| {
            let mut node = SamplerNode {
                volume: Volume::Decibels(20.0 * LEVEL.log10()),
                repeat_mode: RepeatMode::RepeatEndlessly,
                speed,
                ..Default::default()
            };
            node.start_or_restart();
            let id = context.add_node(node, None).expect("room");
            context.connect(id, out, &[(0, 0), (1, 1)], false).expect("free");
            (id, node)
        })
        .collect();
    let info = ActivateInfo {
        sample_rate: NonZeroU32::new(RATE).expect("a rate"),
        max_block_frames: NonZeroU32::new(BLOCK as u32).expect("a block"),
        num_stream_in_channels: 0,
        num_stream_out_channels: 2,
        input_to_output_latency_seconds: 0.0,
    };
    let processor = context.activate(info).expect("a processor");
    type Resource = dyn SampleResource + Send + Sync;
    let frames = sample();
    let sides: Vec<Vec<f32>> = [0, 1].map(|side| frames.iter().map(|frame| frame[side]).collect()).into();
    let sample: ArcGc<Resource> = ArcGc::new_unsized(|| Arc::new(sides) as Arc<Resource>);
    for (id, node) in &players {
        context.queue_event_for(*id, SamplerNode::set_dyn_sample_event(sample.clone()));
        context.queue_event_for(*id, node.sync_play_event());
    }
    context.update().expect("a plan");
    Box::new(Firewheel { _context: context, processor, interleaved: [0.0; 2 * BLOCK], frames: 0 })
}
