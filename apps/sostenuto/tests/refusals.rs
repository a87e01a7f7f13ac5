//! What the program says to bad patches, bad commands and bad files, word for word.
//!
//! The cases are in `refusals/*.txt`. A case is a heading (`## …`), files (`< NAME`, then `| ` before each line; the first is
//! `bad.toml` if no name is given, `-` is the standard input), a command line (`$ …`), and what has to come of it: standard output
//! (`> `), standard error (`! `) and the exit code (`= `). Of `play`, standard error is left out, because it tells of the
//! system's sound devices.
//!
//! If something else comes, the test fails and leaves the whole file as it would be now in cargo's directory for temporary files.

mod program;

use program::{Said, directory, run, run_with};
use std::fmt::Write;
use std::path::Path;

#[test]
fn bad_patches() {
    holds("patches");
}

#[test]
fn bad_scripts_and_commands() {
    holds("commands");
}

#[test]
fn bad_files_and_options() {
    holds("files");
}

#[test]
fn files_that_no_editor_writes() {
    let place = directory("refusals_bytes");
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let crowd: String = (0..100_001).map(|n| format!("[nodes.n{n}]\nkind=\"sine\"\n")).collect();
    for (name, bytes, told) in [
        ("binary.toml", vec![0, 159, 146, 150], "binary.toml is not text in UTF-8"),
        ("zeros.toml", vec![0; 4096], "error: "),
        ("large.toml", vec![b'#'; 64 << 20], "error: "),
        ("nested.json", nested.into_bytes(), "error: "),
        ("crowd.toml", crowd.into_bytes(), "error: "),
    ] {
        std::fs::write(place.join(name), bytes).expect("written");
        for args in
            [&["check", name][..], &["render", name, "-o", "x.wav"], &["graph", name], &["diff", name, name]]
        {
            let said = run(&place, args);
            assert_eq!(said.code, Some(if args[0] == "diff" { 2 } else { 1 }), "{args:?}: {}", said.err);
            assert!(said.err.contains(told), "{args:?}: {}", said.err);
        }
    }
    let said = run(&place, &["render", "--chain", "sine", "-o", "x.wav", "--script", "binary.toml"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.starts_with("error: cannot read binary.toml: "), "{}", said.err);
    assert!(!place.join("x.wav").exists(), "what is refused writes nothing");
}

#[test]
fn there_are_more_than_sixty_kinds() {
    let cases = |name| read(name).lines().filter(|line| line.starts_with("## ")).count();
    let (patches, commands, files) = (cases("patches"), cases("commands"), cases("files"));
    assert!(patches >= 30 && patches + commands + files >= 60, "{patches} + {commands} + {files}");
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refusals").join(name).with_extension("txt");
    std::fs::read_to_string(path).expect("the cases")
}

/// Runs all cases of a file and compares.
fn holds(name: &str) {
    let wanted = read(name);
    let place = directory(&format!("refusals_{name}"));
    let mut found = String::new();
    let mut file = None;
    for line in wanted.lines() {
        match line.split_at_checked(2) {
            Some(("> " | "! " | "= ", _)) => continue,
            _ if matches!(line, ">" | "!") => continue,
            Some(("##", _)) => file = None,
            Some(("< ", name)) => file = Some((name.to_owned(), String::new())),
            _ if line.starts_with('|') => {
                let (_, all) = file.get_or_insert(("bad.toml".to_owned(), String::new()));
                *all += line.get(2..).unwrap_or_default();
                all.push('\n');
            }
            _ => {}
        }
        if let Some((name, text)) = file.as_ref().filter(|(name, _)| name != "-") {
            std::fs::write(place.join(name), text).expect("written");
        }
        _ = writeln!(found, "{line}");
        if let Some(command) = line.strip_prefix("$ ") {
            let args = arguments(command);
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let said = match file.take() {
                Some((name, input)) if name == "-" => run_with(&place, &args, &input),
                _ => run(&place, &args),
            };
            tell(&mut found, &said, args.first() == Some(&"play"));
        }
    }
    if found != wanted {
        let path = place.join("as-it-is-now.txt");
        std::fs::write(&path, &found).expect("written");
        let differ = wanted.lines().zip(found.lines()).find(|(wanted, found)| wanted != found);
        panic!("{differ:#?}: compare {} with tests/refusals/{name}.txt", path.display());
    }
}

fn tell(text: &mut String, said: &Said, devices: bool) {
    for line in said.out.lines() {
        _ = writeln!(text, "{}", format!("> {line}").trim_end());
    }
    for line in said.err.lines().filter(|_| !devices) {
        _ = writeln!(text, "{}", format!("! {line}").trim_end());
    }
    _ = writeln!(text, "= {}", said.code.map_or("none".to_owned(), |code| code.to_string()));
}

/// The words of a command line; between `'` and `'` a word may have spaces or nothing at all.
fn arguments(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('\'').enumerate() {
        match n % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}
