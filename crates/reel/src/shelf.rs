//! The pages that the audio thread has: those that it keeps, those on their way, and empty ones.

use crate::course::Course;
use crate::footage::Pages;
use crate::lead::Lead;
use crate::{MOST_PAGES, PAGE};
use sostenuto_rt::{Consumer, Producer};

/// A page that is to be filled.
#[derive(Debug)]
pub(crate) struct Request {
    pub page: u64,
    /// The clock of the reel when its first frame is heard.
    pub due: u64,
    pub epoch: u32,
    pub samples: Box<[f32]>,
}

/// A page that comes back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub page: u64,
    /// Not if it was not wanted any more.
    pub is_read: bool,
    pub samples: Box<[f32]>,
}

/// Who reads the pages.
pub(crate) enum Source {
    /// Somebody else, meanwhile.
    Elsewhere { requests: Producer<Request>, answers: Consumer<Answer> },
    /// Whoever plays, when they are needed: where there is time to wait.
    Here(Box<dyn Pages>),
}

enum Slot {
    Empty(Box<[f32]>),
    Awaited(u64),
    Held(u64, Box<[f32]>),
}

/// What is wanted, in the order in which it falls due.
pub(crate) struct Wishes {
    /// Numbers of pages, each once, and the clock when they are due.
    pages: [(u64, u64); MOST_PAGES],
    count: usize,
    most: usize,
}

impl Wishes {
    pub fn new(most: usize) -> Self {
        Wishes { pages: [(0, 0); MOST_PAGES], count: 0, most: most.min(MOST_PAGES) }
    }

    fn all(&self) -> &[(u64, u64)] {
        self.pages.get(..self.count).unwrap_or_default()
    }

    fn has(&self, page: u64) -> bool {
        self.all().iter().any(|(it, _)| *it == page)
    }

    /// Notes the pages that are met from a place on in so many frames. Once a loop has been gone around, all of it is noted.
    pub fn add(&mut self, course: &Course, mut place: u64, clock: u64, frames: u64, lead: &Lead) {
        let (mut done, mut rounds) = (0, 0);
        while done < frames && rounds < 3 && self.count < self.most {
            let page = place / PAGE as u64;
            if lead.page(page).is_none()
                && !self.has(page)
                && let Some(wish) = self.pages.get_mut(self.count)
            {
                *wish = (page, clock.wrapping_add(done));
                self.count += 1;
            }
            let run = course.run(place);
            let here = run.frames.min(PAGE as u64 - place % PAGE as u64);
            done += here;
            place += here;
            if here == run.frames {
                let Some(next) = run.next else { return };
                place = next;
                rounds += 1;
            }
        }
    }
}

/// All pages of a reel.
pub(crate) struct Shelf {
    slots: Box<[Slot]>,
    source: Source,
    /// What was heard last, which mostly is heard again.
    last: usize,
}

impl Shelf {
    /// So many pages of so many channels. `[control]`
    pub fn new(pages: usize, channels: usize, source: Source) -> Self {
        let slot = |_| Slot::Empty(vec![0.0; PAGE * channels].into_boxed_slice());
        Shelf { slots: (0..pages).map(slot).collect(), source, last: 0 }
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// A page, if it is there.
    #[inline]
    pub fn page(&mut self, page: u64) -> Option<&[f32]> {
        let holds = |slot: &Slot| matches!(slot, Slot::Held(it, _) if *it == page);
        if !self.slots.get(self.last).is_some_and(holds) {
            self.last = self.slots.iter().position(holds)?;
        }
        match self.slots.get(self.last) {
            Some(Slot::Held(_, samples)) => Some(samples),
            _ => None,
        }
    }

    /// Whether a page is there.
    #[inline]
    pub fn has(&mut self, page: u64) -> bool {
        self.page(page).is_some()
    }

    /// Takes in what has come; whether anything has.
    pub fn receive(&mut self) -> bool {
        let Source::Elsewhere { answers, .. } = &mut self.source else { return false };
        let mut any = false;
        // As many as there are pages at most.
        for _ in 0..self.slots.len() {
            let Some(answer) = answers.pop() else { break };
            any = true;
            let awaits = |slot: &&mut Slot| matches!(slot, Slot::Awaited(page) if *page == answer.page);
            if let Some(slot) = self.slots.iter_mut().find(awaits) {
                *slot = match answer.is_read {
                    true => Slot::Held(answer.page, answer.samples),
                    false => Slot::Empty(answer.samples),
                };
            }
        }
        any
    }

    /// Asks for what is wanted and neither there nor on its way, in the place of what is not wanted.
    pub fn ask(&mut self, wishes: &Wishes, epoch: u32) {
        for (page, due) in wishes.all() {
            let is_known = |slot: &Slot| matches!(slot, Slot::Awaited(it) | Slot::Held(it, _) if it == page);
            if self.slots.iter().any(is_known) {
                continue;
            }
            let is_free = |slot: &&mut Slot| match slot {
                Slot::Empty(_) => true,
                Slot::Awaited(_) => false,
                Slot::Held(it, _) => !wishes.has(*it),
            };
            let Some(slot) = self.slots.iter_mut().find(is_free) else { return };
            let (Slot::Empty(samples) | Slot::Held(_, samples)) =
                std::mem::replace(slot, Slot::Awaited(*page))
            else {
                return;
            };
            *slot = match &mut self.source {
                Source::Elsewhere { requests, .. } => {
                    let request = Request { page: *page, due: *due, epoch, samples };
                    match requests.push(request) {
                        Ok(()) => Slot::Awaited(*page),
                        Err(full) => Slot::Empty(full.0.samples),
                    }
                }
                Source::Here(pages) => {
                    let mut samples = samples;
                    if !pages.read(*page, &mut samples) {
                        samples.fill(0.0);
                    }
                    Slot::Held(*page, samples)
                }
            };
        }
    }

    /// The length, where this side is the one that reads.
    pub fn length(&self) -> Option<u64> {
        match &self.source {
            Source::Elsewhere { .. } => None,
            Source::Here(pages) => pages.length(),
        }
    }
}
