//! How do several threads get through work of which some has to wait for other work, without the first of them ever waiting in the kernel?

use crate::denormal::FlushDenormals;
use crate::sync::{AtomicBool, AtomicU64, AtomicUsize, Ordering, Padded, Witness, spin};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::fmt;
use core::ptr::NonNull;

/// Below the number of the round, a word has so many bits for a count.
const COUNT_BITS: u32 = 16;
const COUNT: u64 = (1 << COUNT_BITS) - 1;
/// In place of a count: somebody has the task, or had it.
const TAKEN: u64 = COUNT;
/// How long a helper looks aside while all tasks wait for others.
const SPINS: usize = if cfg!(loom) { 1 } else { 8 };

/// Tasks, and which of them has to be done before which.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// For each task, how many it has to wait for.
    needs: Box<[u16]>,
    /// For each task, where those begin in the list below that wait for it; and the end.
    starts: Box<[u32]>,
    followers: Box<[u32]>,
}

impl Order {
    /// So many tasks, and pairs of them: the first is to be done before the second, and has a smaller number, so that there is no circle. Nothing if that
    /// does not hold. `[control]`
    pub fn new(tasks: usize, pairs: &[(u32, u32)]) -> Option<Order> {
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable();
        pairs.dedup();
        if tasks >= COUNT as usize || pairs.iter().any(|(a, b)| a >= b || *b as usize >= tasks) {
            return None;
        }
        let mut needs = vec![0u16; tasks];
        pairs.iter().for_each(|(_, after)| needs[*after as usize] += 1);
        let start = |task: u32| pairs.partition_point(|(before, _)| *before < task) as u32;
        let starts = (0..=tasks as u32).map(start).collect();
        let followers = pairs.iter().map(|(_, after)| *after).collect();
        Some(Order { needs: needs.into(), starts, followers })
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.needs.len()
    }

    fn followers(&self, task: usize) -> &[u32] {
        let (Some(from), Some(to)) = (self.starts.get(task), self.starts.get(task + 1)) else { return &[] };
        self.followers.get(*from as usize..*to as usize).unwrap_or(&[])
    }
}

type Work<'w, R, T> = dyn Fn(usize, &mut T, &mut R) + Sync + 'w;

/// What a round is about, as long as it lasts.
struct Job<R, T> {
    work: NonNull<Work<'static, R, T>>,
    order: NonNull<Order>,
}

/// What one of the helpers works with.
struct Seat<R> {
    /// How many tasks it has done since the start.
    done: AtomicUsize,
    runner: UnsafeCell<R>,
    witness: Witness,
}

/// What there is for the tasks of one number.
struct Desk<T> {
    /// The number of the round, and how many tasks it waits for, or [`TAKEN`].
    word: AtomicU64,
    tool: UnsafeCell<T>,
    witness: Witness,
}

/// What the crew shares.
///
/// # Invariants
///
/// - **W1** Only [`Crew::run`] opens rounds, one after the other, each with a number of its own. It returns, or unwinds, only when each task of the round has
///   been taken once and is done.
/// - **W2** A task is taken by the exchange that turns its word from "waits for nothing" of a round into `TAKEN` of the round; the words of a round are
///   written by whoever opens it, before. So only a task of the present round can be taken, by one thread, and whoever has taken one and is not done with
///   it keeps the round open.
/// - **W3** `job` is written only while no task is taken, and read only by who has one (W2): what it points to lives as long as the round (W1).
/// - **W4** A runner is touched by its helper while that has a task, and by whoever has the [`Crew`] mutably while there is no round.
/// - **W5** A tool is touched by whoever has the task of its number, and tasks of one number come one after the other (W2).
struct Deck<R, T> {
    gate: Padded<Gate<R, T>>,
    /// One for each task: see [`Deck::desk`].
    desks: Box<[Desk<T>]>,
    seats: Box<[Padded<Seat<R>>]>,
    over: AtomicBool,
}

/// What a helper sees first, in one cache line.
struct Gate<R, T> {
    /// The number of the round, and how many tasks it has; none while it is not open.
    word: AtomicU64,
    job: UnsafeCell<Option<Job<R, T>>>,
    witness: Witness,
}

// SAFETY: W3 to W5: runners and tools go from thread to thread, hence `Send`, and are never used by two at once; what a job points to is `Sync`.
unsafe impl<R: Send, T: Send> Sync for Deck<R, T> {}
// SAFETY: as above; the pointers of a job are not used outside of a round (W3).
unsafe impl<R: Send, T: Send> Send for Deck<R, T> {}

