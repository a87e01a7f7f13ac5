//! Which kinds of node are there, as it goes over the wire?

use super::Asked;
use crate::messages::{Bank, Code, Fault, Group, Kind, KindList, Nodes, Param, Port, Setting};
use sostenuto_engine::Conductor;
use sostenuto_graph::Curve;
use sostenuto_nodes::{self as nodes, SettingInfo, SettingRange, Width};
use sostenuto_patch::{KindInfo, ParamInfo, PortInfo};
use std::sync::Arc;

/// The kinds, or one.
pub(crate) fn nodes(asked: &Asked<'_>, params: Nodes) -> Result<KindList, Fault> {
    let parts = asked.service.controller.with(|desk| {
        let used = desk.conductor().resolved().nodes.into_iter();
        let mut parts: Vec<Arc<KindInfo>> =
            used.map(|node| node.kind.clone()).filter(|kind| kind.part.is_some()).collect();
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        parts.dedup_by(|a, b| a.name == b.name);
        parts
    })?;
    let all = Conductor::catalogue().kinds().iter().chain(&parts);
    let Some(name) = params.kind else { return Ok(KindList { kinds: all.map(|k| kind(k)).collect() }) };
    match all.clone().find(|kind| kind.name == name) {
        Some(found) => Ok(KindList { kinds: vec![kind(found)] }),
        None => {
            let near = sostenuto_patch::nearest(&name, all.map(|kind| &*kind.name));
            let meant = near.map_or(String::new(), |near| format!(": did you mean `{near}`?"));
            Err(Fault::new(Code::BadParams, format!("there is no kind `{name}`{meant}")))
        }
    }
}

fn kind(kind: &KindInfo) -> Kind {
    Kind {
        name: kind.name.to_string(),
        group: group(kind.group),
        summary: kind.summary.to_string(),
        inputs: kind.inputs.iter().map(port).collect(),
        outputs: kind.outputs.iter().map(port).collect(),
        params: kind.params.iter().map(param).collect(),
        settings: kind.settings.iter().map(setting).collect(),
        bank: kind.bank.as_ref().map(|bank| Bank {
            setting: bank.setting.into(),
            port: port(&bank.port),
            params: bank.params.iter().map(param).collect(),
        }),
        delays: kind.delays,
        plays: kind.plays,
        part: kind.part.is_some(),
    }
}

fn group(group: nodes::Group) -> Group {
    match group {
        nodes::Group::Source => Group::Source,
        nodes::Group::Control => Group::Control,
        nodes::Group::Level => Group::Level,
        nodes::Group::Filter => Group::Filter,
        nodes::Group::Space => Group::Space,
        nodes::Group::Dynamics => Group::Dynamics,
        nodes::Group::Maths => Group::Maths,
        nodes::Group::Output => Group::Output,
        nodes::Group::Part => Group::Part,
    }
}

fn port(port: &PortInfo) -> Port {
    let channels = match port.width {
        Width::Fixed(channels) => Some(channels),
        Width::Follow => None,
    };
    Port { name: port.name.to_string(), channels, summary: port.summary.to_string() }
}

fn param(param: &ParamInfo) -> Param {
    Param {
        name: param.name.to_string(),
        unit: param.unit.symbol().into(),
        min: param.min,
        max: param.max,
        default: param.default,
        logarithmic: param.curve == Curve::Logarithmic,
        choices: param.choices.iter().map(|choice| (*choice).to_owned()).collect(),
        summary: param.summary.to_string(),
    }
}

fn setting(setting: &SettingInfo) -> Setting {
    let (min, max) = setting.limits();
    let choices = if let SettingRange::Choice(names) = setting.range { names } else { &[] };
    Setting {
        name: setting.name.into(),
        min,
        max,
        default: setting.default(),
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        summary: setting.summary.into(),
    }
}
