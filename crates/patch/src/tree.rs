//! A document without its notation: values with the place where each stands.

use crate::fault::Fault;
use crate::limits::MAX_DEPTH;
use crate::problem::{Lines, Problem};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

pub(crate) type Span = Range<usize>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub value: Value,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(f64),
    /// A number that is printed without a point. Reading gives [`Number`](Self::Number).
    Count(i64),
    Bool(bool),
    List(Vec<Tree>),
    Table(Vec<Entry>),
    /// What no patch has: a date, a null.
    Other(&'static str),
}

/// A key of a table and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub tree: Tree,
}

impl PartialEq for Tree {
    /// What it says, wherever it stands.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Tree {
    /// What stands under a key, if it is a table.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.tree),
            _ => None,
        }
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        Tree { value, span: 0..0 }
    }
}

impl Entry {
    pub fn new(key: &str, value: impl Into<Value>) -> Self {
        Entry { key: key.to_owned(), key_span: 0..0, tree: Tree::from(value.into()) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<f32> for Value {
    /// The double that is written with the same digits, so that 0.1 is printed as 0.1.
    fn from(number: f32) -> Self {
        Value::Number(format!("{number:?}").parse().unwrap_or(f64::from(number)))
    }
}

impl Value {
    /// What it is, with its article.
    pub fn noun(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Number(_) | Value::Count(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(noun) => noun,
        }
    }
}

/// Reads TOML. After a mistake it goes on as well as it can.
pub(crate) fn from_toml(text: &str) -> (Tree, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    let problem = |e: toml::de::Error| Problem {
        at: e.span().map(|span| lines.position(span)),
        ..Problem::of(Fault::Syntax { message: e.message().replace('\n', "; ") })
    };
    let span = table.span();
    (Tree { value: toml_table(table.into_inner()), span }, errors.into_iter().map(problem).collect())
}

fn toml_table(table: DeTable<'_>) -> Value {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| {
        let key_span = key.span();
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        let span = value.span();
        let tree = Tree { value: toml_value(value.into_inner()), span };
        Entry { key: key.into_owned(), key_span, tree }
    };
    Value::Table(table.into_iter().map(entry).collect())
}

fn toml_value(value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(digits) => Value::Number(
            i64::from_str_radix(digits.as_str(), digits.radix()).map_or(f64::INFINITY, |n| n as f64),
        ),
        DeValue::Float(digits) => Value::Number(digits.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => {
            let item = |item: toml::Spanned<DeValue<'_>>| Tree {
                span: item.span(),
                value: toml_value(item.into_inner()),
            };
            Value::List(items.into_iter().map(item).collect())
        }
        DeValue::Table(table) => toml_table(table),
    }
}

/// Reads JSON.
pub(crate) fn from_json(text: &str) -> Result<Tree, Vec<Problem>> {
    let lines = Lines::of(text);
    let syntax = |e: serde_json::Error, offset: usize| {
        let message = e.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        // The reader counts columns in bytes from 1 and lines from the beginning of what it was given.
        let before = text[offset..]
            .split_inclusive('\n')
            .take(e.line().saturating_sub(1))
            .map(str::len)
            .sum::<usize>();
        let at = (offset + before + e.column().saturating_sub(1)).min(text.len());
        Problem { at: Some(lines.position(at..at)), ..Problem::of(Fault::Syntax { message }) }
    };
    let raw: &RawValue = serde_json::from_str(text).map_err(|e| vec![syntax(e, 0)])?;
    json_value(text, raw, 0).map_err(|stop| match stop {
        Stop::Deep(span) => vec![Problem { at: Some(lines.position(span)), ..Problem::of(Fault::TooDeep) }],
        Stop::Syntax(e, offset) => vec![syntax(e, offset)],
    })
}

enum Stop {
    Deep(Span),
    Syntax(serde_json::Error, usize),
}

fn json_value(text: &str, raw: &RawValue, depth: usize) -> Result<Tree, Stop> {
    let json = raw.get();
    let start = json.as_ptr() as usize - text.as_ptr() as usize;
    let span = start..start + json.len();
    if depth > MAX_DEPTH {
        return Err(Stop::Deep(span));
    }
    let syntax = |e| Stop::Syntax(e, start);
    let value = match json.as_bytes().first() {
        Some(b'{') => {
            let pairs = serde_json::Deserializer::from_str(json).deserialize_map(Pairs).map_err(syntax)?;
            let entry = |(key, key_raw, value): (String, &RawValue, &RawValue)| {
                let key_start = key_raw.get().as_ptr() as usize - text.as_ptr() as usize;
                let key_span = key_start..key_start + key_raw.get().len();
                Ok(Entry { key, key_span, tree: json_value(text, value, depth + 1)? })
            };
            Value::Table(pairs.into_iter().map(entry).collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json).map_err(syntax)?;
            Value::List(
                items.into_iter().map(|item| json_value(text, item, depth + 1)).collect::<Result<_, _>>()?,
            )
        }
        Some(b'"') => Value::Text(serde_json::from_str(json).map_err(syntax)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Other("null"),
        // Numbers beyond a double are infinite here, and refused as such.
        _ => Value::Number(json.parse().unwrap_or(f64::NAN)),
    };
    Ok(Tree { value, span })
}

/// The members of an object in their order, repeated ones too.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Vec<(String, &'de RawValue, &'de RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
            let text = serde_json::from_str(key.get()).map_err(serde::de::Error::custom)?;
            pairs.push((text, key, value));
        }
        Ok(pairs)
    }
}