impl<R, T> Deck<R, T> {
    /// The desk of a task. Those of the tasks that prefer one thread lie side by side, so that threads seldom look at the same cache line.
    #[inline]
    fn desk(&self, task: usize) -> Option<&Desk<T>> {
        let of = self.seats.len() + 1;
        self.desks.get(task % of * (self.desks.len() / of) + task / of)
    }

    /// Takes a task if it waits for nothing.
    fn take(&self, round: u64, task: usize) -> bool {
        let Some(Desk { word, .. }) = self.desk(task) else { return false };
        let ready = round << COUNT_BITS;
        // A look first, so that those that are taken are not fought for. Then it must be Acquire, because the task reads what those before it have
        // made, and the job; it pairs with the Release halves in `finish` and `open`.
        word.load(Ordering::Relaxed) == ready
            && word.compare_exchange(ready, ready | TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Notes that a task of this round is done, which this thread has.
    fn finish(&self, task: usize, order: &Order) {
        for follower in order.followers(task) {
            if let Some(Desk { word, .. }) = self.desk(*follower as usize) {
                // Must be Release, because who takes the follower reads what this task made. All that count the word down are part of one release
                // sequence, so the last one speaks for them all.
                word.fetch_sub(1, Ordering::Release);
            }
        }
    }

    /// A task that can be done now: first of one's own, which are those whose number leaves the rest `me`, then from the end.
    fn pick(&self, round: u64, tasks: usize, me: usize) -> Option<usize> {
        let of = self.seats.len() + 1;
        let own = (me..tasks).step_by(of).find(|task| self.take(round, *task));
        own.or_else(|| (0..tasks).rev().find(|task| self.take(round, *task)))
    }

    /// Whether a task of a round waits for others.
    fn waits(&self, round: u64, tasks: usize) -> bool {
        // Relaxed is enough, because nothing is read or written thereafter.
        let mut words = (0..tasks).filter_map(|task| Some(self.desk(task)?.word.load(Ordering::Relaxed)));
        words.any(|word| word >> COUNT_BITS == round && word & COUNT != TAKEN)
    }

    /// How many tasks helpers have done since the start.
    fn done(&self) -> usize {
        // Must be Acquire, because what the helpers have done to runners and values is used from here on. It pairs with the store in `Helper::work`.
        self.seats.iter().fold(0usize, |sum, seat| sum.wrapping_add(seat.0.done.load(Ordering::Acquire)))
    }
}

/// Some runners, and as many helpers for them that other threads are to have; and tools, one for the tasks of each number: a round can have about as many tasks.
/// `[control]`
pub fn crew<R: Send, T: Send>(runners: Vec<R>, tools: Vec<T>) -> (Crew<R, T>, Vec<Helper<R, T>>) {
    let desk = |tool| Desk { word: AtomicU64::new(0), tool: UnsafeCell::new(tool), witness: Witness::new() };
    let seat = |runner| {
        Padded(Seat { done: AtomicUsize::new(0), runner: UnsafeCell::new(runner), witness: Witness::new() })
    };
    let seats: Box<[_]> = runners.into_iter().map(seat).collect();
    let count = seats.len();
    let deck = Arc::new(Deck {
        gate: Padded(Gate { word: AtomicU64::new(0), job: UnsafeCell::new(None), witness: Witness::new() }),
        desks: tools.into_iter().map(desk).collect(),
        seats,
        over: AtomicBool::new(false),
    });
    let helpers = (0..count).map(|place| Helper { deck: deck.clone(), place, seen: 0 }).collect();
    (Crew { deck, round: 0 }, helpers)
}

/// The end of a crew that opens rounds and takes part in them: the audio thread's.
///
/// A round is a number of tasks with an [`Order`]. Whoever is there takes one that waits for nothing, does it, and takes the next. A helper that sleeps, or
/// that the system has put aside, takes none, and delays nobody but by what it had taken already. Each task prefers the same thread in each round, so
/// that what it works on stays in that one's cache.
///
/// ```
/// use sostenuto_rt::{Help, Order, crew};
/// let (mut crew, mut helpers) = crew(vec![0; 1], vec![(); 16]);
/// let thread = std::thread::spawn(move || while helpers[0].help() != Help::Over {});
/// let order = Order::new(4, &[(0, 3), (1, 3)]).expect("the first of each pair comes first");
/// let mut own = 0;
/// crew.run(&order, |_, ()| own += 1, &|_, (), done| *done += 1);
/// assert_eq!(own + crew.runners().map(|done| *done).sum::<i32>(), 4);
/// drop(crew);
/// thread.join().unwrap();
/// ```
pub struct Crew<R, T> {
    deck: Arc<Deck<R, T>>,
    round: u64,
}

impl<R: Send, T: Send> Crew<R, T> {
    /// How many tasks a round can have: as many as there are tools, but for a rest if they are dealt out evenly.
    pub fn most_tasks(&self) -> usize {
        let of = self.deck.seats.len() + 1;
        self.deck.desks.len() / of * of
    }

    /// What the helpers work with. `[audio]`
    pub fn runners(&mut self) -> impl Iterator<Item = &mut R> {
        self.deck.seats.iter().map(|seat| {
            seat.0.witness.writes();
            // SAFETY: W4 and W1: the crew is borrowed mutably and no round is open, so no helper has a task; each seat comes once.
            unsafe { &mut *seat.0.runner.get() }
        })
    }

    /// Gets all tasks done: each once, by `own` on this thread or by `others` on another, with the tool of its number and that one's runner. `[audio]`
    ///
    /// This thread works as long as there is a task that waits for nothing; then it spins until the others are done with theirs. It never waits in the
    /// kernel and wakes nobody: helpers see by themselves that a round is open.
    ///
    /// Nothing is done, and `false` returned, if there are more tasks than a round can have.
    pub fn run(
        &mut self,
        order: &Order,
        mut own: impl FnMut(usize, &mut T),
        others: &(impl Fn(usize, &mut T, &mut R) + Sync),
    ) -> bool {
        let tasks = order.tasks();
        if tasks > self.most_tasks() {
            return false;
        }
        let mut round = self.open(order, others);
        while round.left() {
            match round.deck.pick(round.number, tasks, 0) {
                Some(task) => {
                    let taken = Taken { round: &mut round, task };
                    if let Some(desk) = taken.round.deck.desk(task) {
                        desk.witness.writes();
                        // SAFETY: W5: this thread has the task.
                        own(task, unsafe { &mut *desk.tool.get() });
                    }
                }
                None => spin(),
            }
        }
        true
    }

    fn open<'r>(
        &'r mut self,
        order: &'r Order,
        others: &'r (impl Fn(usize, &mut T, &mut R) + Sync),
    ) -> Round<'r, R, T> {
        self.round += 1;
        let deck = &*self.deck;
        let work: NonNull<Work<'r, R, T>> = NonNull::from(others as &Work<'r, R, T>);
        // SAFETY: only the lifetime is another; W3: the job is not used when the round is over, for which `Round` sees to on every way out.
        let work =
            unsafe { core::mem::transmute::<NonNull<Work<'r, R, T>>, NonNull<Work<'static, R, T>>>(work) };
        let gate = &deck.gate.0;
        gate.witness.writes();
        let job = Job { work, order: NonNull::from(order) };
        // SAFETY: W3: no round is open, so no task is taken.
        unsafe { *gate.job.get() = Some(job) };
        let before = deck.done();
        for (task, needs) in order.needs.iter().enumerate() {
            if let Some(Desk { word, .. }) = deck.desk(task) {
                // Must be Release, because who takes the task reads the job.
                word.store(self.round << COUNT_BITS | u64::from(*needs), Ordering::Release);
            }
        }
        // Release, so that who sees the round open finds its words written; a look at older ones would only find nothing to take.
        gate.word.store(self.round << COUNT_BITS | order.tasks() as u64, Ordering::Release);
        Round { deck, order, number: self.round, before, own: 0 }
    }
}

