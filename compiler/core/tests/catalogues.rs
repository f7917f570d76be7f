//! The catalogues are projects like any other: they must be clean, alone and together, and say what everything is.

mod common;

use trig_compiler::{SourceSet, catalogue_text, compile};
use trig_grammar::ast::{self, ItemKind};

use common::{MANIFEST, render};

const NAMES: [&str; 5] = ["trig", "crm", "bitrix24", "kommo", "activecampaign"];

fn project(manifest: &str, text: &str) -> SourceSet {
    SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), text.into())],
    }
}

/// What the checker says of a project.
fn check(text: &str) -> String {
    let sources = project(MANIFEST, text);
    render(&sources, &compile(&sources).diagnostics)
}

#[test]
fn every_catalogue_is_clean_alone() {
    for name in NAMES {
        assert_eq!(check(&format!("use {name}\n")), "(clean)\n", "{name}");
    }
}

#[test]
fn all_catalogues_are_clean_together() {
    let text: String = NAMES.iter().map(|name| format!("use {name}\n")).collect();
    let sources = project(MANIFEST, &text);
    let compilation = compile(&sources);
    assert_eq!(render(&sources, &compilation.diagnostics), "(clean)\n");
    let ir = compilation.ir.unwrap();
    for name in [
        "kommo.lead",
        "bitrix24.lead",
        "activecampaign.deal",
        "bitrix24.deal",
    ] {
        assert!(ir.entities.iter().any(|e| e.name == name), "{name}");
    }
}

/// The fields that an item declares, parameters and variants included.
fn members(item: &ast::Item) -> (Option<String>, &[ast::Field]) {
    match &item.kind {
        ItemKind::Entity(e) => (Some(e.name.text.to_string()), &e.fields),
        ItemKind::Event(e) => (Some(e.name.text()), &e.fields),
        ItemKind::Action(a) => (Some(a.name.text()), &a.params),
        ItemKind::Enum(e) => (Some(e.name.text.to_string()), &[]),
        ItemKind::Group(g) => (Some(g.name.text.to_string()), &[]),
        ItemKind::Extend(e) => (None, &e.fields),
        _ => (None, &[]),
    }
}

/// Everything that a catalogue declares says what it is, with more than its own name.
#[test]
fn every_declaration_and_field_has_a_doc_comment() {
    let mut seen = 0;
    for catalogue in NAMES {
        let file = trig_grammar::parse(catalogue_text(&format!("catalogue:{catalogue}")).unwrap());
        for item in &file.items {
            let (name, fields) = members(item);
            let said = |doc: &Option<ast::Doc>| doc.as_ref().is_some_and(|d| d.text.len() > 3);
            if let Some(name) = &name {
                seen += 1;
                assert!(said(&item.doc), "{catalogue}: `{name}` has no doc comment");
            }
            for field in fields {
                seen += 1;
                let of = name.as_deref().unwrap_or("extend");
                assert!(
                    said(&field.doc),
                    "{catalogue}: `{}` of `{of}` has no doc comment",
                    field.name.text
                );
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

/// What a catalogue adds to shared declarations bears its name, and is called without it where no other one has it.
#[test]
fn fields_of_a_catalogue_are_bare_where_only_one_has_them() {
    let trigger = "trigger T for deal {\n    on call.missed(deal is not empty, line: \"1\")\n    \
        when event.deal.title == \"x\"\n    do log(text: \"{event.deal.title}\")\n}\n\
        trigger U for deal via conversation.deal {\n    on message.incoming(line: \"1\")\n    do log(text: \"x\")\n}\n";
    assert_eq!(check(&format!("use bitrix24\n{trigger}")), "(clean)\n");
    // Kommo calls its own `lead`: the other one bears its catalogue's name
    let both = "use bitrix24\nuse kommo\n\
        trigger T for bitrix24.lead { on call.missed  do log(text: \"x\") }\n\
        trigger U for kommo.lead { on call.missed  do log(text: \"x\") }\n\
        trigger V for contact { on message.incoming  when event.lead.price > 5 USD and event.bitrix24.lead.title == \"x\"  do log(text: \"x\") }\n";
    assert_eq!(check(both), "(clean)\n");
}

#[test]
fn a_smart_process_is_an_entity_with_a_native_id() {
    let manifest = format!("{MANIFEST}\n[ids]\ncontract = 1220\n");
    let text = "use bitrix24\n\
        entity contract \"Contract\" { title: text?  stage: stage  contact: contact? }\n\
        extend call.missed { contract: contract? }\n\
        extend document { contract: contract? }\n\
        pipeline Contracts for contract {\n    stage Draft id \"DT1220_7:NEW\" initial\n    \
        stage Called { trigger Missed { on call.missed } }\n    \
        stage Signed { trigger Made for contract via document.contract { on document created } }\n}\n";
    let sources = project(&manifest, text);
    let compilation = compile(&sources);
    assert_eq!(render(&sources, &compilation.diagnostics), "(clean)\n");
    let ir = compilation.ir.unwrap();
    let contract = ir.entities.iter().find(|e| e.name == "contract").unwrap();
    assert_eq!(contract.native_id.as_deref(), Some("1220"));
}

/// Patterns and actions that no example uses, as the systems offer them.
#[test]
fn what_no_example_uses() {
    let bitrix24 = "use bitrix24\n\
        trigger Paid for deal via payment.deal { on payment.paid changed to true  do log(text: \"x\") }\n\
        trigger Mail for deal via activity.deal {\n    on activity created\n    \
        when activity.kind == email and activity.direction == inbound\n    do log(text: \"x\")\n}\n\
        trigger ReadBack for deal { on item.touched  do webhook.post(to: \"ops\", deal: subject) }\n";
    let kommo = "use kommo\n\
        trigger Position for contact { on contact.position changed to empty  do log(text: \"x\") }\n";
    let activecampaign = "use activecampaign\n\
        trigger Renamed { on account.name changed  for each contact of account  do log(text: \"x\") }\n\
        trigger Phone for contact { on contact.phone changed from any to \"1\"  do log(text: \"x\") }\n\
        trigger Score for contact { on contact.score changed to > 50  do log(text: \"x\") }\n\
        trigger DealScore for deal { on deal.score changed to < 20  do log(text: \"x\") }\n\
        trigger Closes for deal { on deal.close_date changed  do log(text: \"x\") }\n\
        trigger Acts for contact { on contact created  do list.unsubscribe(list: \"6\") }\n\
        trigger Untagged for contact { on tag.removed(tag: \"VIP\")  do log(text: \"x\") }\n\
        trigger Cart for contact {\n    \
        on cart.abandoned(store: \"Shop\", products has \"Cup\", categories has \"Tea\", value > 50 USD)\n    \
        do log(text: \"x\")\n}\n";
    for text in [bitrix24, kommo, activecampaign] {
        assert_eq!(check(text), "(clean)\n", "{text}");
    }
}
