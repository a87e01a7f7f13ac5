//! Which voice is stolen.

use crate::action::Note;
use crate::config::{SAME_PITCH, Steal};
use crate::numbers::Numbers;
use crate::voice::{Phase, Voice};
use core::cmp::Ordering;

/// The voices that play, with their numbers.
fn playing(voices: &[Voice]) -> impl Iterator<Item = (usize, &Voice)> {
    voices.iter().enumerate().filter(|(_, voice)| voice.phase.is_playing())
}

/// The oldest voice that plays the same note.
pub(crate) fn same_note(voices: &[Voice], note: &Note) -> Option<usize> {
    let same = |voice: &Voice| (voice.note.pitch - note.pitch).abs() <= SAME_PITCH;
    let same = playing(voices).filter(|(_, voice)| same(voice));
    same.min_by_key(|(_, voice)| voice.age()).map(|(number, _)| number)
}

/// The voice to be stolen when no more may play. `last` is the pitch of the note that started last; the loudness is asked only
/// where it decides, once for each voice that may be it. Those `released` go before those that are held.
pub(crate) fn stolen<'v>(
    voices: &'v [Voice],
    released: &Numbers,
    steal: Steal,
    last: f32,
    loudness: impl Fn(u16) -> f32,
) -> Option<usize> {
    let worth = |number: usize, voice: &Voice| match steal {
        Steal::Oldest | Steal::SameNote => 0.0,
        Steal::Quietest => loudness(number as u16),
        Steal::LowestVelocity => voice.note.velocity,
        Steal::Furthest => -(voice.note.pitch - last).abs(),
    };
    // What is not a number counts as the most; both zeros are one.
    let orderly = |worth: f32| if worth.is_nan() { f32::INFINITY } else { worth + 0.0 };
    let mut first: Option<(usize, f32, &Voice)> = None;
    let mut look_at = |number: usize, voice: &'v Voice| {
        let worth = orderly(worth(number, voice));
        // The age of most is not asked.
        let goes_first = first.as_ref().is_none_or(|(_, least, oldest)| match worth.total_cmp(least) {
            Ordering::Less => true,
            Ordering::Equal => voice.age() < oldest.age(),
            Ordering::Greater => false,
        });
        if goes_first {
            first = Some((number, worth, voice));
        }
    };
    if released.is_empty() {
        playing(voices).for_each(|(number, voice)| look_at(number, voice));
    } else {
        let rest = released.iter().filter_map(|number| Some((number, voices.get(number)?)));
        rest.for_each(|(number, voice)| look_at(number, voice));
    }
    first.map(|(number, ..)| number)
}

/// The fading voice that would be over first, and the frame at which.
pub(crate) fn over_first(voices: &[Voice], fading: &Numbers) -> Option<(usize, u64)> {
    let fading = fading.iter().filter_map(|number| match voices.get(number)? {
        voice @ Voice { phase: Phase::Fading { ends }, .. } => Some((number, *ends, voice)),
        _ => None,
    });
    let sooner = |(_, a_ends, a): &(usize, u64, &Voice), (_, b_ends, b): &(usize, u64, &Voice)| -> Ordering {
        a_ends.cmp(b_ends).then_with(|| a.age().cmp(&b.age()))
    };
    fading.min_by(sooner).map(|(number, ends, _)| (number, ends))
}
