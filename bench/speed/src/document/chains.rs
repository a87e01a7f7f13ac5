//! W4: 100 chains of 100 nodes that do next to nothing.

use super::{ending, number};
use crate::spec::*;
use std::fmt::Write;

/// A gain after another node.
fn gain(name: &str, before: &str, place: usize) -> String {
    let gain = number(decibels(factor(place)));
    format!("{name} = {{ kind = \"gain\", inputs = [\"{before}\"], gain = {gain} }}\n")
}

/// The part of a chain around its links.
fn part(title: &str, links: &str) -> String {
    let mut text = format!(
        "format = 1\ntitle = \"{title}\"\n\n[parts.chain.nodes]\nin = {{ kind = \"inlet\" }}\n{links}\
         out = {{ kind = \"outlet\", inputs = [\"n{}\"] }}\n\n[nodes]\nnoise = {{ kind = \"white_noise\" }}\n",
        LENGTH - 1
    );
    for chain in 0..CHAINS {
        let _ = writeln!(text, "c{chain} = {{ kind = \"chain\", inputs = [\"noise\"] }}");
    }
    text + &ending((0..CHAINS).map(|chain| format!("c{chain}")), CHAIN_LEVEL)
}

fn before(place: usize) -> String {
    if place == 0 { "in".to_owned() } else { format!("n{}", place - 1) }
}

pub fn parts() -> String {
    let links: String = (0..LENGTH).map(|place| gain(&format!("n{place}"), &before(place), place)).collect();
    part("W4: 100 chains of 100 gains as instances of a part", &links)
}

pub fn mixed() -> String {
    let mut links = String::from("one = { kind = \"constant\", value = 1.0 }\n");
    for place in 0..LENGTH {
        let (name, before) = (format!("n{place}"), before(place));
        links += &match link(place) {
            Link::Gain => gain(&name, &before, place / 5),
            Link::Up => format!(
                "{name} = {{ kind = \"add\", inputs = [\"{before}\"], scale = 1.002, offset = 0.001 }}\n"
            ),
            Link::Down => {
                let (scale, offset) = (number(1.0 / 1.002), number(-0.001 / 1.002));
                format!(
                    "{name} = {{ kind = \"add\", inputs = [\"{before}\"], scale = {scale}, offset = {offset} }}\n"
                )
            }
            Link::LowPass => {
                let cutoff = number(LINK_CUTOFF);
                format!("{name} = {{ kind = \"onepole_low\", inputs = [\"{before}\"], cutoff = {cutoff} }}\n")
            }
            Link::Multiply => {
                format!("{name} = {{ kind = \"multiply\", inputs = {{ a = \"{before}\", b = \"one\" }} }}\n")
            }
        };
    }
    part("W4 mixed: 100 chains of 100 nodes of five kinds as instances of a part", &links)
}

pub fn flat() -> String {
    let mut text = String::from(
        "format = 1\ntitle = \"W4: 100 chains of 100 gains, flat\"\n\n[nodes]\nnoise = { kind = \"white_noise\" }\n",
    );
    for chain in 0..CHAINS {
        for place in 0..LENGTH {
            let before = if place == 0 { "noise".to_owned() } else { format!("c{chain}n{}", place - 1) };
            text += &gain(&format!("c{chain}n{place}"), &before, place);
        }
    }
    text + &ending((0..CHAINS).map(|chain| format!("c{chain}n{}", LENGTH - 1)), CHAIN_LEVEL)
}
