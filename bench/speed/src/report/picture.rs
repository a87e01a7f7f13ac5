//! All contests as a picture: a bar for each contestant, as long as the sound that a processor second makes, in equal ratios.

use crate::contest::Contest;
use std::fmt::Write;

const LEFT: f64 = 250.0;
const WIDTH: f64 = 420.0;
const ROW: f64 = 17.0;
const HEAD: f64 = 46.0;
/// Powers of ten of processor seconds per second at the ends of the axis.
const LOW: f64 = -3.0;
const HIGH: f64 = 0.5;
/// Sostenuto, others, loops by hand (Okabe and Ito).
const COLOURS: [&str; 3] = ["#0072b2", "#d55e00", "#999999"];

/// The picture as SVG.
pub fn draw(contests: &[Contest]) -> String {
    let heights = contests.iter().map(|contest| HEAD + ROW * contest.contestants.len() as f64);
    let (width, height) = (LEFT + WIDTH + 80.0, 52.0 + heights.sum::<f64>());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    let title = "Processor time for a second of sound, one thread, 48 kHz, blocks of 64 (shorter is faster)";
    text(&mut svg, 16.0, 24.0, "font-size=\"15\"", title);
    let mut y = 40.0;
    for contest in contests {
        panel(&mut svg, contest, y);
        y += HEAD + ROW * contest.contestants.len() as f64;
    }
    svg.push_str("</svg>\n");
    svg
}

fn text(svg: &mut String, x: f64, y: f64, style: &str, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>");
}

fn across(cost: f64) -> f64 {
    WIDTH * ((cost.log10() - LOW) / (HIGH - LOW)).clamp(0.0, 1.0)
}

fn panel(svg: &mut String, contest: &Contest, top: f64) {
    text(svg, 16.0, top + 18.0, "font-weight=\"bold\"", contest.workload.title());
    let rows = contest.contestants.len() as f64 * ROW;
    for (power, label) in [(-3, "1 ms"), (-2, "10 ms"), (-1, "100 ms"), (0, "1 s")] {
        let x = LEFT + across(10f64.powi(power));
        let (from, to) = (top + 26.0, top + 28.0 + rows);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{from:.1}\" x2=\"{x:.1}\" y2=\"{to:.1}\" stroke=\"#ddd\"/>"
        );
        text(svg, x, to + 11.0, "text-anchor=\"middle\" fill=\"#666\" font-size=\"9\"", label);
    }
    let mut order: Vec<usize> = (0..contest.contestants.len()).collect();
    order.sort_by(|a, b| contest.cost(*a).total_cmp(&contest.cost(*b)));
    for (row, number) in order.into_iter().enumerate() {
        let (contestant, cost) = (&contest.contestants[number].0, contest.cost(number));
        let y = top + 28.0 + ROW * row as f64;
        let colour = match contestant.key.split(':').next() {
            _ if contestant.is_ours() => COLOURS[0],
            Some("floor") => COLOURS[2],
            _ => COLOURS[1],
        };
        let wide = across(cost);
        text(svg, LEFT - 6.0, y + 11.0, "text-anchor=\"end\"", &contestant.title);
        let _ = writeln!(
            svg,
            "<rect x=\"{LEFT:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"12\" fill=\"{colour}\"/>",
            y + 1.0
        );
        text(svg, LEFT + wide + 5.0, y + 11.0, "fill=\"#444\"", &milliseconds(cost));
    }
}

/// Seconds in milliseconds, with three digits.
fn milliseconds(seconds: f64) -> String {
    let value = seconds * 1e3;
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$} ms")
}
