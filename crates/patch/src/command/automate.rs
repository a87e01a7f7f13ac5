//! The command that lets a parameter follow points.

use super::edit::{Desk, of_node};
use super::fault::{CommandError, CommandFault};
use crate::catalogue::param;
use crate::fault::{Fault, SequenceFault};
use crate::model::{Lane, LaneCurve, LanePoint, LaneUnit, Sequence};
use crate::quantity::Quantity;
use crate::read::{place_of, unknown_param};
use crate::tree::Value;

impl Desk<'_> {
    /// Puts a lane on a parameter in place of the one that is there, or takes that away.
    pub(super) fn automate(
        &mut self,
        label: &str,
        name: &str,
        points: Option<&[(String, String)]>,
    ) -> Result<(), CommandError> {
        let kind = self.kind(label)?;
        let Some((info, _)) = param(&kind, name) else {
            return Err(of_node(label, None, unknown_param(&kind, name)));
        };
        let quantity = Quantity::of_param(info);
        let is_its = |s: &Sequence| s.to == label && s.lane.as_ref().is_some_and(|lane| lane.param == name);
        let there = self.patch.sequences.iter().find(|(_, s)| is_its(s)).map(|(name, _)| name.clone());
        let Some(points) = points else {
            let there = there.ok_or_else(|| {
                CommandError::from(CommandFault::NotAutomated { node: label.into(), param: name.into() })
            })?;
            self.patch.sequences.shift_remove(&there);
            return Ok(());
        };
        let sequence =
            read(label, name, quantity, points).map_err(|fault| of_node(label, Some(name), fault))?;
        let called = there.unwrap_or_else(|| self.free_name(&format!("{label}-{name}")));
        match self.patch.sequences.get_mut(&called) {
            Some(there) => *there = sequence,
            None => drop(self.patch.sequences.insert(called, sequence)),
        }
        Ok(())
    }

    /// A name that no sequence has yet.
    fn free_name(&self, wish: &str) -> String {
        let wish: String = wish.chars().take(crate::limits::MAX_NAME - 4).collect();
        let numbered = (2..).map(|number| format!("{wish}-{number}"));
        let mut names = std::iter::once(wish.clone()).chain(numbered);
        names.find(|name| !self.patch.sequences.contains_key(name)).unwrap_or(wish)
    }
}

fn read(label: &str, name: &str, quantity: Quantity, words: &[(String, String)]) -> Result<Sequence, Fault> {
    let find = |key: &str| words.iter().find(|(word, _)| word == key).map(|(_, text)| text.clone());
    let unit = match find("unit") {
        Some(text) => LaneUnit::named(&text).ok_or(SequenceFault::BadUnit { text })?,
        None => LaneUnit::default(),
    };
    let number = |text: &str| match text.parse() {
        Ok(number) => place_of(unit).read(&Value::Number(number)),
        Err(_) => place_of(unit).read(&Value::Text(text.to_owned())),
    };
    let length = find("loop").map(|text| number(&text)).transpose()?;
    let mut points = Vec::new();
    for (at, text) in words.iter().filter(|(key, _)| key != "unit" && key != "loop") {
        let (value, curve) = match text.rsplit_once(':') {
            Some((value, curve)) => {
                let wrong = || SequenceFault::BadCurve { text: curve.to_owned() };
                (value, LaneCurve::read(curve).ok_or_else(wrong)?)
            }
            None => (text.as_str(), LaneCurve::default()),
        };
        let value = match value.parse() {
            Ok(number) => quantity.read(&Value::Number(number))?,
            Err(_) => quantity.read(&Value::Text(value.to_owned()))?,
        };
        points.push(LanePoint { at: number(at)?, value: value as f32, curve });
    }
    let lane = Lane { param: name.to_owned(), unit, points };
    Ok(Sequence {
        to: label.to_owned(),
        length,
        looped: length.is_some(),
        steps: Vec::new(),
        lane: Some(lane),
    })
}
