//! From an input of a device to its output: as late as is stated, measured by another program.

use super::player::{Player, hear_jack, own_port};
use std::path::Path;
use std::process::Command;

/// Clicks go out on the first channel; what comes back at the input goes out on the second.
const PATCH: &str = r#"
[nodes.click]
kind = "impulse"
rate = 2
[nodes.back]
kind = "audio_in"
device = "jack:input"
channels = 1
[nodes.out]
kind = "audio_out"
device = "jack:output"
channels = 1
clock = true
inputs = ["click"]
[nodes.heard]
kind = "audio_out"
device = "jack:output"
channels = 1
first = 2
inputs = ["back"]
"#;

#[test]
fn a_round_trip_takes_what_is_stated() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trip-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let patch = folder.join("patch.toml");
    std::fs::write(&patch, PATCH).unwrap();
    let mut player = Player::of(&patch.display().to_string());
    let program = player.program.0.id();
    player.settle(&[("back ", "from jack:input"), ("out ", "to jack:output")]);
    let ports = [own_port(program, "out_0"), own_port(program, "in_0")];
    assert!(Command::new("jack_connect").args(&ports).status().unwrap().success());
    std::thread::sleep(std::time::Duration::from_secs(1));
    let heard = hear_jack(&folder, program, &["out_0", "out_1"], 4);
    let stated = player.latency("back ");
    println!("{}", player.said());
    // The clicks of both, and by how much each is later than the one that it comes from.
    let clicks = |channel: &[f32]| -> Vec<usize> {
        let loud: Vec<usize> = (0..channel.len()).filter(|at| channel[*at].abs() > 0.3).collect();
        let first = |at: &usize| !channel[at.saturating_sub(2_000)..*at].iter().any(|x| x.abs() > 0.3);
        loud.into_iter().filter(first).collect()
    };
    let (sent, back) = (clicks(&heard[0]), clicks(&heard[1]));
    let mut trips: Vec<f64> = back
        .iter()
        .filter_map(|back| Some((back - sent.iter().rfind(|sent| *sent < back)?) as f64 / 48.0))
        .collect();
    trips.sort_by(f64::total_cmp);
    assert!(trips.len() >= 3, "{sent:?} and {back:?}\n{}", player.said());
    let trip = trips[trips.len() / 2];
    println!("a round trip of {trip:.2} ms; stated {stated:.2} ms");
    // A quarter of a period: what is stated is the mean while it is steered.
    assert!((trip - stated).abs() < 2.7, "{trip} ms, where {stated} ms are stated");
    _ = std::fs::remove_dir_all(&folder);
}
