//! Pure Data without its windows, which renders as fast as it can in batch mode.

use super::{Form, Program, Task, named};
use crate::spec::*;
use crate::workload::Workload;
use std::process::Command;

pub const PROGRAM: Program =
    Program { key: "pd", binary: || named("pd"), package: "puredata-core", prepare, forms };

fn forms(workload: Workload) -> &'static [Form] {
    match workload {
        Workload::Voices => {
            &[Form { name: "", title: "Pure Data", note: "naive saw, which aliases; cutoff at every frame" }]
        }
        Workload::Cubic => &[Form { name: "", title: "Pure Data, tabread4~", note: "" }],
        Workload::Strips | Workload::Chains => &[Form { name: "", title: "Pure Data", note: "" }],
        _ => &[],
    }
}

fn prepare(task: &Task<'_>) -> Option<Command> {
    let mut patch = Patch::default();
    let sides = match task.workload {
        Workload::Voices => voices(&mut patch),
        Workload::Strips => strips(&mut patch),
        Workload::Chains => chains(&mut patch),
        Workload::Cubic => players(&mut patch, task),
        _ => return None,
    };
    ending(&mut patch, sides, task);
    let path = task.keep("pd.pd", patch.text());
    let mut command = Command::new((PROGRAM.binary)());
    command.args(["-nogui", "-batch", "-noprefs", "-stderr", "-r", "48000"]).arg(path);
    Some(command)
}

/// A patch file: objects, and what is connected.
#[derive(Default)]
struct Patch {
    objects: Vec<String>,
    cables: Vec<String>,
}

impl Patch {
    fn add(&mut self, kind: &str, words: &str) -> usize {
        self.objects.push(format!("#X {kind} 10 10 {words};\n"));
        self.objects.len() - 1
    }

    fn object(&mut self, words: &str) -> usize {
        self.add("obj", words)
    }

    /// An object whose first inlet an outlet is connected to.
    fn after(&mut self, source: (usize, usize), words: &str) -> usize {
        let new = self.object(words);
        self.connect(source, (new, 0));
        new
    }

    fn connect(&mut self, (from, outlet): (usize, usize), (to, inlet): (usize, usize)) {
        self.cables.push(format!("#X connect {from} {outlet} {to} {inlet};\n"));
    }

    fn text(&self) -> String {
        format!("#N canvas 0 0 450 300 12;\n{}{}", self.objects.concat(), self.cables.concat())
    }
}

/// Starts, records both sides, and quits after the task's seconds.
fn ending(patch: &mut Patch, sides: [usize; 2], task: &Task<'_>) {
    let file = patch.object("writesf~ 2");
    for (inlet, side) in sides.into_iter().enumerate() {
        patch.connect((side, 0), (file, inlet));
    }
    let start = patch.object("loadbang");
    let open = patch.add("msg", &format!("open -wave -bytes 4 {} \\, start", task.output.display()));
    let on = patch.add("msg", "\\; pd dsp 1");
    let length = patch.object(&format!("delay {}", 1000 * task.seconds));
    let stop = patch.add("msg", "stop");
    let rest = patch.object("delay 100");
    let quit = patch.add("msg", "\\; pd quit");
    let way = [
        (start, open),
        (open, file),
        (start, on),
        (start, length),
        (length, stop),
        (stop, file),
        (length, rest),
        (rest, quit),
    ];
    for (from, to) in way {
        patch.connect((from, 0), (to, 0));
    }
}

