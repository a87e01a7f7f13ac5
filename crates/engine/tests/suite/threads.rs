//! All examples sound the same, bit for bit, on any number of threads, while parameters move and helpers come and go.

use sostenuto_engine::{Conductor, Helpers};
use sostenuto_graph::Limits;
use sostenuto_trap::forbidden;
use std::path::PathBuf;

const FRAMES: usize = 24_000;

fn examples() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let all =
        std::fs::read_dir(folder).expect("there are examples").filter_map(|entry| Some(entry.ok()?.path()));
    let mut all: Vec<PathBuf> = all.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    all.sort();
    assert!(all.len() > 10);
    all
}

/// What a document sounds like at first; nothing if it needs other files.
fn render(text: &str, threads: &[usize; 3]) -> Option<Vec<f32>> {
    let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    conductor.play_toml(text).ok()?;
    let (mut helpers, mut out) = (Vec::new(), Vec::new());
    for threads in threads {
        if conductor.threads() != *threads {
            helpers.push(
                Helpers::start(conductor.set_threads(*threads).expect("room in the ring")).expect("threads"),
            );
        }
        for _ in 0..FRAMES / 600 {
            let (mut left, mut right) = ([0.0; 200], [0.0; 200]);
            forbidden(|| executor.render(&mut [&mut left, &mut right]));
            out.extend(left.into_iter().chain(right));
            conductor.notices();
        }
    }
    Some(out)
}

#[test]
fn examples_sound_the_same_on_any_number_of_threads() {
    let mut heard = 0;
    for path in examples() {
        let text = std::fs::read_to_string(&path).expect("an example can be read");
        let Some(alone) = render(&text, &[1, 1, 1]) else { continue };
        heard += 1;
        for threads in [[2, 2, 2], [3, 1, 4]] {
            let together = render(&text, &threads).expect("it was read before");
            let same = alone.iter().zip(&together).position(|(a, b)| a.to_bits() != b.to_bits());
            assert!(same.is_none() && alone.len() == together.len(), "{path:?}, {threads:?}: {same:?}");
        }
    }
    assert!(heard > 8, "{heard}");
}

#[test]
fn voices_that_repeat_sound_the_same_on_any_number_of_threads() {
    let voices: String =
        (0..100).map(|n| format!("v{n} = {{ kind = \"voice\", frequency = {}.0 }}\n", 100 + 7 * n)).collect();
    let names: Vec<String> = (0..100).map(|n| format!("\"v{n}\"")).collect();
    let text = format!(
        "[parts.voice.params]\nfrequency = \"osc.frequency\"\n[parts.voice.nodes]\nosc = {{ kind = \"saw\" }}\n\
         filter = {{ kind = \"lowpass\", inputs = [\"osc\"], cutoff = 900.0 }}\nout = {{ kind = \"outlet\", inputs = [\"filter\"] }}\n\
         [nodes]\n{voices}[nodes.out]\nkind = \"audio_out\"\ninputs = [{}]\n",
        names.join(", ")
    );
    let alone = render(&text, &[1, 1, 1]).expect("a document");
    assert!(alone.iter().any(|x| x.abs() > 0.1));
    for threads in [[2, 2, 2], [4, 1, 2], [1, 3, 1]] {
        assert_eq!(render(&text, &threads), Some(alone.clone()), "{threads:?}");
    }
}