impl<R, T> Drop for Crew<R, T> {
    fn drop(&mut self) {
        // Relaxed is enough, because nothing else is told by it.
        self.deck.over.store(true, Ordering::Relaxed);
    }
}

impl<R, T> fmt::Debug for Crew<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crew of {} helpers, round {}", self.deck.seats.len(), self.round)
    }
}

/// A round that is open; over when it goes, whatever makes it go.
struct Round<'r, R, T> {
    deck: &'r Deck<R, T>,
    order: &'r Order,
    number: u64,
    /// What helpers had done before it.
    before: usize,
    own: usize,
}

impl<R, T> Round<'_, R, T> {
    /// Whether a task is not done yet.
    fn left(&self) -> bool {
        self.deck.done().wrapping_sub(self.before) + self.own != self.order.tasks()
    }
}

impl<R, T> Drop for Round<'_, R, T> {
    fn drop(&mut self) {
        // Nothing is left unless a task panicked on this thread: then those that are left are not done, but taken.
        while self.left() {
            match self.deck.pick(self.number, self.order.tasks(), 0) {
                Some(task) => drop(Taken { round: self, task }),
                None => spin(),
            }
        }
        // Relaxed is enough, because a helper that still sees it open finds nothing to take (W2).
        self.deck.gate.0.word.store(self.number << COUNT_BITS, Ordering::Relaxed);
    }
}

