//! What an engine tells, made into letters: on a thread of its own for one that plays, between two blocks for one that renders.

use crate::deck::Deck;
use crate::mail::Letter;
use crate::rack::SAMPLES;
use crate::voices::State;
use sostenuto_engine::{Notice, PortReport};
use sostenuto_graph::Word;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_millis(10);
/// How often the counters of ports are looked at.
const COUNTERS: Duration = Duration::from_millis(100);

/// Begins to listen, until the engine is shut down or nobody has it any more.
pub fn listen(deck: &Arc<Deck>, notices: Receiver<Notice>) -> Result<(), std::io::Error> {
    let deck = Arc::downgrade(deck);
    std::thread::Builder::new().name("sostenuto-mail".into()).spawn(move || run(&deck, &notices))?;
    Ok(())
}

fn run(deck: &Weak<Deck>, notices: &Receiver<Notice>) {
    let mut counters = Counters::default();
    loop {
        let notice = notices.recv_timeout(LOOK);
        let Some(deck) = deck.upgrade() else { return };
        match notice {
            Ok(notice) => hear(&deck, notice),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return deck.mail.close(),
        }
        notices.try_iter().for_each(|notice| hear(&deck, notice));
        counters.look(&deck);
        deck.watch(Instant::now());
    }
}

/// Takes in one notice.
pub fn hear(deck: &Deck, notice: Notice) {
    let letter = match notice {
        Notice::Told { node, what, report } if node == SAMPLES && report.id != 0 => {
            let (voice, id, frame) = (report.id, u32::from(report.place), report.frame);
            let (state, letter) = match what {
                "started" => (State::Playing, Letter::VoiceStarted { voice, id, frame }),
                "finished" => (State::Finished, Letter::VoiceFinished { voice, id, frame }),
                "stolen" => (State::Stolen, Letter::VoiceStolen { voice, id, frame }),
                "choked" => (State::Choked, Letter::VoiceChoked { voice, id, frame }),
                "looped" => (State::Playing, Letter::VoiceLooped { voice, id, frame }),
                _ => {
                    let why = "all voices play, or the slot is empty".to_owned();
                    (State::Dropped, Letter::TriggerDropped { voice, id, frame: Some(frame), why })
                }
            };
            deck.voices.note(voice, state);
            letter
        }
        Notice::Told { node, what, report } => Letter::NodeTold {
            node,
            what: what.into(),
            place: u32::from(report.place),
            voice: report.id,
            frame: report.frame,
            value: report.value,
        },
        Notice::Refused { ticket, why } => match Word::of(ticket) {
            // Of a voice that has ended since nothing more need be said.
            Some((verb, voice)) if deck.is_trigger(verb) => {
                let id = deck.voices.slot(voice).unwrap_or_default();
                deck.voices.note(voice, State::Dropped);
                Letter::TriggerDropped { voice, id, frame: None, why: why.to_string() }
            }
            Some((_, voice)) => Letter::Refused { ticket: u64::from(voice), why: why.to_string() },
            None => Letter::Refused { ticket: ticket.0, why: why.to_string() },
        },
        Notice::Set { ticket, .. } => match deck.loaded(ticket) {
            Some(id) => Letter::SampleLoaded { id },
            None => return,
        },
        Notice::Pong { frame, .. } => Letter::Pong { frame },
        Notice::Muted { node, frame } => Letter::NodeMuted { node, frame },
        Notice::Untold { node, lost, .. } => Letter::ReportsLost { node, count: u64::from(lost) },
        Notice::Starved { node, underruns, why, .. } => Letter::StreamStarved { node, underruns, why },
        Notice::DeviceLost { device, why } => Letter::DeviceLost { device, why },
        Notice::DeviceReturned { device } => Letter::DeviceReturned { device },
        Notice::DeviceMissing { device, why, instead } => Letter::DeviceMissing { device, why, instead },
        Notice::ClockMoved { to, why } => Letter::ClockMoved { device: to, why },
        _ => return,
    };
    deck.mail.post(letter);
}

/// What the counters of ports were when they were last told.
#[derive(Default)]
struct Counters {
    looked: Option<Instant>,
    known: HashMap<String, [u64; 2]>,
}

impl Counters {
    fn look(&mut self, deck: &Deck) {
        let now = Instant::now();
        if self.looked.is_some_and(|looked| now.duration_since(looked) < COUNTERS) {
            return;
        }
        self.looked = Some(now);
        for port in deck.ports().unwrap_or_default() {
            self.tell(deck, port);
        }
    }

    fn tell(&mut self, deck: &Deck, report: PortReport) {
        let port = report.label;
        let now = [report.underruns + report.xruns, report.overruns];
        let [under, over] = self.known.insert(port.clone(), now).unwrap_or_default();
        // Counters begin anew with another device.
        let more = |now: u64, before: u64| if now < before { now } else { now - before };
        let (count, total) = (more(now[0], under), now[0]);
        if count > 0 {
            deck.mail.post(Letter::Underrun { port: port.clone(), count, total });
        }
        let (count, total) = (more(now[1], over), now[1]);
        if count > 0 {
            deck.mail.post(Letter::Overrun { port, count, total });
        }
    }
}
