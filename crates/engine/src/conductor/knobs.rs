//! Which parameters of the patch does somebody move, where do they lead, and what does the patch not say of them yet?

mod course;

use crate::stage::{Stage, Table};
pub(super) use course::Course;
use sostenuto_graph::{NodeId, Parameter, ROOT, Set};
use sostenuto_patch::{Place, Resolved};
use std::sync::atomic::{AtomicU32, Ordering};

/// A parameter of a node of the patch, found once to be moved often: see [`Conductor::parameter`](super::Conductor::parameter).
///
/// It stands for that very node: it outlives other labels, cables and values, also edits inside of a part that the node is an instance of,
/// and is refused once the node was removed or replaced, even if another has its name by then.
///
/// It takes 8 bytes, so that many of them lie close together: who sets one of hundreds mostly waits for its handle to come from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParameterHandle {
    place: u32,
    /// Never given twice in a process, so that no other conductor takes it for one of its own.
    serial: u32,
}

/// What is needed of a parameter to move it: it lies in one line of the cache, for whoever moves it has mostly done something else meanwhile.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Knob {
    /// 0 if nobody asked for it.
    serial: u32,
    /// What it moves, if that is one parameter of one node.
    pub set: Option<Set>,
    /// That node is not there before this frame.
    pub born: u64,
    min: f32,
    max: f32,
    /// The value that the patch does not say yet, if it is listed as turned.
    value: f32,
    is_turned: bool,
    /// Whether it is a choice.
    is_whole: bool,
}

/// What is needed of it seldom.
#[derive(Debug)]
pub(super) struct Origin {
    pub node: NodeId,
    pub number: u16,
    pub course: Course,
    /// The node's id in the patch, and where it stood there when it was last looked for.
    pub id: String,
    pub place: Place,
}

/// The parameters that were asked for by name.
#[derive(Debug, Default)]
pub(super) struct Knobs {
    list: Vec<Knob>,
    origins: Vec<Option<Origin>>,
    free: Vec<usize>,
    of_node: Table<NodeId, Vec<usize>>,
    /// Those with a value that the patch does not say yet.
    turned: Vec<usize>,
    /// By names as they were asked for, `NODE.PARAM`, as far as these are known to mean the same still.
    named: Table<String, ParameterHandle>,
    /// Room for such a name.
    name: String,
}

/// The number of the next knob in this process.
static SERIAL: AtomicU32 = AtomicU32::new(1);

impl Knobs {
    /// Where the knob of a handle stands; nothing if its node is gone.
    pub fn place(&self, handle: ParameterHandle) -> Option<usize> {
        let place = handle.place as usize;
        let knob = self.list.get(place)?;
        (knob.serial == handle.serial).then_some(place)
    }

    pub fn at(&self, place: usize) -> Option<&Knob> {
        self.list.get(place)
    }

    pub fn origin(&self, place: usize) -> Option<&Origin> {
        self.origins.get(place)?.as_ref()
    }

    /// What stands for the knob at a place.
    pub fn handle(&self, place: usize) -> Option<ParameterHandle> {
        self.at(place).map(|knob| ParameterHandle { place: place as u32, serial: knob.serial })
    }

    /// Where the knob of a parameter stands that was asked for by these names before.
    pub fn named(&mut self, label: &str, param: &str) -> Option<usize> {
        self.name.clear();
        self.name.extend([label, ".", param]);
        self.place(*self.named.get(&self.name)?)
    }

    /// Notes the names that a knob was asked for by.
    pub fn name(&mut self, label: &str, param: &str, place: usize) {
        if self.named.len() > 64 + 4 * self.list.len() {
            self.named.clear();
        }
        if let Some(handle) = self.handle(place) {
            self.named.insert(format!("{label}.{param}"), handle);
        }
    }

    /// Names may mean others than before.
    pub fn forget_names(&mut self) {
        self.named.clear();
    }

    /// Where the knob of a parameter stands.
    pub fn find(&self, node: NodeId, number: u16) -> Option<usize> {
        let theirs = self.of_node.get(&node)?;
        theirs.iter().copied().find(|place| self.origin(*place).is_some_and(|knob| knob.number == number))
    }

    /// Takes in the knob of a parameter that has none.
    pub fn add(&mut self, info: &Parameter, origin: Origin) -> usize {
        // Relaxed: all that counts is that no two are alike.
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        assert_ne!(serial, 0, "more parameters were asked for by name than handles can tell apart");
        let knob =
            Knob { serial, min: info.min, max: info.max, is_whole: !info.choices.is_empty(), ..Knob::NONE };
        let place = self.free.pop().unwrap_or_else(|| {
            self.list.push(Knob::NONE);
            self.origins.push(None);
            self.list.len() - 1
        });
        self.of_node.entry(origin.node).or_default().push(place);
        self.list[place] = knob;
        self.origins[place] = Some(origin);
        self.aim(place);
        place
    }

