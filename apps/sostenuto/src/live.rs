//! The live line: level, load and dropouts, on the last line of the terminal.

use sostenuto_engine::{Controller, Levels, PortReport};
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The line, while it is kept up to date. Dropped, it goes and the terminal is as before.
pub struct LiveLine {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LiveLine {
    /// Begins to show the line, if standard output is a terminal that is high enough.
    pub fn start(controller: Controller) -> Option<LiveLine> {
        let (_, height) =
            terminal_size::terminal_size().filter(|(_, h)| h.0 >= 5 && std::io::stdout().is_terminal())?;
        // The lines above the last one scroll; the last one stays.
        print!("\n\x1b7\x1b[1;{}r\x1b8\x1b[1A", height.0 - 1);
        _ = std::io::stdout().flush();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let body = move || {
            while !stopped.load(Ordering::Relaxed) {
                let Ok(line) = controller.with(|desk| line(desk.conductor())) else { break };
                let ports = controller.ports().unwrap_or_default();
                draw(&format!("{line}{}", devices(&ports)));
                std::thread::sleep(Duration::from_millis(100));
            }
        };
        let thread = std::thread::Builder::new().name("live-line".into()).spawn(body).ok();
        Some(LiveLine { stop, thread })
    }
}

impl Drop for LiveLine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
        let height = terminal_size::terminal_size().map_or(24, |(_, h)| h.0);
        print!("\x1b7\x1b[r\x1b[{height};1H\x1b[2K\x1b8");
        _ = std::io::stdout().flush();
    }
}

fn draw(line: &str) {
    let Some((width, height)) = terminal_size::terminal_size() else { return };
    let line: String = line.chars().take(usize::from(width.0)).collect();
    let mut out = std::io::stdout().lock();
    _ = write!(out, "\x1b7\x1b[{};1H\x1b[2K\x1b[7m{line}\x1b[0m\x1b8", height.0);
    _ = out.flush();
}

fn line(conductor: &sostenuto_engine::Conductor) -> String {
    let levels: Vec<Levels> = conductor.output_levels();
    let peak = levels.iter().fold(0.0f32, |peak, level| peak.max(level.peak));
    let load = conductor.load();
    let seconds = load.frame() as f64 / conductor.sample_rate();
    format!(
        " {:>2}:{:04.1}  {}{}  {}  {}{}  load {:>4.1} % (peak {:.0} %) ",
        (seconds / 60.0) as u64,
        seconds % 60.0,
        place(&conductor.position()),
        voices(conductor),
        bar(peak),
        decibels(peak),
        if peak > 1.0 { "  CLIPS" } else { "" },
        load.load() * 100.0,
        load.peak() * 100.0,
    )
}

/// Dropouts of all ports, and where there are several devices, each with what it is doing.
fn devices(ports: &[PortReport]) -> String {
    let dropouts: u64 = ports.iter().map(|p| p.xruns + p.late + p.underruns + p.overruns).sum();
    let mut text = format!(" dropouts {dropouts}");
    if ports.len() > 1 || ports.iter().any(|port| port.device.is_none()) {
        for port in ports {
            let clock = if port.clock { "*" } else { "" };
            text += &format!("  {}{clock} {}", port.label, port.state.name());
        }
    }
    text
}

/// Bar and beat.
fn place(position: &sostenuto_graph::transport::Position) -> String {
    let standing = if position.playing { "" } else { " (stands)" };
    format!("{}.{}{standing}", position.bar.max(1), position.beat.max(1.0) as u64)
}

/// How many notes sound, if there are instruments.
fn voices(conductor: &sostenuto_engine::Conductor) -> String {
    let mut counts = conductor.instruments().filter_map(|label| conductor.voices(label)).peekable();
    if counts.peek().is_none() {
        return String::new();
    }
    format!("  {} voices", counts.map(|load| u32::from(load.counts().playing)).sum::<u32>())
}

/// A level as a bar of 20: a character for 3 dB, up to 0 dB.
fn bar(level: f32) -> String {
    let filled = ((20.0 * level.max(1e-6).log10() + 60.0) / 3.0).clamp(0.0, 20.0) as usize;
    format!("{}{}", "█".repeat(filled), "·".repeat(20 - filled))
}

/// A level in dB, six characters and the unit.
pub fn decibels(level: f32) -> String {
    if level < 1e-6 { "  -inf dB".into() } else { format!("{:>6.1} dB", 20.0 * level.log10()) }
}
