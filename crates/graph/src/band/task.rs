//! One task: a plan, run by whoever took it.

use super::{Keys, Port, TaskKeys};
use crate::agenda::{Dues, Entry, Pool};
use crate::block::Block;
use crate::gain::Gain;
use crate::load::Probe;
use crate::node::Node;
use crate::plan::{Link, Stretch};
use crate::run::{Stage, run_steps};
use crate::signal::{Frame, Window, carry};
use crate::table::Table;
use crate::team::{Side, Workrooms};
use alloc::boxed::Box;
use sostenuto_dsp::Width;
use sostenuto_rt::{Key, Shared};
use sostenuto_transport::Transport;

/// What all share who work on a row.
pub(super) struct Hall<'h> {
    pub plans: &'h Table<Link>,
    pub cables: &'h Table<Gain>,
    pub tenants: &'h Table<u32>,
    pub nodes: Shared<'h, Option<Node>>,
    pub sides: Shared<'h, Option<Box<dyn Side>>>,
    pub entries: Shared<'h, Entry>,
    pub board: Shared<'h, Port>,
    /// At most how many changes are on the list of a node.
    pub handed_out: usize,
    pub width: Width,
    /// The frame at offset 0 of the blocks.
    pub frame: u64,
    pub sample_rate: f64,
    pub transport: &'h Transport,
    pub window: Window,
}

/// What one of them has alone.
pub(super) struct Tools<'t> {
    pub frame: Frame<'t>,
    pub scratch: &'t mut [Block],
    pub rooms: &'t mut Workrooms,
    pub probe: &'t mut Probe,
    pub pool: &'t mut Pool,
    pub keys: &'t mut Keys,
    pub task_keys: &'t mut TaskKeys,
    pub fault: &'t mut bool,
    pub overflows: &'t mut u64,
}

impl Hall<'_> {
    /// Puts blocks on the board, for all to read. `[audio]`
    pub fn post(&self, frame: &Frame<'_>, blocks: impl Iterator<Item = u32>, key: &mut Key) {
        let mut board = self.board.hand(key);
        for number in blocks {
            let (Some(from), Some(known)) =
                (frame.blocks.get(number as usize), frame.flow.get(number as usize))
            else {
                return;
            };
            if let Some(port) = board.get_mut(number) {
                let flow = core::cell::Cell::from_mut(&mut port.flow);
                carry(known.get(), Some(from), &mut port.block, flow, self.window);
                board.publish(number);
            }
        }
    }

    /// Takes blocks from the board. What nobody put there is silent.
    fn fetch(&self, frame: &mut Frame<'_>, blocks: &[u32], key: &mut Key) {
        let board = self.board.hand(key);
        for number in blocks {
            let (Some(to), Some(flow)) =
                (frame.blocks.get_mut(*number as usize), frame.flow.get(*number as usize))
            else {
                return;
            };
            match board.published(*number) {
                Some(port) => carry(port.flow, Some(&port.block), to, flow, self.window),
                None => {
                    debug_assert!(false, "block {number} is heard and was told by nobody");
                    self.window.silence(to, flow);
                }
            }
        }
    }

    /// Runs the plans of a task. `[audio]`
    pub fn run(&self, plans: &[u32], tools: Tools<'_>) {
        let Tools { mut frame, scratch, rooms, probe, pool, keys, task_keys, fault, overflows } = tools;
        let mut lent = 0;
        let mut stage = Stage {
            nodes: self.nodes.hand(&mut task_keys.nodes),
            cables: self.cables,
            tenants: self.tenants,
            plans: self.plans,
            teams: self.sides.hand(&mut task_keys.sides),
            dues: Dues {
                entries: self.entries.hand(&mut keys.entries),
                room: pool.count(),
                pool,
                handed_out: self.handed_out,
                lent: &mut lent,
            },
            scratch,
            rooms,
            probe,
            band: None,
            width: self.width,
            frame: self.frame,
            sample_rate: self.sample_rate,
            transport: self.transport,
            fault: false,
            overflows: 0,
        };
        for plan in plans.iter().filter_map(|plan| self.plans.get(*plan)?.plan.as_ref()) {
            self.fetch(&mut frame, &plan.hears, &mut keys.board);
            let all = Stretch { start: 0, len: plan.steps.len() as u32 };
            run_steps(plan, all, &mut frame, &mut stage, self.window);
            self.post(&frame, plan.tells.iter().copied(), &mut keys.board);
        }
        *fault |= stage.fault;
        *overflows += stage.overflows;
    }
}
