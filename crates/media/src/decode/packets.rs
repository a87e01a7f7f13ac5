//! A demuxer and a decoder of Symphonia, as a row of pieces of sound.

use super::delay::{self, Edit};
use super::error::Fault;
use super::origin::Bytes;
use std::io::{ErrorKind, SeekFrom};
use std::ops::Range;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_FLAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, Track, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::units::Timestamp;

pub(super) struct Packets {
    demuxer: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    told: Option<u64>,
    is_exact: bool,
    /// What the edit list of an M4A file keeps.
    edit: Option<Edit>,
    layout: Option<(u32, u16)>,
    /// Decoded and not yet appended, channel by channel.
    piece: Vec<Vec<f32>>,
    /// Frames of the last packet that was well.
    usual: u64,
}

/// So many packets of other tracks, or that are broken, in a row are no file of sound.
const MOST_PASSED: u32 = 100_000;

impl Packets {
    pub fn open(Bytes { mut source, ending }: Bytes) -> Result<Self, Fault> {
        let edit = delay::find(&mut source).map_err(Fault::Io)?;
        source.seek(SeekFrom::Start(0)).map_err(Fault::Io)?;
        let mut hint = Hint::new();
        if let Some(ending) = &ending {
            hint.with_extension(ending);
        }
        let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
        let probe = symphonia::default::get_probe();
        let (format, tags) = (FormatOptions::default(), MetadataOptions::default());
        let demuxer = probe.probe(&hint, stream, format, tags).map_err(unknown)?;
        let track = demuxer
            .default_track(TrackType::Audio)
            .ok_or(Fault::Unknown("there is no sound in it".into()))?;
        let Some(CodecParameters::Audio(codec)) = &track.codec_params else {
            return Err(Fault::Codec("nothing is said about its codec".into()));
        };
        // Symphonia 0.6.1 undoes the coupling of channels in the wrong order, which only shows with more than one pair.
        if codec.codec == CODEC_ID_VORBIS
            && codec.channels.as_ref().is_some_and(|channels| channels.count() > 2)
        {
            return Err(Fault::Codec("Vorbis of more than two channels".into()));
        }
        let options = AudioDecoderOptions::default().verify(true);
        let decoder = symphonia::default::get_codecs().make_audio_decoder(codec, &options);
        let decoder = decoder.map_err(|error| Fault::Codec(format!("{error}").into()))?;
        let is_alac = codec.codec == CODEC_ID_ALAC;
        let (id, told) = (track.id, told(track, demuxer.format_info().short_name, is_alac));
        let layout = codec.sample_rate.zip(codec.channels.as_ref().map(|c| c.count() as u16));
        let mut packets = Packets {
            demuxer,
            decoder,
            track: id,
            told: told.0,
            is_exact: told.1,
            edit: edit.filter(|_| !is_alac),
            layout,
            piece: Vec::new(),
            usual: 0,
        };
        if let Some(edit) = packets.edit {
            packets.told = edit.frames.or(packets.told);
            packets.is_exact = false;
        }
        Ok(packets)
    }

    pub fn told(&self) -> Option<u64> {
        self.told
    }

    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    pub fn layout(&self) -> Option<(u32, u16)> {
        self.layout
    }

