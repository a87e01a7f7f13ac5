//! Frames of a file from any place on, as they are when the whole is decoded.

use super::error::Fault;
use super::limits::Limits;
use super::origin::{Bytes, Origin};

/// Opens a file anew.
pub(crate) type Opener = dyn Fn() -> Result<Bytes, Fault> + Send + Sync;

/// A file whose frames can be had in any order.
pub(crate) struct Seeker {
    origin: Origin,
    open: Box<Opener>,
    limits: Limits,
    /// What was decoded last, and the frame of the sound that comes first in it.
    piece: Vec<Vec<f32>>,
    at: i64,
    rate: u32,
    channels: usize,
    frames: u64,
}

/// What is no further ahead than so many frames is decoded up to, and not sought.
const NEAR: i64 = 1 << 14;
/// So many pieces without a single frame are no sound any more.
const MOST_EMPTY: u32 = 100_000;

impl Seeker {
    /// Opens a file. Where it does not say how long it is, all of it is looked through, which `look_up` is told of with the frames so far, and can stop; unless that is `known`.
    pub fn open(
        open: Box<Opener>,
        limits: Limits,
        known: Option<u64>,
        look_up: impl FnMut(u64) -> Result<(), Fault>,
    ) -> Result<Seeker, Fault> {
        let mut origin = Origin::open(open()?)?;
        let frames = match known.or_else(|| origin.told().filter(|_| origin.is_exact())) {
            Some(frames) => frames,
            None => {
                let frames = origin.count(look_up)?;
                origin = Origin::open(open()?)?;
                frames
            }
        };
        if frames == 0 {
            return Err(Fault::Empty);
        }
        if let Some((rate, channels)) = origin.layout() {
            limits.check(rate, channels, frames)?;
        }
        let mut seeker =
            Seeker { origin, open, limits, piece: Vec::new(), at: 0, rate: 0, channels: 0, frames };
        // What is decoded counts, not what was announced.
        seeker.first()?;
        Ok(seeker)
    }

    fn first(&mut self) -> Result<(), Fault> {
        for _ in 0..MOST_EMPTY {
            if !self.advance()? {
                return Err(Fault::Empty);
            }
            if self.ahead() > 0 {
                let (rate, _) = self.origin.layout().ok_or(Fault::Unknown("it has no rate".into()))?;
                self.limits.check(rate, self.piece.len() as u16, self.frames)?;
                (self.rate, self.channels) = (rate, self.piece.len());
                return Ok(());
            }
        }
        Err(Fault::Damaged("nothing but empty pieces is in it".into()))
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    pub fn frames(&self) -> u64 {
        self.frames
    }

    pub fn format(&self) -> &'static str {
        self.origin.format()
    }

    /// Frames of the piece at hand.
    fn ahead(&self) -> i64 {
        self.piece.first().map_or(0, Vec::len) as i64
    }

    /// The next piece; whether there is one.
    fn advance(&mut self) -> Result<bool, Fault> {
        let before = self.at + self.ahead();
        match self.origin.piece(&mut self.piece) {
            Ok(Some(at)) => {
                self.at = at;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(fault) => {
                self.piece.iter_mut().for_each(Vec::clear);
                self.at = before;
                Err(fault)
            }
        }
    }

    /// Fills all channels, which are equally long, from a frame on, with zeros behind the end. Samples that are not finite are zero.
    pub fn read(&mut self, place: u64, out: &mut [&mut [f32]]) -> Result<(), Fault> {
        let wanted = out.iter().map(|channel| channel.len()).min().unwrap_or(0);
        let there = (self.frames.saturating_sub(place)).min(wanted as u64) as usize;
        out.iter_mut().for_each(|channel| channel.fill(0.0));
        let mut done = 0;
        while done < there {
            let at = place as i64 + done as i64;
            self.find(at)?;
            let offset = (at - self.at) as usize;
            let frames = (self.ahead() as usize - offset).min(there - done);
            for (out, piece) in out.iter_mut().zip(&self.piece) {
                let from = piece.get(offset..offset + frames).unwrap_or_default();
                let to = out.get_mut(done..done + frames).unwrap_or_default();
                for (to, from) in to.iter_mut().zip(from) {
                    *to = if from.is_finite() { *from } else { 0.0 };
                }
            }
            done += frames;
        }
        Ok(())
    }

    /// Makes the piece at hand one that has the frame.
    fn find(&mut self, at: i64) -> Result<(), Fault> {
        let has = |seeker: &Seeker| (seeker.at..seeker.at + seeker.ahead()).contains(&at);
        if has(self) {
            return Ok(());
        }
        let behind = self.at + self.ahead();
        if at < self.at || at > behind + NEAR {
            let sought = self.origin.seek(at as u64).and_then(|()| self.move_on());
            // Where the container cannot go there, it is decoded from the start.
            if sought.is_err() || self.at > at {
                self.origin = Origin::open((self.open)()?)?;
                self.piece.clear();
                self.at = 0;
            }
        }
        let mut empty = 0;
        while !has(self) {
            let before = self.at + self.ahead();
            if !self.advance()? {
                return Err(Fault::CutShort { frames: before.max(0) as u64, told: Some(self.frames) });
            }
            if self.at > at {
                return Err(Fault::Damaged("there is a gap in it".into()));
            }
            empty = if self.ahead() == 0 { empty + 1 } else { 0 };
            if empty > MOST_EMPTY {
                return Err(Fault::Damaged("nothing but empty pieces follows".into()));
            }
        }
        Ok(())
    }

    /// The first pieces after a seek: what cannot be decoded for want of what came before is passed over.
    fn move_on(&mut self) -> Result<(), Fault> {
        for _ in 0..MOST_WARMING {
            match self.advance() {
                Ok(true) if self.ahead() > 0 => return Ok(()),
                Ok(true) | Err(Fault::Piece { .. }) => {}
                Ok(false) => break,
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Damaged("nothing follows".into()))
    }
}

/// Pieces after a seek that may be damaged or empty.
const MOST_WARMING: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn limits_hold_before_anything_is_read() {
        let mut bytes = b"RIFF\xFF\xFF\xFF\x7FWAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
        bytes.extend(48_000_u32.to_le_bytes());
        bytes.extend(192_000_u32.to_le_bytes());
        bytes.extend(*b"\x04\0\x10\0data\xF0\xFF\xFF\x7F");
        bytes.extend([1; 4096]);
        let bytes = Arc::new(bytes);
        let open = move || Bytes::of((*bytes).clone(), "a.wav", &Limits::default());
        let limits = Limits { frames: 1 << 20, ..Limits::default() };
        let outcome = Seeker::open(Box::new(open), limits, None, |_| Ok(()));
        assert!(matches!(outcome.err(), Some(Fault::Beyond { .. })));
    }
}
