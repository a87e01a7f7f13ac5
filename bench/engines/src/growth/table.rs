//! The figures as tables in Markdown.

use super::figures::{ROWS, Time};
use super::worker::Worker;
use super::{ENGINES, Engine, SIZES};

/// Below this many microseconds a growth is not worth telling: the clock's own steps are 10 to 30 ns.
const TOO_SMALL: f64 = 0.05;

/// Prints all.
pub fn print(workers: &[Worker]) {
    println!(
        "Microseconds, median (99th percentile); growth and ratio are those of the medians of the largest patch that the engine was tried with."
    );
    one(workers, Time::Control, "Control time while the patch plays");
    one(workers, Time::Swap, "Audio thread: what an empty callback takes longer with the edit");
    one(workers, Time::Block, "Audio thread: what a callback of 64 frames takes longer with the edit");
    one(workers, Time::Free, "Freeing, on the control side");
    one(workers, Time::Settle, "Taking away what has faded out: control time");
    one(workers, Time::SettleSwap, "Taking away what has faded out: audio thread, empty callback");
    one(workers, Time::AgainControl, "Control time of the same edit again and again");
    one(workers, Time::AgainSwap, "Audio thread: the same edit again and again, empty callback");
    one(workers, Time::AgainFree, "Freeing: the same edit again and again");
    blocks(workers);
    let sum = |number: fn(&Worker) -> usize| workers.iter().map(number).sum::<usize>();
    println!(
        "\n{} of {} measurements were interrupted and left out.",
        sum(|w| w.interrupted),
        sum(|w| w.measured)
    );
}

fn one(workers: &[Worker], time: Time, title: &str) {
    let sizes: Vec<usize> =
        SIZES.into_iter().filter(|size| workers.iter().any(|w| w.parts == *size)).collect();
    let heads: Vec<String> = sizes.iter().map(|size| format!("{} parts", thousands(*size))).collect();
    println!("\n### {title}\n\n| edit | engine | {} | growth | / sostenuto |", heads.join(" | "));
    println!("|---|---|{}---|---|", "---|".repeat(sizes.len()));
    for (row, (_, _, words)) in ROWS.iter().enumerate() {
        let at = |engine: usize, size: usize| workers.iter().find(|w| w.engine == engine && w.parts == size);
        let medians = |engine: usize| -> Vec<f64> {
            sizes
                .iter()
                .map(|size| at(engine, *size).map_or(f64::NAN, |w| w.figures[row].median(time)))
                .collect()
        };
        let ours = medians(0);
        let has_any = |engine: usize| medians(engine).iter().any(|us| us.is_finite());
        for (engine, Engine { name, .. }) in ENGINES.iter().enumerate().filter(|(engine, _)| has_any(*engine))
        {
            let cell = |size: &usize| match at(engine, *size).map(|w| &w.figures[row]) {
                Some(figures) => format!("{} ({})", figure(figures.median(time)), figure(figures.p99(time))),
                None => "–".into(),
            };
            let cells: Vec<String> = sizes.iter().map(cell).collect();
            let medians = medians(engine);
            let last = medians.iter().rposition(|us| us.is_finite()).unwrap_or(0);
            let growth = ratio(medians[last], medians[0]);
            println!(
                "| {words} | {name} | {} | {growth} | {} |",
                cells.join(" | "),
                ratio(medians[last], ours[last])
            );
        }
    }
}

fn blocks(workers: &[Worker]) {
    println!("\n### What a block of 64 frames takes, and repetitions\n");
    println!("| engine | parts | µs | repetitions in play | again and again |\n|---|---|---|---|---|");
    for worker in workers {
        let repetitions = |time: Time| {
            let all = worker.figures.iter().map(|f| f.len(time));
            format!("{} to {}", all.clone().min().unwrap_or(0), all.max().unwrap_or(0))
        };
        println!(
            "| {} | {} | {} | {} | {} |",
            ENGINES[worker.engine].name,
            thousands(worker.parts),
            figure(worker.usual_block),
            repetitions(Time::Control),
            repetitions(Time::AgainControl)
        );
    }
}

fn ratio(of: f64, to: f64) -> String {
    if of >= TOO_SMALL && to >= TOO_SMALL { figure(of / to) } else { "–".into() }
}

/// Three digits, in full thousands.
pub fn figure(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "–".into(),
        x if x < 10.0 => format!("{value:.2}"),
        x if x < 100.0 => format!("{value:.1}"),
        _ if value < 0.0 => format!("-{}", thousands(value.abs().round() as usize)),
        _ => thousands(value.round() as usize),
    }
}

/// A number with commas.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
