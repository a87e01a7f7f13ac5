//! The catalogue that ships: each of its kinds can be written, printed and read.

use sostenuto_patch::{
    Catalogue, Fault, Node, Notation, Part, Patch, Voicing, check, read, resolve, to_json, to_toml,
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
        let it = if inside { &resolved.parts["whole"].nodes[0] } else { &resolved.nodes[0] };
        assert_eq!(it.shape, kind.shape(&it.layout));
    }
}