    pub fn format(&self) -> &'static str {
        match self.demuxer.format_info().short_name {
            "wave" => "WAV",
            "aiff" => "AIFF",
            "flac" => "FLAC",
            "mp1" | "mp2" | "mp3" => "MP3",
            "ogg" => "Ogg",
            "isomp4" => "M4A",
            "aac" => "AAC",
            other => other,
        }
    }

    pub fn codec(&self) -> &'static str {
        self.decoder.codec_info().long_name
    }

    pub fn keeps(&self, frames: u64) -> Option<Range<u64>> {
        let edit = self.edit?;
        let begin = edit.delay.min(frames);
        Some(begin..edit.frames.map_or(frames, |kept| begin.saturating_add(kept).min(frames)))
    }

    /// Appends the frames of the next packet of the track.
    pub fn next(&mut self, channels: &mut Vec<Vec<f32>>) -> Result<bool, Fault> {
        let had = channels.first().map_or(0, Vec::len) as u64;
        if self.advance()?.is_none() {
            return self.end(had);
        }
        if self.piece.first().is_none_or(Vec::is_empty) {
            return Ok(true);
        }
        if channels.is_empty() {
            channels.resize(self.piece.len(), Vec::new());
        }
        channels.iter_mut().zip(&self.piece).for_each(|(all, piece)| all.extend_from_slice(piece));
        Ok(true)
    }

    /// Puts the frames of the next packet of the track in the place of what is there, and says which frame of the sound the first is: below 0 if it
    /// lies before the sound. Nothing at the end.
    pub fn piece(&mut self, channels: &mut Vec<Vec<f32>>) -> Result<Option<i64>, Fault> {
        let at = self.advance()?;
        channels.resize(self.piece.len(), Vec::new());
        channels.iter_mut().zip(&self.piece).for_each(|(to, piece)| to.clone_from(piece));
        let delay = self.edit.map_or(0, |edit| edit.delay as i64);
        Ok(at.map(|at| at - delay))
    }

    /// Goes to a packet from which on a frame of the sound is decoded as if all before it had been, if the container allows it.
    pub fn seek(&mut self, frame: u64) -> Result<(), Fault> {
        let delay = self.edit.map_or(0, |edit| edit.delay);
        let target = frame.saturating_add(delay).saturating_sub(self.warm_up());
        let ts = Timestamp::from(i64::try_from(target).unwrap_or(i64::MAX));
        let to = SeekTo::Timestamp { ts, track_id: self.track };
        let went = self.demuxer.seek(SeekMode::Accurate, to);
        self.decoder.reset();
        went.map(|_| ()).map_err(|error| Fault::Damaged(error.to_string().into()))
    }

    /// Frames that a decoder has to hear before those that are to be exact: what lies over from packet to packet, and of MP3 what packets borrow from those
    /// before them (at most 511 bytes, which 40 packets have at any rate).
    fn warm_up(&self) -> u64 {
        match self.decoder.codec_params().codec {
            CODEC_ID_MP1 | CODEC_ID_MP2 | CODEC_ID_MP3 => 40 * 1152,
            CODEC_ID_AAC => 4 * 1024,
            CODEC_ID_VORBIS => 2 * 8192,
            CODEC_ID_FLAC | CODEC_ID_ALAC => 0,
            _ => 4096,
        }
    }

    /// How many frames the packets say that there are, without decoding them; `look_up` is asked now and then whether to go on.
    pub fn count(&mut self, mut look_up: impl FnMut(u64) -> Result<(), Fault>) -> Result<u64, Fault> {
        let (mut end, mut number) = (0_i64, 0_u64);
        loop {
            let packet = match self.demuxer.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => break,
                Err(Error::IoError(error)) => return Err(Fault::Io(error)),
                Err(error) => return Err(Fault::Damaged(error.to_string().into())),
            };
            if packet.track_id == self.track {
                let valid = packet.trim_start.get().saturating_add(packet.dur.get());
                end = end.max(packet.pts.get().saturating_add(i64::try_from(valid).unwrap_or(i64::MAX)));
            }
            number += 1;
            if number.is_multiple_of(256) {
                look_up(end.max(0) as u64)?;
            }
        }
        let frames = end.max(0) as u64;
        Ok(self.keeps(frames).map_or(frames, |kept| kept.end - kept.start))
    }

    /// Decodes the next packet of the track; the place of its first frame, as the container counts.
    fn advance(&mut self) -> Result<Option<i64>, Fault> {
        for _ in 0..MOST_PASSED {
            let packet = match self.demuxer.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                // Some demuxers have no other way of saying that all is read.
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
                Err(Error::IoError(error)) => return Err(Fault::Io(error)),
                Err(error) => return Err(Fault::Damaged(error.to_string().into())),
            };
            if packet.track_id != self.track {
                continue;
            }
            let length = packet.dur.get();
            let at = packet.pts.get().saturating_add(i64::try_from(packet.trim_start.get()).unwrap_or(0));
            match self.decoder.decode(&packet) {
                Ok(decoded) => {
                    let layout = (decoded.spec().rate(), decoded.spec().channels().count() as u16);
                    take(&decoded, &mut self.piece);
                    return self.settle(layout).map(|()| Some(at));
                }
                Err(Error::IoError(_)) => {
                    return Err(Fault::Piece {
                        reason: "a piece of it ends too early".into(),
                        frames: length,
                    });
                }
                Err(error) => {
                    let frames = if length > 0 { length } else { self.usual };
                    return Err(Fault::Piece { reason: error.to_string().into(), frames });
                }
            }
        }
        Err(Fault::Damaged("no sound follows".into()))
    }

    /// What was decoded is of the layout of what came before.
    fn settle(&mut self, layout: (u32, u16)) -> Result<(), Fault> {
        let frames = self.piece.first().map_or(0, Vec::len);
        if frames == 0 {
            return Ok(());
        }
        let before = self.layout.filter(|_| self.usual > 0);
        if before.is_some_and(|before| before != layout) {
            return Err(Fault::Damaged("its rate or its channels change on the way".into()));
        }
        // What is decoded counts, not what was announced.
        self.layout = Some(layout);
        self.usual = frames as u64;
        Ok(())
    }

    /// The end, unless frames are missing or a checksum of the whole says otherwise.
    fn end(&mut self, had: u64) -> Result<bool, Fault> {
        if self.is_exact && self.told.is_some_and(|told| told > had) {
            return Err(Fault::CutShort { frames: had, told: self.told });
        }
        match self.decoder.finalize().verify_ok {
            Some(false) => Err(Fault::Damaged("its checksum is not that of its samples".into())),
            _ => Ok(false),
        }
    }
}

fn take(decoded: &GenericAudioBufferRef<'_>, piece: &mut Vec<Vec<f32>>) {
    decoded.copy_to_vecs_planar(piece);
}

/// How many frames a track says that it has, and whether that is to be relied on.
fn told(track: &Track, format: &str, is_alac: bool) -> (Option<u64>, bool) {
    let is_exact = match format {
        "flac" | "aiff" | "wave" => true,
        // Without the encoder's own tag the number is an estimate from the size of the file.
        "mp3" => track.delay.is_some(),
        "isomp4" => is_alac,
        _ => false,
    };
    (track.num_frames, is_exact)
}

fn unknown(error: Error) -> Fault {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Fault::Unknown("it ends too early".into())
        }
        Error::IoError(error) => Fault::Io(error),
        Error::Unsupported(what) if what.contains("probe") => Fault::Unknown("of no known format".into()),
        other => Fault::Unknown(other.to_string().into()),
    }
}
