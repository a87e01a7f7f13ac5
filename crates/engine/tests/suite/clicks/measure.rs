//! What the detector says of a scene, played at one of several paces.

use super::detector::{CLICK, FADE, Fades, bend, fade, residue, treble};
use super::scenes::{By, Scene, Signal};
use super::stage::{Asked, Cue, Deed, FIRST, Heard, after, perform, place, undisturbed};
use sostenuto_patch::Patch;
use std::fmt;

/// How edits follow on one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// One edit.
    Once,
    /// Taken back 2 ms later.
    TakenBack,
    /// Another edit 2 ms later: the patch becomes that of another scene.
    Followed,
    /// Made and taken back in turn, 20 times, 1 ms apart.
    TwentyTimes,
}

impl Pace {
    fn fades(self) -> Fades {
        match self {
            Pace::Once => Fades::ONE,
            Pace::TakenBack | Pace::Followed => Fades { at_once: 2, turned: true },
            Pace::TwentyTimes => Fades { at_once: 5, turned: true },
        }
    }
}

const MILLISECOND: u64 = 48;

/// What is done in a scene, and every patch that comes in it.
pub fn cues(scene: &Scene, next: &Scene, signal: Signal, pace: Pace) -> (Vec<Cue>, Vec<Patch>) {
    let (start, deed) = (scene.start(signal), scene.deed(signal));
    let back = match deed {
        Deed::Play(_) => Deed::Play(start.clone()),
        Deed::Set(node, param, _) => {
            let was = start.nodes[node].params[param].value;
            Deed::Set(node, param, was.expect("the scene says what it was"))
        }
    };
    let mut patches = vec![start.clone(), after(&start, &deed)];
    let cues = match pace {
        Pace::Once => vec![(FIRST, deed)],
        Pace::TakenBack => vec![(FIRST, deed), (FIRST + 2 * MILLISECOND, back)],
        Pace::Followed => {
            patches.push(next.start(signal));
            vec![(FIRST, deed), (FIRST + 2 * MILLISECOND, Deed::Play(next.start(signal)))]
        }
        Pace::TwentyTimes => {
            let turns = [deed, back].into_iter().cycle();
            (0..20).map(|n| FIRST + n * MILLISECOND).zip(turns).collect()
        }
    };
    (cues, patches)
}

/// What was found, in dB: of the worse channel.
#[derive(Clone, Debug)]
pub struct Finding {
    what: String,
    bend: f64,
    treble: Option<f64>,
    residue: Option<f64>,
}

impl Finding {
    /// The worst of it.
    pub fn worst(&self) -> f64 {
        self.bend.max(self.treble.unwrap_or(self.bend)).max(self.residue.unwrap_or(self.bend))
    }

    pub fn clicks(&self) -> bool {
        self.worst() > CLICK
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |db: Option<f64>| db.map_or("-".into(), |db| format!("{db:.1}"));
        let (treble, residue) = (shown(self.treble), shown(self.residue));
        write!(f, "{:90} bend {:>7.1}  treble {treble:>7}  residue {residue:>7}", self.what, self.bend)
    }
}

fn worse<const N: usize>(of: impl Fn(usize) -> [f64; N]) -> [f64; N] {
    let (left, right) = (of(0), of(1));
    std::array::from_fn(|i| left[i].max(right[i]))
}

/// Measures what was heard against the patches that came in it.
pub fn finding(what: String, heard: &Heard, patches: &[Patch], signal: Signal, fades: Fades) -> Finding {
    let steady: Vec<Heard> = patches.iter().map(undisturbed).collect();
    let side = |side: usize| steady.iter().map(|s| &s[side][..]).collect::<Vec<_>>();
    let [bend] = worse(|c| [bend(&heard[c], &side(c), fades)]);
    let treble = (signal == Signal::Sine).then(|| worse(|c| [treble(&heard[c], &side(c))])[0]);
    Finding { what, bend, treble, residue: None }
}

/// The fade between two sounds, computed here.
fn blend(before: &Heard, after: &Heard) -> Heard {
    let gain = |n: usize| fade((n as f64 - place(FIRST) as f64) / FADE as f64);
    std::array::from_fn(|c| {
        let pairs = before[c].iter().zip(&after[c]).enumerate();
        pairs.map(|(n, (a, b))| (1.0 - gain(n)) * a + gain(n) * b).collect()
    })
}

/// What an edit should sound like, where that is known.
fn ideal(scene: &Scene, cues: &[Cue], patches: &[Patch]) -> Option<Heard> {
    let before = undisturbed(&patches[0]);
    match scene.by {
        By::Fade => Some(blend(&before, &perform(&patches[0], cues, 480, Asked::Cut))),
        By::Blend => Some(blend(&before, &undisturbed(&patches[1]))),
        By::Glide | By::Inside => None,
    }
}

/// Plays a scene and measures it; the same bits must come in callbacks of any size, and if all is asked for ahead.
pub fn measure(scene: &Scene, next: &Scene, signal: Signal, pace: Pace) -> Finding {
    let (cues, patches) = cues(scene, next, signal, pace);
    let what = format!("{signal:?}, {pace:?}: {}", scene.name);
    let heard = perform(&patches[0], &cues, 480, Asked::InTime);
    for (block, asked) in [(64, Asked::InTime), (37, Asked::InTime), (1_001, Asked::Ahead)] {
        let other = perform(&patches[0], &cues, block, asked);
        assert!(heard == other, "{what}: not the same in callbacks of {block}, asked {asked:?}");
    }
    let mut found = finding(what, &heard, &patches, signal, pace.fades());
    if pace == Pace::Once
        && let Some(ideal) = ideal(scene, &cues, &patches)
    {
        let steady = [undisturbed(&patches[0]), undisturbed(&patches[1])];
        let of = |c: usize| residue(&heard[c], &ideal[c], &[&steady[0][c], &steady[1][c]]);
        found.residue = Some(of(0).max(of(1)));
    }
    found
}

/// What the detector says of the fade that is computed here, where that is what should be heard.
pub fn measure_ideal(scene: &Scene, signal: Signal) -> Option<Finding> {
    let (cues, patches) = cues(scene, scene, signal, Pace::Once);
    let ideal = ideal(scene, &cues, &patches)?;
    let what = format!("{signal:?}, computed: {}", scene.name);
    Some(finding(what, &ideal, &patches, signal, Fades::ONE))
}

/// What the detector says of an edit that nothing fades.
pub fn measure_cut(scene: &Scene) -> Finding {
    let (cues, patches) = cues(scene, scene, Signal::Sine, Pace::Once);
    let heard = perform(&patches[0], &cues, 480, Asked::Cut);
    finding(format!("cut: {}", scene.name), &heard, &patches, Signal::Sine, Fades::ONE)
}
