//! From the opening of the stream to its end.

use super::{Deck, Host, Phase, lock, process};
use crate::errors::Fault;
use crate::listener;
use crate::mail::Letter;
use crate::recording::Take;
use crate::voices::State;
use sostenuto_graph::When;
use sostenuto_graph::transport::Change;
use std::sync::{Arc, Mutex};

impl Deck {
    /// Opens the stream and lets the engine run.
    pub fn run(&self) -> Result<(), Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        match self.check()? {
            Phase::Running | Phase::Paused => return Ok(()),
            _ => {}
        }
        if let Some(Host::Live(engine)) = &seat.host
            && let Err(error) = engine.play()
        {
            _ = engine.stop();
            return Err(error.into());
        }
        self.enter(Phase::Running);
        self.load_all(&mut seat)
    }

    /// Lets musical time run; opens the stream if need be.
    pub fn play(&self) -> Result<(), Fault> {
        self.run()?;
        self.resume()?;
        self.transport(Change::Play)
    }

    /// Ends all voices, and musical time goes to its beginning.
    pub fn stop(&self) -> Result<(), Fault> {
        if self.check()? == Phase::Made {
            return Ok(());
        }
        self.say("stop_all", (0, 0), 0, &[], When::Now)?;
        self.transport(Change::Stop)
    }

    fn transport(&self, change: Change) -> Result<(), Fault> {
        self.with(move |desk| desk.conductor_mut().transport(change, When::Now))??;
        Ok(())
    }

    /// Everything stands still as it is; the stream goes on, silently.
    pub fn pause(&self) -> Result<(), Fault> {
        self.check()?;
        let seat = lock(&self.seat);
        match (self.check()?, &seat.host) {
            (Phase::Running, Some(Host::Live(engine))) => {
                engine.stop()?;
                self.enter(Phase::Paused);
                Ok(())
            }
            (Phase::Running, _) => Err(Fault::audio("an offline engine stands still unless it renders")),
            _ => Ok(()),
        }
    }

    /// Goes on where it was.
    pub fn resume(&self) -> Result<(), Fault> {
        self.check()?;
        let seat = lock(&self.seat);
        if let (Phase::Paused, Some(Host::Live(engine))) = (self.check()?, &seat.host) {
            engine.play()?;
            self.enter(Phase::Running);
        }
        Ok(())
    }

    /// Closes everything. Again and again does no harm.
    pub fn shut_down(&self) {
        if self.forks != process::forks() {
            // Its threads are in another process: there is nothing to wait for, and whoever held a lock there never gives it back.
            if let Ok(mut seat) = self.seat.try_lock() {
                std::mem::forget(seat.host.take());
            }
            return;
        }
        let mut seat = lock(&self.seat);
        let host = seat.host.take();
        self.enter(Phase::ShutDown);
        *lock(&self.controller) = None;
        *lock(&self.line) = None;
        let takes = std::mem::take(&mut *lock(&self.takes));
        drop(host);
        for take in takes {
            if let Some(Take { recorder, .. }) = lock(&take).take() {
                // What went wrong with it is in the file; nobody asked.
                _ = recorder.finish();
            }
        }
        self.end_voices(State::Finished);
        self.mail.close();
    }

    /// Keeps a recording until it is ended, or everything is.
    pub fn keep(&self, take: Take) -> Arc<Mutex<Option<Take>>> {
        let take = Arc::new(Mutex::new(Some(take)));
        let mut takes = lock(&self.takes);
        takes.retain(|take| lock(take).is_some());
        takes.push(Arc::clone(&take));
        take
    }

    /// All voices are over, for what played them is.
    pub(super) fn end_voices(&self, state: State) {
        let frame = self.frame();
        for voice in self.voices.active().collect::<Vec<_>>() {
            let id = self.voices.slot(voice).unwrap_or_default();
            self.voices.note(voice, state);
            self.mail.post(match state {
                State::Choked => Letter::VoiceChoked { voice, id, frame },
                _ => Letter::VoiceFinished { voice, id, frame },
            });
        }
    }

    /// The next frames, interleaved.
    pub fn render(&self, frames: usize) -> Result<Vec<f32>, Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        self.check()?;
        match &mut seat.host {
            Some(Host::Offline(offline)) => offline.render(frames, |desk| {
                let notices = desk.conductor_mut().notices();
                notices.into_iter().for_each(|notice| listener::hear(self, notice));
                Ok(())
            }),
            _ => Err(Fault::audio("only an OfflineEngine renders: this one plays through a device")),
        }
    }
}
