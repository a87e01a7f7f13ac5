//! What holds for any input: refusals name something, and what is accepted survives printing and reading.

use super::catalogue;
use sostenuto_patch::command::{complete, edit, parse, parse_script};
use sostenuto_patch::{
    Document, Notation, Patch, Problem, apply, chain, check, diff, read, resolve, to_json, to_toml,
};

pub fn toml(text: &str) {
    match read(text, Notation::Toml, &catalogue()) {
        Ok(checked) => {
            good(&checked.patch);
            kept(text, &checked.patch);
        }
        Err(problems) => bad(text, &problems),
    }
}

pub fn json(text: &str) {
    match read(text, Notation::Json, &catalogue()) {
        Ok(checked) => good(&checked.patch),
        Err(problems) => bad(text, &problems),
    }
}

pub fn chained(text: &str) {
    match chain(text, &catalogue()) {
        Ok(checked) => good(&checked.patch),
        Err(problems) => bad(text, &problems),
    }
}

pub fn commanded(line: &str) {
    let catalogue = catalogue();
    let studio = studio();
    for cursor in 0..=line.len().min(200) {
        for candidate in complete(line, cursor, &studio, &catalogue) {
            assert!(candidate.replace.end <= line.len() && line.is_char_boundary(candidate.replace.start));
        }
    }
    let _ = parse_script(line);
    match parse(line) {
        Ok(None) => {}
        Ok(Some(timed)) => {
            let printed = timed.to_string();
            assert_eq!(parse(&printed).as_ref(), Ok(&Some(timed.clone())), "{printed}");
            match edit(&studio, &catalogue, &timed.command) {
                Ok(patch) => good(&patch),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            error.excerpt(line);
        }
    }
}

/// A patch to try commands on.
pub fn studio() -> Patch {
    let text = "saw name=tone ! lowpass name=filter cutoff=800 ! delay name=echo ! mixer name=mix ! audio_out name=out";
    let mut patch = chain(text, &catalogue()).expect("the chain is good").patch;
    for line in [
        "add sweep lfo",
        "drive filter.cutoff from sweep depth 500",
        "add hiss noise to mix",
        "set mix.gain2 -6",
    ] {
        let command = parse(line).expect("the line is good").expect("it says something").command;
        patch = edit(&patch, &catalogue(), &command).expect("the command fits");
    }
    patch
}

fn bad(text: &str, problems: &[Problem]) {
    assert!(problems.iter().any(|p| !p.is_warning()));
    for problem in problems {
        assert!(!problem.to_string().is_empty());
        problem.excerpt(text);
    }
}

fn good(patch: &Patch) {
    let catalogue = catalogue();
    assert!(check(patch, &catalogue).iter().all(Problem::is_warning));
    let again = |text: &str, notation| match read(text, notation, &catalogue) {
        Ok(checked) => checked.patch,
        Err(problems) => panic!("{problems:?} in\n{text}"),
    };
    let printed = to_toml(patch, &catalogue);
    assert_eq!(again(&printed, Notation::Toml), *patch, "{printed}");
    let printed = to_json(patch, &catalogue);
    assert_eq!(again(&printed, Notation::Json), *patch, "{printed}");
    let plain = serde_json::to_string(patch).expect("a patch has a Serde form");
    assert_eq!(serde_json::from_str::<Patch>(&plain).expect("which reads"), *patch);
    let resolved = resolve(patch, &catalogue).expect("what was accepted can be built");
    assert!(diff(&resolved, &resolved).is_empty());
    let all = diff(&sostenuto_patch::Resolved::silence(), &resolved);
    let made = apply(&all, &Patch::new()).expect("what is not there can be added");
    exactly(&made, patch);
}

/// Whether two patches are the same down to the order in which they say things.
pub fn exactly(one: &Patch, other: &Patch) {
    assert_eq!(one, other);
    let catalogue = catalogue();
    assert_eq!(to_toml(one, &catalogue), to_toml(other, &catalogue));
}

/// The text of a document survives being kept, and edits of it are what was asked for.
fn kept(text: &str, patch: &Patch) {
    let catalogue = catalogue();
    let Ok(mut document) = Document::parse(text, &catalogue) else {
        panic!("what can be read can be kept: {text:?}")
    };
    let before = document.to_string();
    document.update(patch, &catalogue);
    assert_eq!(document.to_string(), before);
    let mut changed = patch.clone();
    changed.title = Some("another".to_owned());
    changed.nodes.insert("added-last".to_owned(), sostenuto_patch::Node::new("added-last", "noise"));
    document.update(&changed, &catalogue);
    let now = read(&document.to_string(), Notation::Toml, &catalogue);
    assert!(now.is_ok_and(|n| n.patch == changed), "{document}");
}
