//! The catalogue that ships: each of its kinds can be written, printed and read.

use sostenuto_patch::{
    Catalogue, Fault, Node, Notation, Part, Patch, Transport, Voicing, check, read, resolve, to_json, to_toml,
};

#[test]
fn no_name_of_a_kind_is_one_that_every_node_has() {
    for kind in sostenuto_nodes::catalogue() {
        let params = kind.params.iter().map(|p| p.name);
        let names: Vec<&str> = params.chain(kind.settings.iter().map(|s| s.name)).collect();
        for name in &names {
            assert!(
                !["kind", "id", "inputs", "channels", "bypass", "name"].contains(name),
                "{}.{name}",
                kind.name
            );
            assert_eq!(names.iter().filter(|n| *n == name).count(), 1, "{}.{name}", kind.name);
        }
        if let Some(bank) = &kind.bank {
            assert!(kind.settings.iter().any(|s| s.name == bank.setting), "{}", kind.name);
        }
    }
}

#[test]
fn every_kind_can_be_written_with_all_its_values() {
    let catalogue = Catalogue::new(sostenuto_nodes::catalogue());
    for kind in sostenuto_nodes::catalogue() {
        let mut patch = Patch::new();
        let mut node = Node::new("it", kind.name);
        for p in kind.params {
            node.params.insert(p.name.to_owned(), p.max.into());
        }
        for s in kind.settings.iter().filter(|s| kind.bank.is_none_or(|b| b.setting != s.name)) {
            node.settings.insert(s.name.to_owned(), s.default());
        }
        // Some kinds belong into an instrument.
        let inside = ["inlet", "outlet", "note"].contains(&kind.name);
        if inside {
            let part = Part { voices: Some(Voicing::of(2)), ..Part::of([("it".to_owned(), node)].into()) };
            patch.parts.insert("whole".to_owned(), part);
            patch.nodes.insert("whole".to_owned(), Node::new("whole", "whole"));
        } else {
            patch.nodes.insert("it".to_owned(), node);
        }
        let faults: Vec<_> =
            check(&patch, &catalogue).into_iter().map(|p| p.fault).filter(|f| !f.is_warning()).collect();
        assert_eq!(faults, Vec::<Fault>::new(), "{}", kind.name);
        for (text, notation) in
            [(to_toml(&patch, &catalogue), Notation::Toml), (to_json(&patch, &catalogue), Notation::Json)]
        {
            assert_eq!(read(&text, notation, &catalogue).unwrap().patch, patch, "{text}");
        }
        let resolved = resolve(&patch, &catalogue).unwrap();
        let it = if inside { &resolved.part("whole").expect("a part").nodes } else { &resolved.nodes };
        let it = it.iter().next().expect("a node");
        let mut shape = kind.shape(&it.layout);
        if kind.port == Some(sostenuto_nodes::Way::In) {
            // What the device hears comes in by no cable.
            shape.inputs.clear();
        }
        assert_eq!(*it.shape, shape);
    }
}

/// What `docs/PATCHES.md` shows from its section on parts to its end is one document.
#[test]
fn what_the_page_on_patches_shows_can_sound() {
    let page = include_str!("../../../../docs/PATCHES.md");
    let shown = &page[page.find("\n## Parts\n").expect("the section is there")..];
    let blocks: Vec<&str> =
        shown.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let text = blocks.concat() + "[nodes.out]\nkind = \"audio_out\"\ninputs = [\"drums\", \"lead\"]\n";
    let catalogue = Catalogue::new(sostenuto_nodes::catalogue());
    let checked = read(&text, Notation::Toml, &catalogue).unwrap_or_else(|p| panic!("{p:#?}\n{text}"));
    assert_eq!(checked.warnings, []);
    let patch = &checked.patch;
    assert_eq!((patch.parts.len(), patch.nodes.len(), patch.sequences["bass"].steps.len()), (2, 6, 4));
    // What is shown as the default is the default.
    let settled = resolve(patch, &catalogue).expect("it can be built");
    let mut plain = patch.clone();
    plain.parts["lead"].voices = Some(Voicing::of(8));
    plain.transport = Transport::default();
    let other = resolve(&plain, &catalogue).expect("it can be built");
    assert_eq!(settled.part("lead").map(|p| p.voices), other.part("lead").map(|p| p.voices));
    assert_eq!((settled.tempo, settled.meter), (other.tempo, other.meter));
}
