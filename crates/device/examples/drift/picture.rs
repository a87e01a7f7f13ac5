//! The picture: what each pair of block sizes loses, and latency over time for one of them.

use super::Row;
use super::rig::{BLOCKS, Trace};
use std::fmt::Write;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 60.0;
const PANEL: f64 = 180.0;
const RACK: &str = "#c0392b";
const PORT: &str = "#1f6fb2";

/// Seconds of the run that are drawn, at most.
const SHOWN: f64 = 600.0;
/// Least loss that is drawn, in percent.
const FLOOR: f64 = 0.001;

pub fn svg(rows: &[Row], seconds: f64) -> String {
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} 560\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    bars(&mut text, rows, 40.0);
    lines(&mut text, rows, seconds.min(SHOWN), 330.0);
    text.push_str("</svg>\n");
    text
}

/// Frames lost by each pair of block sizes, the worst of the drifts, on a logarithmic scale.
fn bars(text: &mut String, rows: &[Row], top: f64) {
    let bottom = top + PANEL;
    let height = |percent: f64| ((percent.max(FLOOR) / FLOOR).log10() / 5.0 * PANEL).min(PANEL);
    write(
        text,
        LEFT,
        top - 20.0,
        "start",
        "Frames lost, worst of six drifts. Red: the rule of VCV Rack 2. Blue: a port.",
    );
    for (percent, label) in
        [(0.001, "0"), (0.01, "0.01 %"), (0.1, "0.1 %"), (1.0, "1 %"), (10.0, "10 %"), (100.0, "100 %")]
    {
        rule(text, bottom - height(percent), label);
    }
    let step = (WIDTH - LEFT - 10.0) / (BLOCKS.len() * BLOCKS.len()) as f64;
    let pairs = BLOCKS.iter().flat_map(|feed| BLOCKS.iter().map(move |drain| (*feed, *drain)));
    for (at, (feed, drain)) in pairs.enumerate() {
        let group = rows.iter().filter(|row| (row.case.feed.block, row.case.drain.block) == (feed, drain));
        let (mut rack, mut port) = (0.0_f64, 0.0_f64);
        for row in group {
            rack = rack.max(100.0 * row.rack.thrown_away as f64 / row.rack.fed.max(1) as f64);
            port = port.max(100.0 * row.port.frames_lost as f64 / row.rack.fed.max(1) as f64);
        }
        let x = LEFT + step * at as f64;
        for (percent, colour, shift) in [(rack, RACK, 0.1), (port, PORT, 0.5)] {
            let tall = height(percent).max(1.5);
            let (x, y, wide) = (x + step * shift, bottom - tall, step * 0.38);
            let _ = writeln!(
                text,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" fill=\"{colour}\"/>"
            );
        }
        let (x, y) = (x + step * 0.62, bottom + 6.0);
        let _ = writeln!(
            text,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" transform=\"rotate(-70 {x:.1} {y:.1})\" font-size=\"9\">{feed} to {drain}</text>"
        );
    }
}

/// Latency of the port, and what Rack's ring holds, for blocks of 512 frames at 100 ppm each.
fn lines(text: &mut String, rows: &[Row], seconds: f64, top: f64) {
    let Some(row) = rows
        .iter()
        .find(|row| (row.case.feed.block, row.case.drain.block) == (512, 512) && row.case.feed.ppm == 100.0)
    else {
        return;
    };
    let bottom = top + PANEL;
    let traces = [(&row.rack.trace, RACK), (&row.port.trace, PORT)];
    let tallest = traces.iter().flat_map(|(trace, _)| &trace.points).map(|(_, ms)| *ms).fold(10.0, f64::max);
    let tallest = (tallest / 20.0).ceil() * 20.0;
    write(
        text,
        LEFT,
        top - 20.0,
        "start",
        "512 to 512 frames, 200 ppm apart, a point every 2 s. Red: what Rack's ring holds when a callback comes. Blue: the port's latency.",
    );
    for part in 0..=4 {
        let ms = tallest * f64::from(part) / 4.0;
        rule(text, bottom - PANEL * ms / tallest, &format!("{ms:.0} ms"));
        let at = seconds * f64::from(part) / 4.0;
        write(
            text,
            LEFT + (WIDTH - LEFT - 30.0) * at / seconds,
            bottom + 16.0,
            "middle",
            &format!("{at:.0} s"),
        );
    }
    for (trace, colour) in traces {
        line(text, trace, colour, seconds, tallest, bottom);
    }
}

fn line(text: &mut String, trace: &Trace, colour: &str, seconds: f64, tallest: f64, bottom: f64) {
    let points: Vec<String> = trace
        .points
        .iter()
        .take_while(|(at, _)| *at <= seconds)
        .map(|(at, ms)| {
            let x = LEFT + (WIDTH - LEFT - 30.0) * at / seconds;
            format!("{x:.1},{:.1}", bottom - PANEL * ms / tallest)
        })
        .collect();
    let _ = writeln!(
        text,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1\"/>",
        points.join(" ")
    );
}

fn rule(text: &mut String, y: f64, label: &str) {
    let right = WIDTH - 10.0;
    let _ = writeln!(text, "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"#ddd\"/>");
    write(text, LEFT - 5.0, y + 4.0, "end", label);
}

fn write(text: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ = writeln!(text, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>");
}
