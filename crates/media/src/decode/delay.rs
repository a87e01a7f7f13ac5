//! What of an M4A file is the sound, and what an encoder put before and behind it?
//!
//! Its edit list tells (ISO/IEC 14496-12, 8.6.6), or the remark `iTunSMPB` that Apple's programs write.

use std::io::{self, Read, Seek, SeekFrom};

/// Which part of what is decoded is the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// Frames before it.
    pub delay: u64,
    /// Its frames, where that is told.
    pub frames: Option<u64>,
}

/// The largest list of contents that is looked through; longer ones go without.
const MOST_CONTENTS: u64 = 64 << 20;
/// Boxes on the way that are looked at, on any level.
const MOST_BOXES: usize = 1000;

/// Looks through an M4A file; nothing for other files, and for those whose lists say something that is not understood here.
///
/// # Errors
/// What the system says about reading.
pub(super) fn find<R: Read + Seek + ?Sized>(source: &mut R) -> io::Result<Option<Edit>> {
    let end = source.seek(SeekFrom::End(0))?;
    let mut at = 0;
    for number in 0..MOST_BOXES {
        source.seek(SeekFrom::Start(at))?;
        let mut head = Vec::new();
        source.take(16).read_to_end(&mut head)?;
        let Some((name, header, size)) = heading(&head, end.saturating_sub(at)) else { break };
        if number == 0 && name != *b"ftyp" {
            break;
        }
        if name == *b"moov" {
            let length = size - header;
            if length > MOST_CONTENTS {
                break;
            }
            source.seek(SeekFrom::Start(at + header))?;
            let mut contents = Vec::new();
            source.take(length).read_to_end(&mut contents)?;
            return Ok(of_contents(&contents));
        }
        at = at.saturating_add(size);
    }
    Ok(None)
}

/// Name, bytes of the heading and bytes of the whole box.
fn heading(bytes: &[u8], left: u64) -> Option<([u8; 4], u64, u64)> {
    let name = bytes.get(4..8)?.try_into().ok()?;
    let (header, size) = match number(bytes.get(..4)?) {
        0 => (8, left),
        1 => (16, number(bytes.get(8..16)?)),
        size => (8, size),
    };
    (size >= header && size <= left).then_some((name, header, size))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The boxes within a box.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, header, size) = heading(bytes, bytes.len() as u64)?;
        let (one, rest) = bytes.split_at_checked(size as usize)?;
        bytes = rest;
        Some((name, one.get(header as usize..)?))
    })
    .take(MOST_BOXES)
}

/// What is in the box at the end of a way of names.
fn inside<'b>(bytes: &'b [u8], way: &[&[u8; 4]]) -> Option<&'b [u8]> {
    way.iter().try_fold(bytes, |bytes, name| boxes(bytes).find(|(it, _)| it == *name).map(|(_, inner)| inner))
}

fn of_contents(contents: &[u8]) -> Option<Edit> {
    let is_sound = |track: &&[u8]| {
        inside(track, &[b"mdia", b"hdlr"]).is_some_and(|handler| handler.get(8..12) == Some(b"soun"))
    };
    let track = boxes(contents).filter(|(name, _)| name == b"trak").map(|(_, track)| track).find(is_sound)?;
    let film = inside(contents, &[b"mvhd"]).and_then(|header| ticks(header).map(|(_, ticks)| ticks));
    remark(contents).or_else(|| edited(track, film?))
}

/// From a header of a track's media or of the film: its length, and its ticks a second.
fn ticks(header: &[u8]) -> Option<(u64, u64)> {
    let (ticks, length) = match header.first()? {
        0 => (header.get(12..16)?, header.get(16..20)?),
        1 => (header.get(20..24)?, header.get(24..32)?),
        _ => return None,
    };
    Some((number(length), number(ticks))).filter(|(_, ticks)| *ticks > 0)
}

/// From an edit list with one edit, before which there may be empty ones.
fn edited(track: &[u8], film: u64) -> Option<Edit> {
    let list = inside(track, &[b"edts", b"elst"])?;
    let (all, frames_a_second) = ticks(inside(track, &[b"mdia", b"mdhd"])?)?;
    let (width, is_wide) = if *list.first()? == 1 { (20, true) } else { (12, false) };
    let count = number(list.get(4..8)?);
    let edits = list.get(8..)?.chunks_exact(width).take(count.min(1000) as usize);
    let edit = |edit: &[u8]| {
        let (length, begin) = if is_wide { edit.split_at(8) } else { edit.split_at(4) };
        let begin = begin.get(..if is_wide { 8 } else { 4 })?;
        // An empty edit begins at -1.
        (begin.first()? & 0x80 == 0).then(|| (number(length), number(begin)))
    };
    let mut edits = edits.filter_map(edit);
    let (length, delay) = edits.next()?;
    if edits.next().is_some() {
        return None;
    }
    // The length is counted in coarse ticks of the film: where it ends within one of them of the media's end, that is what is meant.
    let exact = u128::from(length) * u128::from(frames_a_second) / u128::from(film);
    let (frames, left) = (u64::try_from(exact).ok()?, all.saturating_sub(delay));
    let tick = frames_a_second.div_ceil(film);
    let frames = if length == 0 || frames.abs_diff(left) <= tick { left } else { frames };
    Some(Edit { delay, frames: Some(frames) })
}