/// A task that this thread has, of a round that it opened; done when it goes.
struct Taken<'t, 'r, R, T> {
    round: &'t mut Round<'r, R, T>,
    task: usize,
}

impl<R, T> Drop for Taken<'_, '_, R, T> {
    fn drop(&mut self) {
        self.round.deck.finish(self.task, self.round.order);
        self.round.own += 1;
    }
}

/// What came of [helping](Helper::help).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// A round was open; now each of its tasks is done, or somebody has it.
    Helped,
    /// No round was open.
    Nothing,
    /// There will be no more rounds.
    Over,
}

/// The end of a crew that another thread has, to help whoever opens rounds.
pub struct Helper<R, T> {
    deck: Arc<Deck<R, T>>,
    place: usize,
    /// The last round in which it left nothing to take.
    seen: u64,
}

impl<R: Send, T: Send> Helper<R, T> {
    /// Takes part in the round that is open, if one is, until there is no task left that nobody has. Denormals are flushed meanwhile.
    pub fn help(&mut self) -> Help {
        let deck = &*self.deck;
        // Must be Acquire, so that the words of the round are seen that was opened with it.
        let gate = deck.gate.0.word.load(Ordering::Acquire);
        let (round, tasks) = (gate >> COUNT_BITS, (gate & COUNT) as usize);
        if tasks == 0 || round == self.seen {
            return if deck.over.load(Ordering::Relaxed) { Help::Over } else { Help::Nothing };
        }
        let _flush = FlushDenormals::new();
        loop {
            match deck.pick(round, tasks, self.place + 1) {
                Some(task) => self.work(task),
                None if !deck.waits(round, tasks) => {
                    self.seen = round;
                    return Help::Helped;
                }
                // Words are not looked at all the time, for who is to change them would have to wait for them.
                None => (0..SPINS).for_each(|_| spin()),
            }
        }
    }

    /// Does a task that was taken.
    fn work(&self, task: usize) {
        /// Counts the task as done whatever comes of it.
        struct Doing<'d, R, T>(&'d Deck<R, T>, &'d Seat<R>, &'d Order, usize);
        impl<R, T> Drop for Doing<'_, R, T> {
            fn drop(&mut self) {
                let Doing(deck, seat, order, task) = self;
                deck.finish(*task, order);
                // Relaxed is enough for what only this thread writes.
                let done = seat.done.load(Ordering::Relaxed);
                // Must be Release, because the round may be over from here on, and the runner is used by others. It is the last that is done to
                // anything of the round.
                seat.done.store(done.wrapping_add(1), Ordering::Release);
            }
        }
        let (Some(Padded(seat)), Some(desk)) = (self.deck.seats.get(self.place), self.deck.desk(task)) else {
            return;
        };
        let gate = &self.deck.gate.0;
        gate.witness.reads();
        // SAFETY: W3: this thread has a task.
        let Some(job) = (unsafe { &*gate.job.get() }) else { return };
        // SAFETY: W3: it lives until this task is done.
        let order = unsafe { job.order.as_ref() };
        // SAFETY: W3: so does this.
        let work = unsafe { job.work.as_ref() };
        let _doing = Doing(&self.deck, seat, order, task);
        seat.witness.writes();
        // SAFETY: W4: this helper has a task, and is the only one of its seat.
        let runner = unsafe { &mut *seat.runner.get() };
        desk.witness.writes();
        // SAFETY: W5: this helper has the task.
        let tool = unsafe { &mut *desk.tool.get() };
        work(task, tool, runner);
    }
}

impl<R, T> fmt::Debug for Helper<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Helper {}", self.place)
    }
}
