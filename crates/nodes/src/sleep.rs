//! Rest for machines that have a clock of their own running, such as the sine that sways a chorus.
//!
//! Leaving out the calls to a machine that rests must give the same samples as making them. Where a clock runs on in silence
//! that takes a rule: on the grid, a machine in which no sound is left falls asleep and is as new; it wakes at the first
//! frame of input that is not zero. Both frames depend on the signal alone, not on how the time is cut into spans.

use sostenuto_graph::{Inputs, Outputs, Span};

/// Whether a machine sleeps. A new one does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleep {
    asleep: bool,
}

impl Sleep {
    pub(crate) fn new() -> Self {
        Sleep { asleep: true }
    }

    /// The frame of the span from which on the machine runs; before it, its output is silent. `None` if it sleeps on.
    #[inline]
    pub(crate) fn waking(&mut self, inputs: &Inputs<'_>, ports: usize) -> Option<usize> {
        if !self.asleep {
            return Some(0);
        }
        let first = |port, channel| inputs.channel(port, channel).iter().position(|x| *x != 0.0);
        let wake = (0..ports)
            .filter(|port| !inputs.is_silent(*port))
            .flat_map(|port| (0..inputs.channels(port)).filter_map(move |channel| first(port, channel)))
            .min()?;
        self.asleep = false;
        Some(wake)
    }

    /// Whether the machine falls asleep after this span: it is then to be made as new. `silent` says whether no sound is
    /// left in it.
    #[inline]
    pub(crate) fn falls(&mut self, span: &Span, silent: impl FnOnce() -> bool) -> bool {
        let next = Span { frame: span.frame + span.frames as u64, ..*span };
        self.asleep = next.on_grid() && silent();
        self.asleep
    }
}

/// What a stereo machine works on: both sides of its input and its output.
pub(crate) struct Sides<'i, 'o> {
    pub input: [&'i [f32]; 2],
    pub output: [&'o mut [f32]; 2],
}

impl<'i, 'o> Sides<'i, 'o> {
    /// The frames from that on at which the machine wakes. Before it the output is made silent.
    #[inline]
    pub(crate) fn from(woken: usize, inputs: &Inputs<'i>, outputs: &'o mut Outputs<'_>) -> Option<Self> {
        let input = [0, 1].map(|side| inputs.channel(0, side).get(woken..).unwrap_or(&[]));
        let output = outputs.first::<2>()?.map(|side| {
            let (before, after) = side.split_at_mut(woken.min(side.len()));
            before.fill(0.0);
            after
        });
        Some(Sides { input, output })
    }
}
