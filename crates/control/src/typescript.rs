//! The types for TypeScript: made from the messages, and compared with the file that is kept.

use crate::messages::*;
use crate::methods::rows;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use ts_rs::{Config, TS, TypeVisitor};

/// Declarations by name, each once.
struct Declared<'c> {
    config: &'c Config,
    all: BTreeMap<String, String>,
}

impl TypeVisitor for Declared<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() || self.all.contains_key(&T::ident(self.config)) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n", T::decl(self.config));
        self.all.insert(T::ident(self.config), declaration);
        T::visit_dependencies(self);
    }
}

fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut declared = Declared { config: &config, all: BTreeMap::new() };
    macro_rules! declare { ($($name:ty),*) => { $(declared.visit::<$name>();)* }; }
    declare!(
        Hello,
        Welcome,
        Id,
        Fault,
        ControlEvent,
        Nothing,
        DeviceList,
        PortList,
        SetDevice,
        Outcome,
        GetPatch
    );
    declare!(PatchText, Apply, Applied, CommandLine, SetParam, NoteAction, TransportAction, TransportState);
    declare!(Levels, Status, Subscribe, Unsubscribe, Nodes, KindList);
    let mut text = format!(
        "// The control channel of Sostenuto: docs/control.md tells how it is used.\n\
         // Made from crates/control/src/messages.rs by `KEEP_TYPES=1 cargo test -p sostenuto-control --lib typescript`.\n\n\
         /** The version of the protocol. */\nexport const VERSION = {VERSION};\n\n\
         /** What goes in and comes out of each method. */\nexport interface Methods {{\n\
         \x20 /** The first request: the token and the version. */\n\
         \x20 hello: {{ params: Hello; result: Welcome }};\n"
    );
    for [name, summary, params, result] in rows(&config) {
        _ = writeln!(text, "  /** {summary} */\n  {name}: {{ params: {params}; result: {result} }};");
    }
    text.push_str(
        "}\n\nexport type Method = keyof Methods;\n\n\
         /** A request: one line. Parameters that may all be left out may be left out as a whole. */\n\
         export type Request<M extends Method = Method> = M extends Method\n\
         \x20 ? {} extends Methods[M][\"params\"]\n\
         \x20   ? { id: Id; method: M; params?: Methods[M][\"params\"] }\n\
         \x20   : { id: Id; method: M; params: Methods[M][\"params\"] }\n\
         \x20 : never;\n\n\
         /** What comes back for a request. The id is null if none could be read. */\n\
         export type Answer<M extends Method = Method> =\n\
         \x20 | { id: Id; result: Methods[M][\"result\"] }\n  | { id: Id | null; error: Fault };\n\n\
         /** A line that comes in. */\nexport type Incoming = Answer | ControlEvent;\n\n",
    );
    let declarations = declared.all.into_values().map(|declaration| laid_out(&declaration));
    text.push_str(&declarations.collect::<Vec<_>>().join("\n"));
    text
}

/// The same with its lines as far in as they are inside of braces, and short comments on one line.
fn laid_out(declaration: &str) -> String {
    let joined = declaration.replace("/**\n * ", "/** ").replace("\n */", " */");
    let (mut text, mut depth) = (String::new(), 0_usize);
    for line in joined.lines().map(str::trim) {
        let comment = line.starts_with("/*") || line.starts_with('*');
        let count = |brace| if comment { 0 } else { line.matches(brace).count() };
        let leading = usize::from(line.starts_with('}') && !comment);
        _ = writeln!(text, "{}{line}", "  ".repeat(depth.saturating_sub(leading)));
        depth = (depth + count('{')).saturating_sub(count('}'));
    }
    text
}

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("bindings/sostenuto.ts")
}

#[test]
fn the_kept_types_are_those_of_the_messages() {
    let made = typescript();
    if std::env::var_os("KEEP_TYPES").is_some() {
        std::fs::write(kept(), &made).unwrap();
    }
    let kept = std::fs::read_to_string(kept()).unwrap_or_default().replace("\r\n", "\n");
    let hint = "run KEEP_TYPES=1 cargo test -p sostenuto-control --lib typescript";
    assert!(kept == made, "bindings/sostenuto.ts is not what the messages say: {hint}");
}
