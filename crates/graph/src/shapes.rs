//! Shapes that many nodes have are kept once, so that a node is smaller and what is read of its neighbours is mostly the same memory.

use crate::shape::Shape;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The most shapes that are known at a time; beyond that the one that was met first is forgotten.
const MOST: usize = 64;

/// The shapes of late.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    /// With a number that equal shapes have in common, so that all others are passed over without a look.
    known: Vec<(u64, Arc<Shape>)>,
    /// The one to forget next.
    oldest: usize,
}

impl Shapes {
    /// A shape, the same one for all that are equal.
    pub fn share(&mut self, shape: Shape) -> Arc<Shape> {
        let digest = digest(&shape);
        let known = self.known.iter().find(|(number, there)| *number == digest && **there == shape);
        if let Some((_, there)) = known {
            return Arc::clone(there);
        }
        let shared = Arc::new(shape);
        let entry = (digest, Arc::clone(&shared));
        match self.known.get_mut(self.oldest) {
            Some(place) => *place = entry,
            None => self.known.push(entry),
        }
        self.oldest = (self.oldest + 1) % MOST;
        shared
    }
}

/// Fowler, Noll and Vo's hash 1a, of the names, widths and ranges.
fn digest(shape: &Shape) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u64| digest = (digest ^ byte).wrapping_mul(0x0100_0000_01b3);
    for port in shape.inputs.iter().chain(&shape.outputs) {
        port.name.bytes().for_each(|byte| take(byte.into()));
        take(port.channels.into());
    }
    take(shape.inputs.len() as u64);
    for param in &shape.params {
        param.name.bytes().for_each(|byte| take(byte.into()));
        [param.min, param.max, param.default].into_iter().for_each(|x| take(x.to_bits().into()));
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Port;

    fn of(channels: u16) -> Shape {
        Shape { inputs: [Port { name: "in".into(), channels }].into(), ..Shape::default() }
    }

    #[test]
    fn equal_shapes_are_one_and_no_more_are_kept_than_may_be() {
        let mut shapes = Shapes::default();
        let first = shapes.share(of(1));
        assert!(Arc::ptr_eq(&first, &shapes.share(of(1))));
        assert_eq!(*shapes.share(of(2)), of(2));
        for channels in 3..=MOST as u16 + 1 {
            assert_eq!(*shapes.share(of(channels)), of(channels));
        }
        // The first has made way, and comes back as another.
        assert_eq!(shapes.known.len(), MOST);
        assert!(!Arc::ptr_eq(&first, &shapes.share(of(1))));
    }
}