fn voices(patch: &mut Patch) -> [usize; 2] {
    let (attack, decay, sustain, _) = ENVELOPE;
    let start = patch.object("loadbang");
    let shape =
        patch.add("msg", &format!("0 \\, 1 {} \\, {sustain} {} {}", 1e3 * attack, 1e3 * decay, 1e3 * attack));
    let send = patch.object("send gate");
    patch.connect((start, 0), (shape, 0));
    patch.connect((shape, 0), (send, 0));
    for number in 0..VOICES {
        let voice = Voice::new(number);
        let ramp = patch.object(&format!("phasor~ {:.5}", voice.frequency));
        let centred = patch.after((ramp, 0), "-~ 0.5");
        let saw = patch.after((centred, 0), "*~ 2");
        let lfo = patch.object(&format!("osc~ {:.3}", voice.rate));
        let depth = patch.after((lfo, 0), &format!("*~ {}", CUTOFF.1));
        let cutoff = patch.after((depth, 0), &format!("+~ {}", CUTOFF.0));
        let filter = patch.after((saw, 0), &format!("vcf~ {Q}"));
        patch.connect((cutoff, 0), (filter, 1));
        // Its second outlet is the low-pass.
        let heard = patch.after((filter, 1), "*~");
        let gate = patch.object("receive gate");
        let envelope = patch.after((gate, 0), "vline~");
        patch.connect((envelope, 0), (heard, 1));
        for (side, gain) in [("left", voice.sides().0), ("right", voice.sides().1)] {
            let placed = patch.after((heard, 0), &format!("*~ {:.7}", gain * VOICE_LEVEL));
            patch.after((placed, 0), &format!("throw~ {side}"));
        }
    }
    ["left", "right"].map(|side| patch.object(&format!("catch~ {side}")))
}

fn strips(patch: &mut Patch) -> [usize; 2] {
    for strip in 0..STRIPS {
        for side in ["left", "right"] {
            let mut signal = patch.object("noise~");
            for filter in FILTERS {
                let [b0, b1, b2, a1, a2] = filter.coefficients();
                let words = format!("biquad~ {:.9} {:.9} {b0:.9} {b1:.9} {b2:.9}", -a1, -a2);
                signal = patch.after((signal, 0), &words);
            }
            let line = format!("line-{strip}-{side}");
            let late = patch.object(&format!("delread~ {line} {}", 1e3 * echo_time(strip)));
            let write = patch.after((signal, 0), &format!("delwrite~ {line} 400"));
            let again = patch.after((late, 0), &format!("*~ {FEEDBACK}"));
            patch.connect((again, 0), (write, 0));
            let level = patch.after((signal, 0), &format!("*~ {STRIP_LEVEL}"));
            let wet = patch.after((late, 0), &format!("*~ {WET}"));
            patch.connect((wet, 0), (level, 0));
            patch.after((level, 0), &format!("throw~ {side}"));
        }
    }
    ["left", "right"].map(|side| patch.object(&format!("catch~ {side}")))
}

fn chains(patch: &mut Patch) -> [usize; 2] {
    let noise = patch.object("noise~");
    let out = patch.object(&format!("*~ {CHAIN_LEVEL}"));
    for _ in 0..CHAINS {
        let end = (0..LENGTH)
            .fold(noise, |last, place| patch.after((last, 0), &format!("*~ {:.9}", factor(place))));
        patch.connect((end, 0), (out, 0));
    }
    [out, out]
}

fn players(patch: &mut Patch, task: &Task<'_>) -> [usize; 2] {
    let frames = 10 * RATE;
    let sides = ["left", "right"];
    for side in sides {
        patch.object(&format!("table sample-{side} {frames}"));
    }
    let start = patch.object("loadbang");
    let file = task.sample();
    let read = patch.add("msg", &format!("read -resize {} sample-left sample-right", file.display()));
    let filer = patch.object("soundfiler");
    patch.connect((start, 0), (read, 0));
    patch.connect((read, 0), (filer, 0));
    for player in 0..PLAYERS {
        let turns = speed(player) * f64::from(RATE) / f64::from(frames);
        let phase = patch.object(&format!("phasor~ {turns:.9}"));
        let scaled = patch.after((phase, 0), &format!("*~ {frames}"));
        let position = patch.after((scaled, 0), "+~ 1");
        for side in sides {
            let sample = patch.after((position, 0), &format!("tabread4~ sample-{side}"));
            let level = patch.after((sample, 0), &format!("*~ {PLAYER_LEVEL}"));
            patch.after((level, 0), &format!("throw~ {side}"));
        }
    }
    sides.map(|side| patch.object(&format!("catch~ {side}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_file_says_its_objects_and_then_its_cables() {
        let mut patch = Patch::default();
        let noise = patch.object("noise~");
        patch.after((noise, 0), "*~ 0.5");
        let objects = "#X obj 10 10 noise~;\n#X obj 10 10 *~ 0.5;\n";
        assert_eq!(patch.text(), format!("#N canvas 0 0 450 300 12;\n{objects}#X connect 0 0 1 0;\n"));
    }
}
