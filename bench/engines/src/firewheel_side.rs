//! Firewheel.

use crate::{BLOCK, Engine, RATE, Work, frequency, gain};
use audioadapter_buffers::direct::InterleavedSlice;
use firewheel::backend::BackendProcessInfo;
use firewheel::channel_config::NonZeroChannelCount;
use firewheel::node::StreamStatus;
use firewheel::nodes::beep_test::BeepTestNode;
use firewheel::nodes::noise_generator::white::WhiteNoiseGenNode;
use firewheel::nodes::volume::{VolumeNode, VolumeNodeConfig};
use firewheel::processor::FirewheelProcessor;
use firewheel::{ActivateInfo, FirewheelConfig, FirewheelContext, Volume};
use std::num::NonZeroU32;
use std::time::Duration;

struct Firewheel {
    _context: FirewheelContext,
    callbacks: Callbacks,
}

impl Engine for Firewheel {
    fn block(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK]) {
        self.callbacks.run(BLOCK);
        self.callbacks.channel(0, left);
        self.callbacks.channel(1, right);
    }
}

/// The audio side, and what its caller keeps between callbacks.
pub struct Callbacks {
    processor: FirewheelProcessor,
    interleaved: [f32; 2 * BLOCK],
    frames: u64,
}

impl Callbacks {
    pub fn new(processor: FirewheelProcessor) -> Self {
        Callbacks { processor, interleaved: [0.0; 2 * BLOCK], frames: 0 }
    }

    /// One callback of so many frames, at most [`BLOCK`].
    pub fn run(&mut self, frames: usize) {
        let empty: [f32; 0] = [];
        let input = InterleavedSlice::new(&empty, 0, frames).expect("no input");
        let mut output = InterleavedSlice::new_mut(&mut self.interleaved, 2, frames).expect("two channels");
        let info = BackendProcessInfo {
            frames,
            process_timestamp: None,
            duration_since_stream_start: Duration::from_secs_f64(self.frames as f64 / f64::from(RATE)),
            input_stream_status: StreamStatus::empty(),
            output_stream_status: StreamStatus::empty(),
            dropped_frames: 0,
            process_to_playback_delay: None,
        };
        self.processor.process(&input, &mut output, info);
        self.frames += frames as u64;
    }

    /// What one of the two channels was in the last callback.
    pub fn channel(&self, channel: usize, samples: &mut [f32]) {
        for (to, pair) in samples.iter_mut().zip(self.interleaved.chunks_exact(2)) {
            *to = pair[channel];
        }
    }
}

/// The audio side of a context, with its first plan sent.
pub fn activated(context: &mut FirewheelContext) -> FirewheelProcessor {
    let info = ActivateInfo {
        sample_rate: NonZeroU32::new(RATE).expect("a rate"),
        max_block_frames: NonZeroU32::new(BLOCK as u32).expect("a block"),
        num_stream_in_channels: 0,
        num_stream_out_channels: 2,
        input_to_output_latency_seconds: 0.0,
    };
    let processor = context.activate(info).expect("a processor");
    context.update().expect("a plan");
    processor
}

pub fn make(work: Work) -> Box<dyn Engine> {
    let mut context = FirewheelContext::new(FirewheelConfig {
        initial_node_capacity: 16_384,
        initial_edge_capacity: 32_768,
        immediate_event_capacity: 32_768,
        event_queue_capacity: 32_768,
        channel_capacity: 4_096,
        initial_event_group_capacity: 16_384,
        ..Default::default()
    });
    let out = context.graph_out_node_id();
    let mono = VolumeNodeConfig { channels: NonZeroChannelCount::new(1).expect("one") };
    let volume =
        |factor: f32| VolumeNode { volume: Volume::Decibels(20.0 * factor.log10()), ..Default::default() };
    let ends: Vec<_> = match work {
        Work::Trivial | Work::Chain => {
            let (chains, length) = if work == Work::Trivial { (100, 100) } else { (1, 500) };
            let noise = WhiteNoiseGenNode { volume: Volume::Linear(1.0), ..Default::default() };
            let noise = context.add_node(noise, None).expect("room");
            (0..chains)
                .map(|_| {
                    let mut last = noise;
                    for k in 0..length {
                        let next = context.add_node(volume(gain(k)), Some(mono)).expect("room");
                        context.connect(last, next, &[(0, 0)], false).expect("free");
                        last = next;
                    }
                    last
                })
                .collect()
        }
        Work::Sines => (0..1000)
            .map(|k| {
                let sine = BeepTestNode { freq_hz: frequency(k), volume: Volume::Linear(1.0) };
                context.add_node(sine, None).expect("room")
            })
            .collect(),
    };
    let level = if work == Work::Sines { 0.001 } else { 1.0 / ends.len() as f32 };
    let sum = context.add_node(volume(level), Some(mono)).expect("room");
    for end in ends {
        context.connect(end, sum, &[(0, 0)], false).expect("free");
    }
    context.connect(sum, out, &[(0, 0), (0, 1)], false).expect("free");
    let processor = activated(&mut context);
    Box::new(Firewheel { _context: context, callbacks: Callbacks::new(processor) })
}
