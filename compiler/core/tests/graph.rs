//! Who triggers whom.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use trig_compiler::graph::{Relation, TriggerGraph};
use trig_compiler::{SourceSet, compile};

const PROJECT: &str = r#"
use kommo
event lead.rated for lead { severity: int }
pipeline Sales for lead { stage New initial  stage Won success  stage Lost failure }
trigger Rate "Rate \"it\"" for lead { on lead created  do { emit lead.rated(severity: 3)  set tags += "rated" } }
trigger Win for lead { on lead.rated(severity > 2)  do move to Won }
trigger Won for lead { on lead enters Sales.Won  do log(text: "won") }
trigger Lost for lead { on lead enters Sales.Lost  do log(text: "lost") }
trigger Tagged for lead { on lead.tags gains "rated"  do log(text: "tagged") }
trigger Wait for lead { on lead.owner changed  after 1h unless lead moved  do log(text: "late") }
trigger Rest for lead { on lead.owner changed  debounce 1h unless lead.tags gains "rated"  do log(text: "rest") }
trigger Each { on contact.tags gains "VIP"  for each lead of contact  do { set tags += "rated"  set contact.name = "x" } }
trigger Renamed for contact { on contact.name changed  do log(text: "x") }
trigger Sweep { on every day at 09:00  for each lead  do move to Lost }
trigger Asleep for lead { on lead created  disabled  do move to Won }
"#;

/// A project's graph.
fn graph(text: &str) -> TriggerGraph {
    let sources = SourceSet {
        manifest: Some(common::MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    let said = common::render(&sources, &compilation.diagnostics);
    assert!(compilation.ir.is_some(), "{said}");
    TriggerGraph::of(&compilation.ir.unwrap())
}

/// Each edge between two triggers, those that an event stands between included.
fn all(graph: &TriggerGraph) -> BTreeSet<(String, String, Relation, String)> {
    let own = |from: &str, to: &str, relation, event: &str| {
        (from.to_owned(), to.to_owned(), relation, event.to_owned())
    };
    let mut all: BTreeSet<_> = graph
        .edges()
        .map(|e| own(e.from, e.to, e.relation, e.event))
        .collect();
    for crowd in graph.crowds() {
        for from in &crowd.from {
            all.extend(
                crowd
                    .to
                    .iter()
                    .map(|met| own(from, met.trigger, met.relation, met.event)),
            );
        }
    }
    all
}

#[test]
fn many_that_lead_to_many_meet_at_the_event() {
    let many = |n: usize| {
        let mut text = "use kommo\nextend lead { n: int? }\n".to_owned();
        for i in 0..n {
            let _ = writeln!(
                text,
                "trigger T{i} for lead {{ on lead.n changed when n > {i} do set n = {i} }}"
            );
        }
        graph(&text)
    };
    // sixteen are drawn one by one
    let few = many(16);
    assert_eq!((few.edges().count(), few.crowds().count()), (256, 0));
    let large = many(300);
    assert_eq!(large.edges().count(), 0);
    let crowds: Vec<_> = large.crowds().collect();
    assert_eq!(crowds.len(), 1);
    assert_eq!(crowds[0].event, "lead.n changed");
    assert_eq!((crowds[0].from.len(), crowds[0].to.len()), (300, 300));
    let sizes = |graph: &TriggerGraph| {
        [
            graph.to_dot().lines().count(),
            graph.to_mermaid().lines().count(),
        ]
    };
    // a line for each trigger, one to the event and one from it, and a few around
    assert!(
        sizes(&large).iter().all(|lines| *lines < 910),
        "{:?}",
        sizes(&large)
    );
}

#[test]
fn the_stage_of_a_move_counts_among_many() {
    let project = |n: usize| {
        let mut text =
            "use kommo\npipeline Sales for lead { stage A initial stage B stage C }\n".to_owned();
        for i in 0..n {
            for stage in ["A", "B"] {
                let _ = writeln!(
                    text,
                    "trigger Move{stage}{i} for lead {{ on lead.owner changed do move to Sales.{stage} }}
trigger At{stage}{i} for lead {{ on lead enters Sales.{stage} do log(text: \"x\") }}
trigger Any{stage}{i} for lead {{ on lead.owner changed after 1h unless lead moved do log(text: \"x\") }}"
                );
            }
        }
        graph(&text)
    };
    let large = project(20);
    let mut crowds: Vec<_> = large
        .crowds()
        .map(|c| (c.event.to_owned(), c.from.len(), c.to.len()))
        .collect();
    crowds.sort();
    let expected = [
        ("lead enters Sales.A", 20, 20),
        ("lead enters Sales.B", 20, 20),
        ("lead moved", 40, 40),
    ];
    assert_eq!(
        crowds,
        expected.map(|(e, from, to)| (e.to_owned(), from, to))
    );
    // what the crowds mean is what a smaller project has as edges
    let small = project(2);
    assert_eq!(small.crowds().count(), 0);
    let known: BTreeSet<String> = all(&small).into_iter().flat_map(|e| [e.0, e.1]).collect();
    let mut same = all(&large);
    same.retain(|e| known.contains(&e.0) && known.contains(&e.1));
    assert_eq!(same, all(&small));
}

/// Many stages, each with what leads to it and what looks at it, are no crowd.
#[test]
fn many_stages_stay_apart() {
    let mut text = "use kommo\npipeline Sales for lead {\n".to_owned();
    for i in 0..100 {
        let _ = writeln!(text, "    stage S{i}");
    }
    text.push_str("}\n");
    for i in 0..100 {
        let _ = writeln!(
            text,
            "trigger Move{i} for lead {{ on lead.owner changed do move to Sales.S{i} }}
trigger At{i} for lead {{ on lead enters Sales.S{i} do log(text: \"x\") }}"
        );
    }
    let graph = graph(&text);
    assert_eq!(graph.crowds().count(), 0);
    assert_eq!(graph.edges().count(), 100);
    assert!(graph.edges().all(|e| e.to == e.from.replace("Move", "At")));
}

#[test]
fn a_crowd_in_three_formats() {
    let mut text = "use kommo\n".to_owned();
    for i in 0..17 {
        let _ = writeln!(
            text,
            "trigger T{i} for lead {{ on lead.tags gains \"a\" do set tags += \"a\" }}"
        );
    }
    let graph = graph(&text);
    let some = |text: &str| -> String {
        let lines = text
            .lines()
            .filter(|l| !l.contains('1') || l.contains("n16"));
        lines.map(|l| format!("{l}\n")).collect()
    };
    insta::assert_snapshot!(format!(
        "===== dot\n{}===== mermaid\n{}===== json\n{}",
        some(&graph.to_dot()),
        some(&graph.to_mermaid()),
        graph.to_json()["crowds"][0]["to"][0]
    ));
}

#[test]
fn graphs_in_three_formats() {
    let sources = SourceSet {
        manifest: Some(common::MANIFEST.into()),
        files: vec![("main.trig".into(), PROJECT.into())],
    };
    let compilation = compile(&sources);
    assert_eq!(
        common::render(&sources, &compilation.diagnostics),
        "(clean)\n"
    );
    let graph = TriggerGraph::of(&compilation.ir.unwrap());
    let json = serde_json::to_string_pretty(&graph.to_json()).unwrap();
    insta::assert_snapshot!(format!(
        "{PROJECT}\n===== dot\n{}\n===== mermaid\n{}\n===== json\n{json}",
        graph.to_dot(),
        graph.to_mermaid()
    ));
}
