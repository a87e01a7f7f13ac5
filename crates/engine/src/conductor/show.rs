//! What there is to see of the nodes that sound.

use super::Conductor;
use crate::error::EngineError;
use crate::place::{Levels, NodeReport, Place, levels};
use sostenuto_graph::{NodeId, ROOT, VoiceLoad};
use sostenuto_nodes::Tap;
use sostenuto_patch::{OUTPUT_KIND, ResolvedNode, ResolvedNodes};
use std::sync::Arc;

impl Conductor {
    /// How every node fares, in the order of the patch; after an instance of a part what is inside of it, once for each voice.
    ///
    /// The peaks of meters begin anew.
    pub fn nodes(&self) -> Vec<NodeReport> {
        let mut reports = Vec::new();
        self.report(ROOT, "", &self.resolved.nodes, &mut reports);
        reports
    }

    fn report(&self, body: NodeId, around: &str, nodes: &ResolvedNodes, reports: &mut Vec<NodeReport>) {
        for node in nodes {
            let Some(place) = self.stage.place(body, &node.id) else { continue };
            let label = format!("{around}{}", node.label);
            reports.push(report(label.clone(), node, place));
            if let Some(part) = &node.kind.part {
                let around = format!("{label}/");
                place.bodies.iter().for_each(|body| self.report(*body, &around, &part.nodes, reports));
            }
        }
    }

    /// How one node fares, by its label or the way to it; nothing if it is not there. If it is a meter, its peaks begin anew.
    pub fn node(&self, label: &str) -> Option<NodeReport> {
        let (node, place) = self.find(label).ok()?;
        Some(report(label.to_owned(), node, place))
    }

    /// The levels of what goes to the device. Their peaks begin anew.
    pub fn output_levels(&self) -> Vec<Levels> {
        let output = self.resolved.of_kind(OUTPUT_KIND).next();
        output
            .and_then(|node| self.stage.place(ROOT, &node.id))
            .map_or(Vec::new(), |p| levels(p.tap.as_ref()))
    }

    /// What a node shows, if it is a meter, a scope or a stream, or where it is written to, if it is a feed: by its label, or `INSTANCE/NODE`
    /// inside of an instance of a part. In an instrument it is that of the first voice.
    ///
    /// ```
    /// use sostenuto_engine::Conductor;
    /// use sostenuto_graph::Limits;
    /// use sostenuto_nodes::Tap;
    ///
    /// let (mut conductor, mut executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    /// conductor.play_toml(
    ///     r#"
    ///     nodes.mine = { kind = "feed", channels = 2 }
    ///     nodes.out = { kind = "audio_out", inputs = ["mine"] }
    ///     "#,
    /// )?;
    /// let Some(Tap::Feed(feed)) = conductor.tap("mine").cloned() else { panic!("it is there") };
    /// // Any thread may write from now on.
    /// assert_eq!(feed.write(&[0.25; 2 * 1000]), 1000);
    /// let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    /// executor.render(&mut [&mut left, &mut right]);
    /// assert_eq!((left, right), ([0.25; 64], [0.25; 64]));
    /// # Ok::<(), sostenuto_engine::EngineError>(())
    /// ```
    pub fn tap(&self, label: &str) -> Option<&Tap> {
        self.find(label).ok()?.1.tap.as_ref()
    }

    /// How the voices of an instrument fare; `None` if it is none.
    pub fn voices(&self, label: &str) -> Option<Arc<VoiceLoad>> {
        self.graph.voice_load(self.find(label).ok()?.1.node).cloned()
    }

    /// What a node of the graph is called: its label, or `INSTANCE/NODE`; nothing if it is none of the patch.
    pub fn label_of(&self, node: NodeId) -> Option<String> {
        self.stage.label(node)
    }

    /// The node of a label or of a way through instances, and where it stands.
    pub(super) fn find(&self, label: &str) -> Result<(&ResolvedNode, &Place), EngineError> {
        let mut names = label.split('/');
        let first = names.next().unwrap_or_default();
        let nodes = &self.resolved.nodes;
        let node = nodes.labelled(first);
        let node = node.ok_or_else(|| no_such_node(label, first, Some(nodes)))?;
        let place = self.stage.place(ROOT, &node.id);
        let mut found = (node, place.ok_or_else(|| no_such_node(label, first, Some(nodes)))?);
        for name in names {
            let (node, place) = found;
            let nodes = node.kind.part.as_ref().map(|part| &part.nodes);
            let inner = nodes.and_then(|nodes| nodes.labelled(name));
            let inside = |inner: &ResolvedNode| self.stage.place(*place.bodies.first()?, &inner.id);
            found = inner
                .and_then(|inner| Some((inner, inside(inner)?)))
                .ok_or_else(|| no_such_node(label, name, nodes))?;
        }
        Ok(found)
    }
}

fn report(label: String, node: &ResolvedNode, place: &Place) -> NodeReport {
    NodeReport {
        label,
        kind: node.kind.name.to_string(),
        average_ns: place.load.average_ns(),
        peak_ns: place.load.peak_ns(),
        levels: levels(place.tap.as_ref()),
        stream: match &place.tap {
            Some(Tap::Stream(tap)) => Some(tap.progress.fortunes()),
            _ => None,
        },
    }
}

/// The way to a node of which one name is not there.
fn no_such_node(way: &str, name: &str, known: Option<&ResolvedNodes>) -> EngineError {
    let known = known.into_iter().flatten();
    let suggestion = sostenuto_patch::nearest(name, known.map(|n| n.label.as_str()));
    let before = way.find(name).and_then(|start| way.get(..start)).unwrap_or_default();
    EngineError::NoSuchNode {
        name: way.into(),
        suggestion: suggestion.map(|label| format!("{before}{label}")),
    }
}
