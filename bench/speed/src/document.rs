//! The workloads as ordinary documents: generated, and kept in `bench/workloads` where they are small.

mod chains;
mod players;
mod strips;
mod voices;

pub use players::{BUFFER, SAMPLER};
pub use voices::INSTRUMENTS;

/// A document.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    pub name: &'static str,
    pub text: fn() -> String,
    /// Kept in the repository; else made where it is needed, since it is large.
    pub kept: bool,
}

/// All documents.
pub const ALL: [Document; 12] = [
    Document { name: "w1-instances", text: voices::instances, kept: true },
    Document { name: "w1-exact", text: voices::exact, kept: true },
    Document { name: "w1-gated", text: voices::gated, kept: true },
    Document { name: "w1-voices", text: voices::instruments, kept: true },
    Document { name: "w2-strips", text: strips::strips, kept: true },
    Document { name: "w3-linear", text: players::linear, kept: true },
    Document { name: "w3-cubic", text: players::cubic, kept: true },
    Document { name: "w3-sampler-linear", text: players::sampler_linear, kept: true },
    Document { name: "w3-sampler-cubic", text: players::sampler_cubic, kept: true },
    Document { name: "w4-parts", text: chains::parts, kept: true },
    Document { name: "w4-flat", text: chains::flat, kept: false },
    Document { name: "w4-mixed", text: chains::mixed, kept: true },
];

/// The document of that name.
pub fn of(name: &str) -> Option<Document> {
    ALL.into_iter().find(|document| document.name == name)
}

/// The end of each document: what all of it goes through, and the way out.
fn ending(sources: impl Iterator<Item = String>, level: f64) -> String {
    let sources: Vec<String> = sources.collect();
    let lines: Vec<String> =
        sources.chunks(10).map(|some| format!("  \"{}\",\n", some.join("\", \""))).collect();
    format!(
        "\n[nodes.master]\nkind = \"gain\"\ngain = {}\ninputs = [\n{}]\n\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"master\"]\n",
        number(crate::spec::decibels(level)),
        lines.concat()
    )
}

/// A number as TOML writes it, with as many digits as single precision holds.
fn number(value: f64) -> String {
    format!("{:?}", value as f32)
}

/// Where documents are kept.
pub fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../workloads")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_is_generated() {
        for document in ALL.iter().filter(|document| document.kept) {
            let path = folder().join(document.name).with_extension("toml");
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                kept == (document.text)(),
                "{} is old: `bench-speed documents` writes it anew",
                document.name
            );
        }
    }
}
