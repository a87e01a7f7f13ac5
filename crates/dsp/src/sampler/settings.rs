//! What can be said of a sampler, its slots and its voices.

/// The slots of a sampler unless said otherwise.
pub const MAX_SAMPLE_SLOTS: usize = 32;
/// The voices of a sampler unless said otherwise.
pub const MAX_VOICES: usize = 64;
/// The most slots.
pub const MOST_SLOTS: usize = 256;
/// The most voices.
pub const MOST_VOICES: usize = 2048;

/// What is heard between two frames of a recording.
///
/// Measured with sines through a slot at speed 1.01 and 0.7 (`tests/suite/sampler_sound.rs`): what is not the sine, for a sine at a tenth and at a quarter of
/// the rate, is below -35 and -18 dB for [`Linear`](Self::Linear), -50 and -23 dB for [`Cubic`](Self::Cubic), and
/// -100 dB for [`Sinc`](Self::Sinc).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolate {
    /// A straight line: cheapest.
    Linear,
    /// A cubic through four frames, in Hermite's form.
    #[default]
    Cubic,
    /// A windowed sinc of 32 taps. Faster than as recorded it has as many more taps as it is faster, up to eight times, and takes away what would
    /// fold: below -75 dB for a sine that folds from 0.6 of the new rate or more. Its cutoff goes in steps of a quarter of an octave, so that up to that
    /// much of what would not fold is taken away as well.
    Sinc,
}

/// How a slot is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// To its end, whether it is let go or not.
    #[default]
    Once,
    /// To its end or until it is let go.
    Gate,
    /// Over and over until it is let go; then it goes on over and over as it dies away.
    Loop,
}

/// Which voice a trigger takes that finds none free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steal {
    /// None: the trigger is dropped, and counted.
    #[default]
    None,
    /// The one that began first.
    Oldest,
    /// The one whose envelope, velocity and gain make the least; of equals the one that began first.
    Quietest,
    /// The one that began first of the same slot; if none plays it, the one that began first.
    SameSlot,
}

/// The filter of each voice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VoiceFilter {
    /// None.
    #[default]
    Off,
    /// 12 dB per octave.
    Low,
    /// 12 dB per octave.
    High,
    /// 6 dB per octave to both sides.
    Band,
}

/// What is settled once about a sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplerConfig {
    /// How many slots, 1 to [`MOST_SLOTS`].
    pub slots: usize,
    /// How many voices, 1 to [`MOST_VOICES`].
    pub voices: usize,
    /// Which voice is taken where none is free.
    pub steal: Steal,
    /// What is heard between two frames.
    pub between: Interpolate,
    /// The filter of each voice.
    pub filter: VoiceFilter,
}

impl Default for SamplerConfig {
    fn default() -> Self {
        SamplerConfig {
            slots: MAX_SAMPLE_SLOTS,
            voices: MAX_VOICES,
            steal: Steal::None,
            between: Interpolate::Cubic,
            filter: VoiceFilter::Off,
        }
    }
}

/// What is played over and over, in frames of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoopPoints {
    /// The first frame.
    pub start: usize,
    /// The one behind the last; 0 is the end of what is played.
    pub end: usize,
    /// So many frames before the end fade into those before the start: at most as many as there are, and as long as the loop.
    pub crossfade: usize,
}

/// What holds for all that a slot plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlotSettings {
    /// How it is played.
    pub mode: Mode,
    /// The first frame that is played, in frames of the recording.
    pub start: usize,
    /// The one behind the last; 0 is the end.
    pub end: usize,
    /// What is played over and over.
    pub looped: LoopPoints,
    /// Backwards, from the end on.
    pub reverse: bool,
    /// A factor.
    pub gain: f32,
    /// -1 is left, 1 right.
    pub pan: f32,
    /// How fast, 1 being as recorded.
    pub speed: f32,
    /// What it begins ends all else of the same number, but 0.
    pub choke: u16,
}

impl Default for SlotSettings {
    fn default() -> Self {
        SlotSettings {
            mode: Mode::Once,
            start: 0,
            end: 0,
            looped: LoopPoints::default(),
            reverse: false,
            gain: 1.0,
            pan: 0.0,
            speed: 1.0,
            choke: 0,
        }
    }
}

/// What begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trigger {
    /// Which slot.
    pub slot: usize,
    /// What names it from now on; 0 for nothing.
    pub id: u64,
    /// How hard, 0 to 1: a factor.
    pub velocity: f32,
    /// A factor.
    pub gain: f32,
    /// -1 to 1, added to the slot's.
    pub pan: f32,
    /// How fast, times the slot's; below 0 the other way round.
    pub speed: f32,
    /// How it is played, if not as the slot says.
    pub mode: Option<Mode>,
}

impl Trigger {
    /// A slot as it is.
    pub fn of(slot: usize, id: u64) -> Self {
        Trigger { slot, id, velocity: 1.0, gain: 1.0, pan: 0.0, speed: 1.0, mode: None }
    }
}

/// What of a voice changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// A factor, beside velocity and the slot's; over 5 ms.
    Gain(f32),
    /// -1 to 1, added to the slot's; over 5 ms.
    Pan(f32),
    /// How fast, times the slot's; at once.
    Speed(f32),
    /// The cutoff of its filter in Hz; 0 is that of all.
    Cutoff(f32),
    /// Over and over between these frames of the recording from now on. What plays beyond them goes there in a crossfade of 5 ms.
    Loop(LoopPoints),
    /// Over and over no more: on to the end.
    LoopOff,
}

/// What has happened to a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It has begun.
    Started,
    /// It is over: it has played to its end or died away.
    Finished,
    /// It never began: no voice was free.
    Dropped,
    /// It was taken away for another, which it fades under.
    Stolen,
    /// It has gone around its loop and begins it anew: of loops that take 10 ms or more.
    Looped,
    /// It was ended by another of its group, or at once when asked, and fades.
    Choked,
}

/// What has happened, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The frame.
    pub frame: u64,
    /// What.
    pub what: What,
    /// The slot.
    pub slot: usize,
    /// As it was named.
    pub id: u64,
}
