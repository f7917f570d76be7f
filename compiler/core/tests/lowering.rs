//! What triggers are lowered to: source and IR in one snapshot.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::MANIFEST;
use trig_compiler::{SourceSet, compile};
use trig_ir::Ir;

fn ir(text: &str) -> Ir {
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    let rendered = common::render(&sources, &compilation.diagnostics);
    compilation.ir.unwrap_or_else(|| panic!("{rendered}"))
}

#[track_caller]
fn lowered(name: &str, text: &str) {
    let ir = ir(text);
    let triggers = serde_json::to_string_pretty(&ir.triggers).unwrap();
    insta::assert_snapshot!(name, format!("{text}\n=====\n{triggers}"));
}

#[test]
fn an_event_with_filter_guard_and_cooldown() {
    lowered(
        "event",
        r#"
use kommo
trigger A for lead {
    on       message.incoming(channel: "telegram", text contains any ["price"], by: customer)
    when     price in 10_000..100_000 USD and tags has any ["VIP"]
    cooldown 1d per contact
    do       webhook.post(to: "ops", text: "from {event.channel}", lead: subject)
}
"#,
    );
}

#[test]
fn a_delay_with_while_and_unless() {
    lowered(
        "delay",
        r#"
use kommo
pipeline Sales for lead { stage New initial  stage Won success }
trigger A for lead {
    on    lead enters Sales
    after 2d while stage == New unless message.incoming(by: customer)
    do    move to Won
}
"#,
    );
}

#[test]
fn a_trigger_in_a_stage_moves_there() {
    lowered(
        "stage",
        r#"
use kommo
pipeline Sales for lead {
    stage New  initial
    stage Open { trigger Reached { on message.incoming  as user "anna@acme.com" } }
    stage Won  success
}
"#,
    );
}

#[test]
fn a_fan_out_has_an_outer_record() {
    lowered(
        "each",
        r#"
use kommo
trigger A for contact {
    on contact.tags gains "VIP"
    for each lead of contact where owner is not empty
    when name is not empty
    do { set tags += "VIP"  log(text: "a VIP", mail: contact.email) }
}
"#,
    );
}

#[test]
fn triggers_run_by_priority_then_name() {
    let ir = ir("use kommo\n\
        trigger B for lead { on lead created  do log(text: \"x\") }\n\
        trigger A for lead { on lead created  do log(text: \"x\") }\n\
        trigger Z for lead { on lead created  priority 5  do log(text: \"x\") }\n\
        trigger Y for lead { on lead created  priority -1  do log(text: \"x\") }\n");
    let names: Vec<&str> = ir.triggers.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["Z", "A", "B", "Y"]);
}

#[test]
fn native_ids_of_the_manifest_win() {
    let manifest =
        format!("{MANIFEST}\n[ids]\nSales = \"9\"\n\"Sales.New\" = \"7\"\n\"lead.budget\" = 5\n");
    let text = "use kommo\nextend lead { budget: money? }\npipeline Sales for lead { stage New id \"1\" initial }\n";
    let sources = SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let ir = compile(&sources).ir.unwrap();
    assert_eq!(ir.pipelines[0].native_id.as_deref(), Some("9"));
    assert_eq!(ir.pipelines[0].stages[0].native_id.as_deref(), Some("7"));
    let lead = ir.entities.iter().find(|e| e.name == "kommo.lead").unwrap();
    assert_eq!(
        lead.field("budget").unwrap().native_id.as_deref(),
        Some("5")
    );
}

#[test]
fn an_ir_survives_its_json() {
    let ir = ir(
        "use kommo\nuse activecampaign\ntrigger A for lead { on lead created  do log(text: \"x\") }\n",
    );
    let json = ir.to_json().unwrap();
    assert_eq!(Ir::from_json(&json).unwrap(), ir);
    assert_eq!(
        ir.hash().unwrap(),
        Ir::from_json(&json).unwrap().hash().unwrap()
    );
    let other = String::from_utf8(json)
        .unwrap()
        .replacen("\"version\":2", "\"version\":9", 1);
    let error = Ir::from_json(other.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the project was compiled to format 9, this program reads format 2"
    );
}

#[test]
fn the_deepest_expression_survives_its_json() {
    // as deep as the grammar lets it be: one level more is a syntax error
    let deepest = (1..400)
        .rev()
        .map(|n| {
            let sum = vec!["1"; n].join(" + ");
            format!("use kommo\ncondition D for lead = (score or else 0) > {sum}\n")
        })
        .find(|text| {
            let file = trig_grammar::parse(text);
            file.errors.is_empty()
        })
        .unwrap();
    let ir = ir(&deepest);
    assert_eq!(Ir::from_json(&ir.to_json().unwrap()).unwrap(), ir);
}
