//! Every place of a compiled project is where it says it is.

mod common;

use serde_json::Value;
use trig_compiler::{SourceSet, compile};

/// A project that uses every part that has a place.
const FILES: [(&str, &str); 2] = [
    (
        "a.trig",
        r#"
use kommo
schedule Office { mon..fri 09:00..17:00 }
condition Rich for lead = price > 5 USD
cooldown Marketing 3d per lead
"#,
    ),
    (
        "b.trig",
        r#"
extend lead { meeting: datetime? }
pipeline Sales for lead {
    stage New initial
    stage Met { trigger InStage { on 30m after lead.meeting } }
}
trigger A for lead {
    on       message.incoming { by customer  when event.text is not empty  after 5m while Rich unless lead deleted }
    on       lead created
    by       customer, api
    when     Rich
    debounce 5m while owner is not empty unless lead deleted
    until    Office within 2d else continue
    after    10m while Rich unless message.outgoing
    during   Office
    once     each year
    cooldown Marketing
    limit    3 in 1d
    do       { move to Met  log(text: "x") }
}
trigger B { on contact.tags gains "VIP"  for each lead of contact where Rich  do set tags += "VIP" }
trigger C { on every day at 09:00  for each contact where name is not empty  do log(text: "x") }
"#,
    ),
];

/// Calls `f` with each place, and the object in which it stands.
fn places<'v>(value: &'v Value, f: &mut impl FnMut(&'v Value, &'v Value)) {
    match value {
        Value::Object(members) => {
            if let Some(loc) = members.get("loc") {
                f(loc, value);
            }
            members.values().for_each(|v| places(v, f));
        }
        Value::Array(items) => items.iter().for_each(|v| places(v, f)),
        _ => {}
    }
}

#[test]
fn every_place_is_in_its_file() {
    let sources = SourceSet {
        manifest: Some(common::MANIFEST.into()),
        files: FILES
            .iter()
            .map(|(name, text)| ((*name).into(), (*text).into()))
            .collect(),
    };
    let compilation = compile(&sources);
    assert_eq!(
        common::render(&sources, &compilation.diagnostics),
        "(clean)\n"
    );
    let ir = compilation.ir.unwrap();
    let file = |name: &str| ir.files.iter().position(|f| f.path == name).unwrap();
    let json = serde_json::to_value(&ir).unwrap();
    let mut seen = 0;
    for (part, name) in [("conditions", "a.trig"), ("triggers", "b.trig")] {
        let (_, text) = FILES.iter().find(|(n, _)| *n == name).unwrap();
        places(&json[part], &mut |loc, owner| {
            let number = |key: &str| usize::try_from(loc[key].as_u64().unwrap()).unwrap();
            assert_eq!(number("file"), file(name), "{owner:#}");
            let written = &text[number("start")..number("end")];
            assert_eq!(
                number("line"),
                text[..number("start")].matches('\n').count() + 1
            );
            // a guard says its source, where it is not implied
            if let (Some(said), true) = (owner.get("text"), owner["kind"] != "stage") {
                let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(said, &Value::from(written));
            }
            seen += 1;
        });
    }
    // that the walk finds them: 1 of the condition, 4 of `InStage`, 21 of `A`, 5 each of `B` and `C`
    assert_eq!(seen, 36);
}