/// From the remark that Apple's programs write: four hexadecimal numbers, of which the second is the delay and the fourth the frames.
fn remark(contents: &[u8]) -> Option<Edit> {
    // The box `meta` has four bytes before what is in it.
    let remarks = inside(contents, &[b"udta", b"meta"])?.get(4..)?;
    let list = inside(remarks, &[b"ilst"])?;
    let of_name = |remark: &&[u8]| {
        inside(remark, &[b"name"]).and_then(|name| name.get(4..)) == Some(b"iTunSMPB".as_slice())
    };
    let remark = boxes(list).filter(|(name, _)| name == b"----").map(|(_, inner)| inner).find(of_name)?;
    let text = std::str::from_utf8(inside(remark, &[b"data"])?.get(8..)?).ok()?;
    let mut numbers = text.split_whitespace().map(|word| u64::from_str_radix(word, 16).ok());
    let (delay, frames) = (numbers.nth(1)??, numbers.nth(1)??);
    (frames > 0 && delay < 1 << 20).then_some(Edit { delay, frames: Some(frames) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boxed(name: &[u8; 4], inner: &[u8]) -> Vec<u8> {
        [&(inner.len() as u32 + 8).to_be_bytes()[..], name, inner].concat()
    }

    fn header(ticks: u32, length: u32) -> Vec<u8> {
        [&[0; 12][..], &ticks.to_be_bytes(), &length.to_be_bytes(), &[0; 8]].concat()
    }

    /// A file with one track and what else its contents have.
    fn file(edits: &[(u32, i32)], more: &[u8]) -> Vec<u8> {
        let edit =
            |(length, begin): &(u32, i32)| [length.to_be_bytes(), begin.to_be_bytes(), [0, 1, 0, 0]].concat();
        let list: Vec<u8> = edits.iter().flat_map(edit).collect();
        let list = [&[0; 4][..], &(edits.len() as u32).to_be_bytes(), &list].concat();
        let media =
            [boxed(b"mdhd", &header(44_100, 12_000)), boxed(b"hdlr", b"\0\0\0\0\0\0\0\0soun")].concat();
        let track = [boxed(b"edts", &boxed(b"elst", &list)), boxed(b"mdia", &media)].concat();
        let film = [boxed(b"mvhd", &header(1000, 272)), boxed(b"trak", &track), more.to_vec()].concat();
        [boxed(b"ftyp", b"M4A "), boxed(b"mdat", &[7; 99]), boxed(b"moov", &film)].concat()
    }

    fn found(file: &[u8]) -> Option<Edit> {
        find(&mut Cursor::new(file)).expect("memory can be read")
    }

    #[test]
    fn the_edit_list_tells_delay_and_length() {
        // 249 ms are 10,980.9 frames, within a millisecond of 12,000 - 1024.
        let to_the_end = Some(Edit { delay: 1024, frames: Some(10_976) });
        assert_eq!(found(&file(&[(249, 1024)], &[])), to_the_end);
        assert_eq!(found(&file(&[(40, -1), (249, 1024)], &[])), to_the_end);
        let shorter = Some(Edit { delay: 1024, frames: Some(4410) });
        assert_eq!(found(&file(&[(100, 1024)], &[])), shorter);
        assert_eq!(found(&file(&[(100, 0), (100, 5000)], &[])), None);
        assert_eq!(found(&file(&[], &[])), None);
    }

    #[test]
    fn the_remark_goes_before_the_edit_list() {
        let text = b"\0\0\0\x01\0\0\0\0 00000000 00000840 000001CA 000000000000A1B2 0 0";
        let name = boxed(b"name", b"\0\0\0\0iTunSMPB");
        let list = boxed(b"ilst", &boxed(b"----", &[name, boxed(b"data", text)].concat()));
        let meta = boxed(b"udta", &boxed(b"meta", &[&[0; 4][..], &list].concat()));
        let told = Some(Edit { delay: 0x840, frames: Some(0xA1B2) });
        assert_eq!(found(&file(&[(100, 1024)], &meta)), told);
    }

    #[test]
    fn nonsense_tells_nothing() {
        let whole = file(&[(100, 1024)], &[]);
        assert!((0..whole.len()).all(|length| found(&whole[..length]).is_none()));
        for at in 0..whole.len() {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut broken = whole.clone();
                broken[at] = byte;
                _ = found(&broken);
            }
        }
        assert_eq!(found(b"RIFF\x10\0\0\0WAVEfmt "), None);
    }
}
