//! What could stand at the cursor.

use super::table::{Arg, CommandInfo, commands, find};
use super::when::{AFTER_AT, time};
use crate::catalogue::{Catalogue, bank_count, input_names, item_names, param, param_names, setting};
use crate::kind::KindInfo;
use crate::model::{Node, Patch};
use crate::quantity::Quantity;
use crate::words::{Word, quote, words};
use std::ops::Range;

/// Something that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The bytes of the line that it takes the place of.
    pub replace: Range<usize>,
    /// What to write there.
    pub text: String,
    /// What it is, in a line.
    pub hint: String,
}

/// What could stand at `cursor`, a byte of the line: commands, labels, parameters, kinds, choices, ports. In a settled order.
pub fn complete(line: &str, cursor: usize, patch: &Patch, catalogue: &Catalogue) -> Vec<Candidate> {
    let mut end = cursor.min(line.len()).min(crate::MAX_LINE);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let before = &line[..end];
    let mut words = words(before, None, false);
    // In a comment nothing is said.
    if words.iter().any(|w| before[w.span.start..].starts_with('#')) {
        return Vec::new();
    }
    let (typed, start) = match words.pop_if(|w| w.span.end == end) {
        Some(word) => (word.text, word.span.start),
        None => (String::new(), end),
    };
    let catalogue = &catalogue.with_parts(patch);
    let mut found = match times(&words) {
        Some(times) => times,
        None => Cursor { words: without_time(&words), typed: &typed, patch, catalogue }.options(),
    };
    found.retain(|(text, _)| text.starts_with(&typed));
    let candidate = |(text, hint)| Candidate { replace: start..end, text, hint };
    found.into_iter().map(candidate).collect()
}

fn without_time(words: &[Word]) -> &[Word] {
    time("", words).map_or(&[], |(_, rest)| rest)
}

/// What may follow while the time is not whole that a line begins with.
fn times(words: &[Word]) -> Option<Options> {
    let option = |(text, hint): &(&str, &str)| ((*text).to_owned(), (*hint).to_owned());
    match words {
        [at] if at.is_sign("at") => Some(AFTER_AT.iter().map(option).collect()),
        [at, next] if at.is_sign("at") && next.is_sign("next") => {
            Some([("bar", "at the next bar line"), ("beat", "at the next beat")].iter().map(option).collect())
        }
        [at, what] if at.is_sign("at") && (what.is_sign("bar") || what.is_sign("beat")) => Some(Vec::new()),
        _ => None,
    }
}

/// What was written before the word that is to be completed.
struct Cursor<'a> {
    words: &'a [Word],
    typed: &'a str,
    patch: &'a Patch,
    catalogue: &'a Catalogue,
}

type Options = Vec<(String, String)>;

