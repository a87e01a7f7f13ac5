//! No callback of any stream allocates, frees, or calls the system: whoever has the clock, whatever is exchanged, and when there is too little or too much.

use sostenuto_device::{Change, Counts, End, Host, Offer, OpenError, Stream, Terms, Vigour, Wish, Work};
use sostenuto_engine::{Notice, PortOptions, Rig};
use sostenuto_patch::command::parse;
use sostenuto_trap::forbidden;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const PATCH: &str = r#"
[nodes.voice]
kind = "audio_in"
device = "desk"
channels = 2
[nodes.far]
kind = "audio_in"
device = "stage"
first = 2
[nodes.tone]
kind = "sine"
[parts.reed]
voices = 2
[parts.reed.nodes.note]
kind = "note"
[parts.reed.nodes.tone]
kind = "triangle"
frequency = { from = "note.frequency" }
[parts.reed.nodes.out]
kind = "outlet"
inputs = ["tone"]
[nodes.organ]
kind = "reed"
[[sequence]]
name = "point"
to = "organ"
length = 64
steps = [{ pitch = "A2", length = 60 }]
[nodes.here]
kind = "audio_out"
inputs = ["tone", "voice", "organ"]
[nodes.there]
kind = "audio_out"
device = "stage"
first = 2
quality = "best"
inputs = ["tone", "far"]
[nodes.also]
kind = "audio_out"
device = "roof"
quality = "fast"
inputs = ["voice"]
"#;

/// Devices whose callbacks the test makes, with the trap armed.
#[derive(Clone, Default)]
struct Hall(Rc<RefCell<Vec<Seat>>>);

struct Seat {
    terms: Terms,
    work: Box<dyn Work>,
    due: f64,
    gone: Rc<Cell<bool>>,
    ended: Rc<Cell<bool>>,
}

struct Held {
    terms: Terms,
    gone: Rc<Cell<bool>>,
    ended: Rc<Cell<bool>>,
}

const DEVICES: [(&str, u32, u32); 3] = [("desk", 48_000, 256), ("stage", 44_100, 441), ("roof", 48_000, 64)];

impl Host for Hall {
    type Stream = Held;

    fn offers(&self) -> Vec<Offer> {
        Vec::new()
    }

    fn terms(&self, wish: &Wish) -> Result<Terms, OpenError> {
        let asked = wish.device.as_deref().unwrap_or("desk");
        let found = DEVICES.iter().find(|(id, ..)| *id == asked);
        let Some((id, rate, block)) = found else {
            return Err(OpenError::DeviceNotFound { asked: wish.device.clone(), available: Vec::new() });
        };
        let (inputs, outputs) = (wish.inputs, wish.outputs);
        Ok(Terms { device: (*id).into(), inputs, outputs, rate: *rate, block: *block })
    }

    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<Held, OpenError> {
        let terms = self.terms(wish)?;
        let (gone, ended) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let (its_gone, its_ended) = (gone.clone(), ended.clone());
        self.0.borrow_mut().push(Seat {
            terms: terms.clone(),
            work,
            due: 0.0,
            gone: its_gone,
            ended: its_ended,
        });
        Ok(Held { terms, gone, ended })
    }

    fn changes(&mut self) -> Vec<Change> {
        Vec::new()
    }
}

impl Stream for Held {
    fn terms(&self) -> Terms {
        self.terms.clone()
    }

    fn vigour(&self) -> Vigour {
        if self.ended.get() { Vigour::Ended(End::Removed) } else { Vigour::Alive }
    }

    fn why(&self) -> Option<String> {
        None
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.gone.set(true);
    }
}

impl Hall {
    /// Makes all callbacks that are due until a time, in nanoseconds; those of a device that stands still are left out.
    fn run(&self, until: u64, stalled: Option<&str>) -> usize {
        let mut calls = 0;
        let mut seats = self.0.borrow_mut();
        seats.retain(|seat| !seat.gone.get());
        for seat in seats.iter_mut() {
            let (input, mut output) = (
                vec![0.25_f32; (seat.terms.block * u32::from(seat.terms.inputs)) as usize],
                vec![0.0_f32; (seat.terms.block * u32::from(seat.terms.outputs)) as usize],
            );
            if seat.due == 0.0 {
                seat.due = until as f64;
            }
            while seat.due <= until as f64 {
                let now = seat.due as u64;
                seat.due += f64::from(seat.terms.block) * 1e9 / f64::from(seat.terms.rate);
                if stalled == Some(seat.terms.device.as_str()) || seat.ended.get() {
                    continue;
                }
                forbidden(|| seat.work.run(&input, &mut output, now));
                assert!(output.iter().all(|x| x.is_finite()));
                calls += 1;
            }
        }
        calls
    }

    fn end(&self, device: &str) {
        self.0
            .borrow()
            .iter()
            .filter(|seat| seat.terms.device == device)
            .for_each(|seat| seat.ended.set(true));
    }
}

#[test]
fn callbacks_allocate_nothing_and_call_nobody() {
    let hall = Hall::default();
    let mut options = PortOptions::default();
    options.fallback = true;
    let mut rig = Rig::simulated(hall.clone(), options, 48_000);
    rig.desk_mut().open(PATCH, None).unwrap();
    rig.play(0);
    let (mut calls, mut turns) = (0, 0);
    // Tenths of a second, and what happens then.
    for tenth in 0..400_u64 {
        let line = match tenth {
            20 => "note organ A4 0.5",
            30 => "clock there",
            60 => "set here.device roof",
            70 => "set also.quality best",
            80 => "set here.device default",
            90 => "clock internal",
            120 => "clock auto",
            130 => "add more audio_in device=roof",
            140 => "remove voice",
            150 => "set there.cap 20",
            _ => "",
        };
        if let Some(timed) = parse(line).unwrap() {
            rig.desk_mut().carry_out(&timed.command, None).unwrap();
        }
        // Too little and too much: one stands still for a while, then another; one is lost.
        let stalled = match tenth {
            160..170 | 200..230 => Some("desk"),
            180..190 => Some("stage"),
            _ => None,
        };
        if tenth == 240 || tenth == 300 {
            hall.end(if tenth == 240 { "stage" } else { "desk" });
        }
        for part in 1..=20 {
            let now = tenth * 100_000_000 + part * 5_000_000;
            calls += hall.run(now, stalled);
            let notices = rig.look(now);
            turns += notices.iter().filter(|n| matches!(n, Notice::RateChanged { .. })).count();
        }
    }
    assert!(turns > 1, "the engine followed the rate of the clock {turns} times");
    assert!(calls > 20_000, "{calls} callbacks");
    let ports = rig.ports();
    assert!(ports.iter().all(|port| port.device.is_some()), "{ports:#?}");
    assert!(
        ports.iter().map(|port| port.underruns + port.overruns).sum::<u64>() > 0,
        "nothing ran empty or over"
    );
}