    /// The same for the nodes that stand for these in another engine, to be [looked at again](Self::look_again); those whose nodes stand for none are gone.
    pub fn for_other(&mut self, other: impl Fn(NodeId) -> Option<NodeId>) -> Knobs {
        let mut theirs = std::mem::take(self);
        let of_node = std::mem::take(&mut theirs.of_node);
        for (node, places) in of_node {
            match other(node) {
                Some(node) => {
                    for place in &places {
                        theirs.origins[*place].iter_mut().for_each(|origin| origin.node = node);
                    }
                    theirs.of_node.insert(node, places);
                }
                None => {
                    theirs.of_node.insert(node, places);
                    theirs.forget(node);
                }
            }
        }
        theirs
    }

    /// Forgets the knobs of a node that is gone.
    pub fn forget(&mut self, node: NodeId) {
        for place in self.of_node.remove(&node).unwrap_or_default() {
            (self.list[place], self.origins[place]) = (Knob::NONE, None);
            self.turned.retain(|turned| *turned != place);
            self.free.push(place);
        }
    }

    /// Finds out anew where all lead: something inside of parts is otherwise.
    pub fn look_again(&mut self, stage: &Stage, patch: &Resolved, graph: &sostenuto_graph::AudioGraph) {
        self.forget_names();
        for place in 0..self.list.len() {
            let Some(origin) = self.origins[place].as_mut() else { continue };
            let id = stage.id_in(ROOT, origin.node);
            let found = id.and_then(|id| Some((patch.node(id)?, stage.place(ROOT, id)?)));
            // What is no instance leads where it did, unless that was in another engine.
            let leads = |there: &crate::place::Place, origin: &Origin| {
                there.bodies.is_empty() && origin.course.aims.iter().all(|aim| aim.node == there.node)
            };
            if let Some((node, there)) = found.filter(|(_, there)| !leads(there, origin)) {
                origin.course = Course::of(stage, graph, node, there, origin.number);
                self.aim(place);
            }
        }
    }

    /// Notes with a knob what it moves.
    fn aim(&mut self, place: usize) {
        let aims = self.origin(place).map_or(&[][..], |origin| &origin.course.aims);
        let one = match aims {
            // One that takes less than what stands for it is moved the longer way.
            [aim] => Some(*aim),
            _ => None,
        };
        let knob = &mut self.list[place];
        let one = one.filter(|aim| aim.takes(knob.min) && aim.takes(knob.max));
        (knob.set, knob.born) = (one.and_then(|aim| aim.pattern), one.map_or(0, |aim| aim.born));
    }

    /// Notes a value that the patch does not say yet.
    pub fn turn(&mut self, place: usize, value: f32) {
        let Some(knob) = self.list.get_mut(place) else { return };
        knob.value = value;
        if !knob.is_turned {
            knob.is_turned = true;
            self.turned.push(place);
        }
    }

    /// Whether the patch says all values.
    pub fn are_said(&self) -> bool {
        self.turned.is_empty()
    }

    /// What the patch does not say yet, or the oldest so many of it.
    pub fn unsaid(&self, most: usize) -> impl Iterator<Item = (&Origin, f32)> {
        let turned = self.turned.iter().take(most);
        turned.filter_map(|place| Some((self.origin(*place)?, self.at(*place)?.value)))
    }

    /// The same, as the patch takes it.
    pub fn for_patch(&self, patch: &Resolved, most: usize) -> Vec<(Place, u16, f32)> {
        let place = |knob: &Origin| {
            let stays = patch.nodes.at(knob.place).is_some_and(|node| node.id == knob.id);
            if stays { Some(knob.place) } else { patch.place(&knob.id) }
        };
        let said = |(knob, value): (&Origin, f32)| Some((place(knob)?, knob.number, value));
        self.unsaid(most).filter_map(said).collect()
    }

    /// From now on the patch says so many of the values that it did not say.
    pub fn say(&mut self, most: usize) {
        for place in self.turned.drain(..most.min(self.turned.len())) {
            self.list[place].is_turned = false;
        }
    }
}

impl Knob {
    /// One that nobody asked for.
    const NONE: Knob = Knob {
        serial: 0,
        set: None,
        born: 0,
        min: 0.0,
        max: 0.0,
        value: 0.0,
        is_turned: false,
        is_whole: false,
    };

    /// Whether it takes a value.
    pub fn takes(&self, value: f32) -> bool {
        self.range_has(value) && !(self.is_whole && value.fract() != 0.0)
    }

    pub fn range_has(&self, value: f32) -> bool {
        (self.min..=self.max).contains(&value)
    }

    pub fn range(&self) -> (f32, f32) {
        (self.min, self.max)
    }
}

// What a knob is for.
const _: () = assert!(size_of::<Knob>() == 64);
