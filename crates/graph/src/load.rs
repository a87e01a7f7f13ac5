//! Which nodes to time in this span: a few at a time, in turn, so that measuring costs the same however many there are.

/// Nodes timed in each span.
const TIMED: u32 = 4;

/// Takes the time of a few nodes in each span.
#[derive(Debug)]
pub(crate) struct Probe {
    clock: Option<fn() -> u64>,
    /// How many nodes ran in this span so far.
    visited: u32,
    /// The first to be timed.
    cursor: u32,
}

impl Probe {
    pub fn new(clock: Option<fn() -> u64>) -> Self {
        Probe { clock, visited: 0, cursor: 0 }
    }

    /// What it reads the time from.
    pub fn clock(&self) -> Option<fn() -> u64> {
        self.clock
    }

    /// The time, if there is a clock.
    pub fn now(&self) -> Option<u64> {
        self.clock.map(|clock| clock())
    }

    /// To be called before each node: whether it is this node's turn.
    #[inline(always)]
    pub fn is_turn(&mut self) -> bool {
        let turn = self.visited.wrapping_sub(self.cursor) < TIMED;
        self.visited = self.visited.wrapping_add(1);
        turn
    }

    /// How many nodes can be run before one has its turn.
    #[inline(always)]
    pub fn until_turn(&self) -> usize {
        let past = self.visited >= self.cursor.saturating_add(TIMED);
        if past { usize::MAX } else { self.cursor.saturating_sub(self.visited) as usize }
    }

    /// To be called instead for so many nodes, none of which has its turn.
    #[inline(always)]
    pub fn pass(&mut self, nodes: usize) {
        self.visited = self.visited.wrapping_add(nodes as u32);
    }

    pub fn since(&self, start: u64) -> u64 {
        self.now().unwrap_or(start).saturating_sub(start)
    }

    /// To be called after each span.
    pub fn next_span(&mut self) {
        self.cursor = self.cursor.wrapping_add(TIMED);
        if self.cursor >= self.visited {
            self.cursor = 0;
        }
        self.visited = 0;
    }
}
