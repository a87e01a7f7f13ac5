//! What a cable does to what goes along it, and who has to hear of it when that changes.

use crate::trajectory::Trajectory;
use core::ops::Deref;
use core::sync::atomic::{AtomicU32, Ordering};

/// Nobody.
const NOBODY: u32 = u32::MAX;

/// The gain of a cable, or its depth where it drives a parameter.
///
/// A team looks at the gains of its cables once and remembers them as long as they rest; each cable remembers the team that did, so that when it moves only that
/// one has to look again.
#[derive(Debug)]
pub(crate) struct Gain {
    path: Trajectory,
    /// The slot of the team that counts on this being at rest; written by who runs the team, so several may at once to cables of their own.
    watcher: AtomicU32,
}

impl Gain {
    pub const fn new(value: f32) -> Self {
        Gain { path: Trajectory::hold(value), watcher: AtomicU32::new(NOBODY) }
    }

    /// Notes that a team counts on it from now on. `[audio]`
    pub fn watch(&self, team: u32) {
        // Relaxed is enough: who moves it has waited for all that run teams.
        self.watcher.store(team, Ordering::Relaxed);
    }

    /// To move it. The team given has to look again. `[audio]`
    pub fn path_mut(&mut self) -> (&mut Trajectory, Option<u32>) {
        let team = core::mem::replace(self.watcher.get_mut(), NOBODY);
        (&mut self.path, Some(team).filter(|team| *team != NOBODY))
    }
}

impl Deref for Gain {
    type Target = Trajectory;

    #[inline(always)]
    fn deref(&self) -> &Trajectory {
        &self.path
    }
}