impl Cursor<'_> {
    fn options(&self) -> Options {
        let Some((name, args)) = self.words.split_first() else {
            return commands().iter().map(|c| (c.name.to_owned(), c.summary.to_owned())).collect();
        };
        let Some(info) = find(&name.text) else { return Vec::new() };
        let keyword = |w: &Word| info.keywords.iter().find(|(k, _)| w.is_sign(k));
        let after = args.iter().rev().find_map(keyword).filter(|(_, arg)| *arg != Arg::End);
        let after_last = args.last().and_then(keyword).filter(|(_, arg)| *arg != Arg::End);
        let arg = match (after_last, after) {
            (Some((_, arg)), _) => *arg,
            // `from` and `to` of `add` take several.
            (None, Some((_, arg))) if info.args.last() == Some(&Arg::Assignment) => *arg,
            (None, Some(_)) => Arg::End,
            (None, None) => info.args[args.len().min(info.args.len() - 1)],
        };
        let mut options = self.of(arg, args);
        if after_last.is_none() {
            options.extend(self.keywords(info, args));
        }
        options
    }

    /// The keywords that are not there yet and may come.
    fn keywords(&self, info: &CommandInfo, args: &[Word]) -> Options {
        let settled =
            info.args.iter().filter(|a| !matches!(a, Arg::End | Arg::Spare | Arg::Assignment)).count();
        if args.len() < settled {
            return Vec::new();
        }
        let unused = |k: &&(&str, Arg)| !args.iter().any(|w| w.is_sign(k.0));
        info.keywords.iter().filter(unused).map(|(k, _)| ((*k).to_owned(), String::new())).collect()
    }

    fn of(&self, arg: Arg, args: &[Word]) -> Options {
        match arg {
            Arg::Node => self.nodes(""),
            Arg::Kind => self
                .catalogue
                .kinds()
                .iter()
                .chain(self.catalogue.parts().values())
                .map(|k| (k.name.to_string(), k.summary.to_string()))
                .collect(),
            Arg::Command => commands().iter().map(|c| (c.name.to_owned(), c.summary.to_owned())).collect(),
            Arg::OnOff => ["on", "off"].map(|w| (w.to_owned(), String::new())).into(),
            Arg::Param => self.dotted(".", |node, kind| [params(node, kind), settings(kind)].concat()),
            Arg::Source => self.dotted("", |_, kind| {
                kind.outputs.iter().map(|p| (p.name.to_string(), p.summary.to_string())).collect()
            }),
            Arg::Sink => self.dotted("", |node, kind| {
                // One more than are in use: that is where the next cable goes.
                let names = input_names(kind, bank(node, kind) + 1);
                names.into_iter().map(|name| (name, String::new())).collect()
            }),
            Arg::Value => args.first().map_or(Vec::new(), |target| self.values(&target.text)),
            Arg::Assignment => args.get(1).map_or(Vec::new(), |kind| self.assignments(&kind.text)),
            Arg::Free | Arg::Spare | Arg::End => Vec::new(),
        }
    }

    fn nodes(&self, suffix: &str) -> Options {
        self.patch.nodes.iter().map(|(label, n)| (format!("{label}{suffix}"), n.kind.clone())).collect()
    }

    /// Labels, and behind a label and a dot what the node has.
    fn dotted(&self, suffix: &str, inner: impl Fn(&Node, &KindInfo) -> Options) -> Options {
        let Some((label, _)) = self.typed.split_once('.') else { return self.nodes(suffix) };
        let Some(node) = self.patch.nodes.get(label) else { return Vec::new() };
        let kind = self.catalogue.find(&node.kind);
        let options = kind.map_or(Vec::new(), |kind| inner(node, kind));
        options.into_iter().map(|(name, hint)| (format!("{label}.{name}"), hint)).collect()
    }

    /// The choices of a parameter, or its range as a hint at its present value.
    fn values(&self, target: &str) -> Options {
        let found = target.split_once('.').and_then(|(label, name)| {
            let node = self.patch.nodes.get(label)?;
            let kind = self.catalogue.find(&node.kind)?;
            let set = node.params.get(name).and_then(|p| p.value);
            let present =
                param(kind, name).map(|(i, _)| (Quantity::of_param(i), f64::from(set.unwrap_or(i.default))));
            present.or_else(|| {
                let info = setting(kind, name)?;
                Some((Quantity::of_setting(info), *node.settings.get(name).unwrap_or(&info.default())))
            })
        });
        match found {
            None => Vec::new(),
            Some((quantity, present)) if quantity.choices().is_empty() => {
                vec![(quote(&quantity.show(present).replace(' ', "")), quantity.range())]
            }
            Some((quantity, _)) => {
                quantity.choices().iter().map(|c| ((*c).to_owned(), String::new())).collect()
            }
        }
    }

    /// `PARAM=`, and behind it the choices.
    fn assignments(&self, kind: &str) -> Options {
        let Some(kind) = self.catalogue.find(kind) else { return Vec::new() };
        let quantity = |name: &str| {
            let of_param = param(kind, name).map(|(info, _)| Quantity::of_param(info));
            of_param.or_else(|| setting(kind, name).map(Quantity::of_setting))
        };
        match self.typed.split_once('=') {
            None => {
                let range = |name: &String| quantity(name).map_or(String::new(), |q| q.range());
                item_names(kind).into_iter().map(|name| (format!("{name}="), range(&name))).collect()
            }
            Some((name, _)) => {
                let choices = quantity(name).map_or(&[] as &[&str], |q| q.choices());
                choices.iter().map(|c| (format!("{name}={c}"), String::new())).collect()
            }
        }
    }
}

fn bank(node: &Node, kind: &KindInfo) -> u32 {
    bank_count(kind, &node.settings, node.cables.iter().map(|c| c.port.as_str()))
}

fn params(node: &Node, kind: &KindInfo) -> Options {
    let range =
        |name: &str| param(kind, name).map_or(String::new(), |(info, _)| Quantity::of_param(info).range());
    param_names(kind, bank(node, kind)).into_iter().map(|name| (name.clone(), range(&name))).collect()
}

fn settings(kind: &KindInfo) -> Options {
    kind.settings.iter().map(|s| (s.name.to_owned(), Quantity::of_setting(s).range())).collect()
}
