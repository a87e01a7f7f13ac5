//! What an armed region did, in numbers and as text for a failing test.

use std::ffi::c_void;
use std::fmt;

use crate::ledger::{self, FRAMES};
use crate::system;

/// Tallies of a thread since it began.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
    pub(crate) reallocations: u64,
    pub(crate) bytes: u64,
    pub(crate) system_calls: u64,
    pub(crate) clock_reads: u64,
}

/// What the first offence was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Allocation = 1,
    Free = 2,
    Reallocation = 3,
    SystemCall = 4,
}

impl Kind {
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        [Kind::Allocation, Kind::Free, Kind::Reallocation, Kind::SystemCall]
            .into_iter()
            .find(|&kind| kind as u8 == code)
    }
}

/// The first thing that was not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    /// What it was: `allocation`, `free`, `reallocation` or `system call write`.
    pub what: String,
    /// Where: the call stack, innermost first, one function per line, with file and line where they are known.
    pub backtrace: String,
}

/// What a thread did while it was armed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Blocks taken from the heap.
    pub allocations: u64,
    /// Blocks given back to the heap.
    pub frees: u64,
    /// Blocks resized.
    pub reallocations: u64,
    /// Bytes asked for by allocations and reallocations.
    pub bytes: u64,
    /// System calls other than reading the clock. Always 0 where [`crate::watches_system_calls`] is false.
    pub system_calls: u64,
    /// Readings of the clock that went through the kernel; not an offence.
    pub clock_reads: u64,
    /// The first offence. In an armed region inside another one: the first of the outer region.
    pub first: Option<Offence>,
}

impl Report {
    /// Whether nothing was allocated, freed or asked of the system.
    pub fn is_clean(&self) -> bool {
        self.allocations + self.frees + self.reallocations + self.system_calls == 0
    }

    /// Panics with the counts and the first offence's place unless [`Report::is_clean`].
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "not real-time safe: {self}");
    }

    /// What happened since `before`, with symbols resolved: call it disarmed.
    pub(crate) fn since(before: Counts) -> Self {
        let now = ledger::with(ledger::Ledger::counts);
        let mut report = Report {
            allocations: now.allocations - before.allocations,
            frees: now.frees - before.frees,
            reallocations: now.reallocations - before.reallocations,
            bytes: now.bytes - before.bytes,
            system_calls: now.system_calls - before.system_calls,
            clock_reads: now.clock_reads - before.clock_reads,
            first: None,
        };
        if !report.is_clean() {
            report.first = first_offence();
        }
        report
    }
}

fn first_offence() -> Option<Offence> {
    let mut frames = [std::ptr::null_mut::<c_void>(); FRAMES];
    let (kind, call, count) = ledger::with(|ledger| ledger.first(&mut frames))?;
    let what = match kind {
        Kind::Allocation => "allocation".to_owned(),
        Kind::Free => "free".to_owned(),
        Kind::Reallocation => "reallocation".to_owned(),
        Kind::SystemCall => format!("system call {}", system::name(call)),
    };
    Some(Offence { what, backtrace: written(&frames[..count]) })
}

/// The functions at `frames`, one per line; what belongs to the trap itself or lies below the test is left out.
fn written(frames: &[*mut c_void]) -> String {
    let mut text = String::new();
    let mut below = false;
    for &frame in frames {
        backtrace::resolve(frame, |symbol| {
            let Some(name) = symbol.name().map(|name| format!("{name:#}")) else { return };
            below |= name.contains("__rust_begin_short_backtrace");
            let own = [
                "sostenuto_trap::ledger",
                "sostenuto_trap::allocator",
                "sostenuto_trap::system",
                "backtrace::",
            ];
            let machinery = ["__rustc::", "__rust_alloc", "__rust_dealloc", "__rust_realloc"];
            if below || own.iter().chain(&machinery).any(|part| name.contains(part)) {
                return;
            }
            text.push_str("  ");
            text.push_str(&name);
            if let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) {
                text.push_str(&format!(" ({}:{line})", file.display()));
            }
            text.push('\n');
        });
    }
    text
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} allocated and {} reallocated ({} bytes), {} freed, {} system calls",
            self.allocations, self.reallocations, self.bytes, self.frees, self.system_calls
        )?;
        match &self.first {
            Some(first) => write!(f, "; first, {} at\n{}", first.what, first.backtrace),
            None => Ok(()),
        }
    }
}
