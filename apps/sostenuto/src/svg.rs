//! A drawing of a patch: nodes in columns by how far the sound has come, cables between them.

use sostenuto_patch::{Place, Resolved};
use std::collections::HashMap;
use std::fmt::Write;

const WIDE: i32 = 150;
const HIGH: i32 = 46;
const GAP_X: i32 = 90;
const GAP_Y: i32 = 26;
const MARGIN: i32 = 30;

/// The drawing.
pub fn draw(patch: &Resolved) -> String {
    let columns = columns(patch);
    let places = places(&columns);
    let right = places.iter().map(|p| p.0).max().unwrap_or(0) + WIDE + MARGIN;
    let bottom = places.iter().map(|p| p.1).max().unwrap_or(0) + HIGH + MARGIN;
    let mut text = String::new();
    _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{right}\" height=\"{bottom}\" viewBox=\"0 0 {right} {bottom}\" \
         font-family=\"sans-serif\" font-size=\"13\">"
    );
    _ = writeln!(text, "<rect width=\"100%\" height=\"100%\" fill=\"#fbfaf7\"/>");
    if let Some(title) = &patch.title {
        _ = writeln!(text, "<text x=\"{MARGIN}\" y=\"22\" font-weight=\"bold\">{}</text>", escaped(title));
    }
    let numbers = numbers(patch);
    for (number, node) in patch.nodes.iter().enumerate() {
        for cable in patch.nodes.cables(node) {
            let port = node.shape.inputs.get(usize::from(cable.input)).filter(|_| cable.input > 0);
            line(
                &mut text,
                places[numbers[&cable.node]],
                places[number],
                "#3a5f8a",
                "",
                port.map_or("", |p| &p.name),
            );
        }
        for drive in patch.nodes.drives(node) {
            let param = node.shape.params.get(usize::from(drive.param)).map_or("", |p| &p.name);
            line(
                &mut text,
                places[numbers[&drive.node]],
                places[number],
                "#b3672b",
                " stroke-dasharray=\"5 4\"",
                param,
            );
        }
    }
    for (number, node) in patch.nodes.iter().enumerate() {
        let (x, y) = places[number];
        let (middle, upper, lower) = (x + WIDE / 2, y + 19, y + 36);
        let (label, kind) = (escaped(&node.label), escaped(&node.kind.name));
        _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDE}\" height=\"{HIGH}\" rx=\"7\" fill=\"#fff\" stroke=\"#555\"/>\
             <text x=\"{middle}\" y=\"{upper}\" text-anchor=\"middle\">{label}</text>\
             <text x=\"{middle}\" y=\"{lower}\" text-anchor=\"middle\" fill=\"#777\" font-size=\"11\">{kind}</text>"
        );
    }
    text.push_str("</svg>\n");
    text
}

/// How far from the beginning each node stands.
fn numbers(patch: &Resolved) -> HashMap<Place, usize> {
    patch.nodes.places().enumerate().map(|(number, (place, _))| (place, number)).collect()
}

/// The column of each node: one more than the furthest of those that it hears, as far as there is no loop.
fn columns(patch: &Resolved) -> Vec<usize> {
    let count = patch.nodes.len();
    let numbers = numbers(patch);
    let mut columns = vec![0; count];
    // A longest path has no more nodes than there are; a loop would go on for ever, so it is cut off after as many rounds.
    for _ in 0..count.min(64) {
        let mut moved = false;
        for (number, node) in patch.nodes.iter().enumerate() {
            let cables = patch.nodes.cables(node).map(|c| numbers[&c.node]);
            let heard = cables.chain(patch.nodes.drives(node).map(|d| numbers[&d.node]));
            let column =
                heard.filter(|from| *from != number).map(|from| columns[from] + 1).max().unwrap_or(0);
            if column > columns[number] && column < count {
                columns[number] = column;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    // Columns that loops left empty are closed.
    let mut used: Vec<usize> = columns.clone();
    used.sort_unstable();
    used.dedup();
    columns.iter().map(|c| used.binary_search(c).unwrap_or(0)).collect()
}

fn places(columns: &[usize]) -> Vec<(i32, i32)> {
    let mut filled = vec![0; columns.iter().max().map_or(0, |c| c + 1)];
    let place = |column: &usize| {
        let row = filled[*column];
        filled[*column] += 1;
        (MARGIN + *column as i32 * (WIDE + GAP_X), MARGIN + 10 + row * (HIGH + GAP_Y))
    };
    columns.iter().map(place).collect()
}

fn line(text: &mut String, from: (i32, i32), to: (i32, i32), colour: &str, style: &str, label: &str) {
    let (x1, y1) = (from.0 + WIDE, from.1 + HIGH / 2);
    let (x2, y2) = (to.0, to.1 + HIGH / 2);
    let bend = ((x2 - x1) / 2).abs().max(40);
    let (c1, c2) = (x1 + bend, x2 - bend);
    _ = writeln!(
        text,
        "<path d=\"M{x1} {y1} C{c1} {y1} {c2} {y2} {x2} {y2}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"{style}/>\
         <circle cx=\"{x2}\" cy=\"{y2}\" r=\"3\" fill=\"{colour}\"/>"
    );
    if !label.is_empty() {
        let (x, y) = (x2 - 8, y2 - 6);
        let label = escaped(label);
        _ = writeln!(
            text,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" font-size=\"11\" fill=\"{colour}\">{label}</text>"
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
