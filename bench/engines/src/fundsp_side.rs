//! fundsp's dynamic network.

use crate::{BLOCK, Engine, RATE, Work, frequency, gain};
use fundsp::prelude32::*;

struct Fundsp {
    net: Net,
    out: BufferVec,
}

impl Engine for Fundsp {
    fn block(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK]) {
        self.net.process(BLOCK, &BufferRef::empty(), &mut self.out.buffer_mut());
        left.copy_from_slice(&self.out.channel_f32(0)[..BLOCK]);
        right.copy_from_slice(&self.out.channel_f32(1)[..BLOCK]);
    }
}

pub fn make(work: Work) -> Box<dyn Engine> {
    let mut net = Net::new(0, 2);
    let ends: Vec<NodeId> = match work {
        Work::Trivial | Work::Chain => {
            let (chains, length) = if work == Work::Trivial { (100, 100) } else { (1, 500) };
            let noise = net.push(Box::new(noise()));
            (0..chains)
                .map(|_| {
                    let mut last = noise;
                    for k in 0..length {
                        let next = net.push(Box::new(mul(gain(k))));
                        net.connect(last, 0, next, 0);
                        last = next;
                    }
                    last
                })
                .collect()
        }
        Work::Sines => (0..1000).map(|k| net.push(Box::new(sine_hz(frequency(k))))).collect(),
    };
    let level = if work == Work::Sines { 0.001 } else { 1.0 / ends.len() as f32 };
    let mut sum = ends[0];
    for end in &ends[1..] {
        let add = net.push(Box::new(pass() + pass()));
        net.connect(sum, 0, add, 0);
        net.connect(*end, 0, add, 1);
        sum = add;
    }
    let out = net.push(Box::new(mul(level) >> split::<U2>()));
    net.connect(sum, 0, out, 0);
    net.pipe_output(out);
    net.set_sample_rate(f64::from(RATE));
    net.allocate();
    Box::new(Fundsp { net, out: BufferVec::new(2) })
}
