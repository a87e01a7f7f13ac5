//! Parameters of documents that follow points, sample for sample, with the audio side in a trap.

use sostenuto_engine::{Conductor, Desk};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::command::parse;
use sostenuto_trap::forbidden;

const LEVELS: &str = r#"
[transport]
tempo = 120.0
[parts.level]
params.height = { to = "value.value", min = -1.0, max = 1.0 }
[parts.level.nodes.value]
kind = "constant"
value = 0.0
[parts.level.nodes.out]
kind = "outlet"
inputs = ["value"]
[nodes.plain]
kind = "constant"
value = 0.25
[nodes.inner]
kind = "level"
[nodes.out]
kind = "audio_out"
inputs = ["plain"]
"#;

const LANES: &str = r#"
[[sequence]]
to = "plain.value"
length = 1.0
points = [{ at = 0.0, value = 0.0 }, { at = 1.0, value = 1.0 }]
[[sequence]]
to = "inner.height"
unit = "seconds"
loop = false
points = [{ at = 0.0, value = 1.0 }, { at = 0.5, value = -1.0 }]
"#;

struct Hall {
    desk: Desk,
    executor: Executor,
    block: usize,
}

impl Hall {
    fn new(text: &str, block: usize) -> Hall {
        let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
        let mut desk = Desk::new(conductor);
        desk.open(text, None).unwrap_or_else(|e| panic!("{e}"));
        Hall { desk, executor, block }
    }

    fn say(&mut self, line: &str) {
        self.desk
            .carry_out(&parse(line).unwrap().unwrap().command, None)
            .unwrap_or_else(|e| panic!("{line}: {e}"));
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let mut out = vec![0.0; frames];
        for out in out.chunks_mut(self.block) {
            forbidden(|| self.executor.render(&mut [out]));
            self.desk.conductor_mut().notices();
        }
        out
    }
}

/// What is heard of one of the two nodes, in blocks of a length that 4800 is a multiple of.
fn play(node: &str, block: usize) -> Vec<f32> {
    let text = format!("{LEVELS}{LANES}").replace("inputs = [\"plain\"]", &format!("inputs = [\"{node}\"]"));
    let mut hall = Hall::new(&text, block);
    let mut heard = hall.render(36_000);
    for lines in [
        &["set plain.value -0.5"][..],
        &["automate plain.value off", "automate inner.height off"],
        &["undo"],
        &["seek 0 beats"],
    ] {
        lines.iter().for_each(|line| hall.say(line));
        heard.extend(hall.render(4800));
    }
    heard
}

#[test]
fn documents_and_commands_move_parameters() {
    let [plain, inner] = ["plain", "inner"].map(|node| {
        let heard = play(node, 64 * 75);
        assert_eq!(heard, play(node, 480), "{node}");
        assert_eq!(heard, play(node, 75), "{node}");
        heard
    });
    // Half a second a beat: a ramp from 0 to 1 over 24,000 frames, and anew, but for the glide back.
    let ramp = |frame: usize| (frame % 24_000) as f32 / 24_000.0;
    for frame in [0, 1, 1000, 23_999, 24_240, 35_000, 40_000] {
        assert!((plain[frame] - ramp(frame)).abs() < 1e-6, "{frame}: {}", plain[frame]);
    }
    assert_eq!(plain[45_000], -0.5, "what was set is heard once the lane is gone");
    for frame in [0, 1, 12_000, 24_000, 40_000] {
        let wanted = 1.0 - 2.0 * (frame.min(24_000) as f32) / 24_000.0;
        assert!((inner[frame] - wanted).abs() < 1e-6, "{frame}: {}", inner[frame]);
    }
    assert_eq!(inner[45_000], 0.0, "the value of the part");
    assert_eq!(inner[50_300], 0.0 - 1.0, "the last command is taken back, and the lane is there again");
    assert!((inner[50_400 + 2400] - (1.0 - 2.0 * 2400.0 / 24_000.0)).abs() < 1e-6, "from the beginning");
    // Nothing jumps: the steepest is a glide of 5 ms over a jump of 2 at most.
    for heard in [&plain, &inner] {
        let steepest = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 1.875 * 2.0 / 240.0 * 1.05, "{steepest}");
    }
}

/// A node inside of a part is exchanged: the lane goes on in the new one.
#[test]
fn a_lane_follows_what_stands_for_it() {
    let text = format!("{LEVELS}{LANES}").replace("inputs = [\"plain\"]", "inputs = [\"inner\"]");
    let mut hall = Hall::new(&text, 64);
    hall.render(6400);
    let other = text.replace(
        "[parts.level.nodes.value]\nkind = \"constant\"",
        "[parts.level.nodes.value]\nid = \"anew\"\nkind = \"constant\"",
    );
    assert_ne!(text, other);
    hall.desk.open(&other, None).unwrap();
    hall.render(6400);
    let heard = hall.render(64);
    let wanted = 1.0 - 2.0 * 12_800.0 / 24_000.0;
    assert!((heard[0] - wanted).abs() < 1e-5, "{} {wanted}", heard[0]);
}
