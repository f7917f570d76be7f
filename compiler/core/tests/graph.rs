//! Who triggers whom.

mod common;

use trig_compiler::graph::TriggerGraph;
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
