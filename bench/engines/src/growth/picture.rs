//! The curves as a picture: control time over parts, both in equal ratios, a panel for each edit and a line for each engine.

use super::figures::{ROWS, Time};
use super::table::thousands;
use super::worker::Worker;
use super::{ENGINES, Engine, SIZES};
use std::fmt::Write;

/// Rows of the tables that get a panel.
const PANELS: [usize; 6] = [0, 2, 3, 4, 6, 7];
/// A panel's place for lines, and what lies around it, in pixels.
const WIDTH: f64 = 250.0;
const HEIGHT: f64 = 210.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 64.0;
const GAP: (f64, f64) = (95.0, 74.0);
/// Powers of ten of microseconds at the ends of the upright axis.
const LOW: i32 = -2;
const HIGH: i32 = 6;
/// Told apart by people who see few colours as well (Okabe and Ito), and by their dashes.
const LINES: [(&str, &str); 3] = [("#0072b2", ""), ("#d55e00", "6 3"), ("#009e73", "2 3")];

/// The picture as SVG.
pub fn draw(workers: &[Worker]) -> String {
    let (columns, rows) = (3, PANELS.len().div_ceil(3));
    let width = LEFT + columns as f64 * (WIDTH + GAP.0) - 30.0;
    let height = TOP + rows as f64 * (HEIGHT + GAP.1) - 20.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    text(
        &mut svg,
        LEFT,
        22.0,
        "font-size=\"15\"",
        "Control time of an edit (median) over the parts of the patch, ten nodes each",
    );
    legend(&mut svg);
    for (number, row) in PANELS.iter().enumerate() {
        let x = LEFT + (number % columns) as f64 * (WIDTH + GAP.0);
        let y = TOP + 18.0 + (number / columns) as f64 * (HEIGHT + GAP.1);
        panel(&mut svg, workers, *row, x, y);
    }
    svg.push_str("</svg>\n");
    svg
}

fn text(svg: &mut String, x: f64, y: f64, style: &str, words: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {style}>{words}</text>");
}

/// Microseconds in the unit that suits them, with two digits.
fn duration(us: f64) -> String {
    let (value, unit) = match us {
        us if us < 0.9995 => (us * 1e3, "ns"),
        us if us < 999.5 => (us, "µs"),
        us if us < 999_500.0 => (us / 1e3, "ms"),
        us => (us / 1e6, "s"),
    };
    let digits = if value < 9.95 && value.fract() > 1e-9 { 1 } else { 0 };
    format!("{value:.digits$} {unit}")
}

fn line(svg: &mut String, points: &[(f64, f64)], style: &str) {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = writeln!(svg, "<polyline points=\"{}\" fill=\"none\" {style}/>", points.join(" "));
}

fn style(engine: usize) -> String {
    let (colour, dash) = LINES[engine];
    format!("stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"")
}

fn legend(svg: &mut String) {
    for (engine, Engine { name, .. }) in ENGINES.iter().enumerate() {
        let x = LEFT + 150.0 * engine as f64;
        line(svg, &[(x, 42.0), (x + 28.0, 42.0)], &style(engine));
        text(svg, x + 34.0, 46.0, &format!("fill=\"{}\"", LINES[engine].0), name);
    }
}

fn panel(svg: &mut String, workers: &[Worker], row: usize, x: f64, y: f64) {
    let across = |parts: usize| {
        let (first, last) = ((SIZES[0] as f64).log10(), (SIZES[SIZES.len() - 1] as f64).log10());
        x + WIDTH * ((parts as f64).log10() - first) / (last - first)
    };
    let up = |us: f64| {
        let share = (us.log10() - f64::from(LOW)) / f64::from(HIGH - LOW);
        y + HEIGHT * (1.0 - share.clamp(0.0, 1.0))
    };
    text(svg, x, y - 8.0, "font-weight=\"bold\"", ROWS[row].2);
    for power in LOW..=HIGH {
        let at = up(10f64.powi(power));
        line(svg, &[(x, at), (x + WIDTH, at)], "stroke=\"#ddd\"");
        text(svg, x - 5.0, at + 4.0, "text-anchor=\"end\" fill=\"#666\"", &duration(10f64.powi(power)));
    }
    for parts in SIZES {
        line(svg, &[(across(parts), y), (across(parts), y + HEIGHT)], "stroke=\"#ddd\"");
        text(
            svg,
            across(parts),
            y + HEIGHT + 16.0,
            "text-anchor=\"middle\" fill=\"#666\"",
            &thousands(parts),
        );
    }
    for (engine, (colour, _)) in LINES.iter().enumerate() {
        let points: Vec<(f64, f64, f64)> = workers
            .iter()
            .filter(|w| w.engine == engine)
            .map(|w| (w.parts, w.figures[row].median(Time::Control)))
            .filter(|(_, us)| us.is_finite())
            .map(|(parts, us)| (across(parts), up(us), us))
            .collect();
        line(svg, &points.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>(), &style(engine));
        for (cx, cy, _) in &points {
            let _ = writeln!(svg, "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        if let Some((px, py, us)) = points.last() {
            // A line that ends early has the others beside its end.
            let (dx, dy, anchor) =
                if *px > x + WIDTH - 1.0 { (6.0, 4.0, "start") } else { (-8.0, -3.0, "end") };
            let style = format!("fill=\"{colour}\" text-anchor=\"{anchor}\"");
            text(svg, px + dx, py + dy, &style, &duration(*us));
        }
    }
}
