//! What the samples lead to has to be declared in the catalogues.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use trig_engine::Happening;
use trig_wire::{Kind, webhook};

use crate::webhooks::{FORM, samples};

/// Fields by the full name of what has them.
type Declared = BTreeMap<String, BTreeSet<String>>;

/// What a catalogue declares, read line by line: it is written with one declaration or field on a line.
fn read(catalogue: &str, declared: &mut Declared) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../compiler/core/catalogues"]
        .iter()
        .collect();
    let text = fs::read_to_string(path.join(format!("{catalogue}.trig"))).expect("it is there");
    let mut open: Option<String> = None;
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [what @ ("entity" | "event" | "extend"), name, rest @ ..] => {
                let shared = format!("crm.{name}");
                let full = if *what == "extend" && declared.contains_key(&shared) {
                    shared
                } else {
                    format!("{catalogue}.{name}")
                };
                let fields = declared.entry(full.clone()).or_default();
                // `for contact` declares a reference called so
                if let ["for", subject, ..] = rest {
                    fields.insert((*subject).to_owned());
                }
                open = Some(full);
            }
            ["action", ..] => open = None,
            [field, ..] if field.ends_with(':') => {
                if let Some(fields) = open.as_ref().and_then(|name| declared.get_mut(name)) {
                    fields.insert(field.trim_end_matches(':').trim_matches('`').to_owned());
                }
            }
            _ => {}
        }
    }
}

fn declared() -> Declared {
    let mut declared = Declared::new();
    for catalogue in ["crm", "bitrix24", "kommo", "activecampaign"] {
        read(catalogue, &mut declared);
    }
    declared
}

/// The names that the samples lead to and no catalogue declares.
fn undeclared(kind: Kind, system: &str) -> BTreeSet<String> {
    let declared = declared();
    let mut missing = BTreeSet::new();
    for (sample, body) in samples(system) {
        for arrival in webhook(kind, system, &FORM, &body).expect("samples are good") {
            let (name, fields): (_, Vec<String>) = match arrival.what {
                Happening::Event { ty, data, subject } => {
                    if let Some((entity, _)) = subject {
                        // a smart process has a number; what it is called, the project says
                        let known = declared.contains_key(entity.as_str()) || entity.contains('#');
                        assert!(known, "{sample}: {entity}");
                    }
                    (ty, data.keys().cloned().collect())
                }
                // a body that the project types itself, or a start by hand: names nothing of a catalogue
                Happening::Webhook { .. } | Happening::Start { .. } => continue,
                Happening::Record {
                    entity,
                    fields,
                    old,
                    changed,
                    ..
                } => {
                    let changed = changed.iter().map(ToString::to_string);
                    (
                        entity,
                        fields
                            .keys()
                            .chain(old.keys())
                            .cloned()
                            .chain(changed)
                            .collect(),
                    )
                }
            };
            match declared.get(name.as_str()) {
                None => {
                    missing.insert(name.to_string());
                }
                Some(known) => {
                    for field in fields
                        .iter()
                        .filter(|f| !f.starts_with('#') && !known.contains(*f))
                    {
                        missing.insert(format!("{name} {field}"));
                    }
                }
            }
        }
    }
    missing
}

#[test]
fn kommo_declares_what_its_webhooks_lead_to() {
    // all of these come from samples made to hold something unknown
    let missing = undeclared(Kind::Kommo, "kommo");
    let expected = [
        "kommo.customers.add",
        "kommo.lead loss_reason_id",
        "kommo.leads.add",
        "kommo.leads.merge",
        "kommo.pipelines",
        "kommo.widgets.install",
    ];
    assert_eq!(missing.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn activecampaign_declares_what_its_webhooks_lead_to() {
    // all of these come from samples made to hold something unknown
    let missing = undeclared(Kind::ActiveCampaign, "activecampaign");
    let expected = [
        "activecampaign.deal forecast",
        "activecampaign.deal_tasktype_add",
        "activecampaign.something_new",
    ];
    assert_eq!(missing.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn bitrix24_declares_what_its_webhooks_lead_to() {
    // smart processes are entities of the project; the others are nothing that a trigger needs
    let missing = undeclared(Kind::Bitrix24, "bitrix24");
    let expected = [
        "bitrix24.#1220",
        "bitrix24.onappinstall",
        "bitrix24.onapppayment",
        "bitrix24.onappuninstall",
        "bitrix24.onappupdate",
        "bitrix24.oncrmdealrecurringadd",
        "bitrix24.oncrmdealrecurringupdate",
        "bitrix24.oncrmtypeadd",
        "bitrix24.oncrmtypedelete",
        "bitrix24.oncrmtypeupdate",
        "bitrix24.onimbotmessageadd",
        "bitrix24.onimconnectormessagedelete",
        "bitrix24.onimconnectormessageupdate",
        "bitrix24.onimconnectorstatusdelete",
        "bitrix24.onofflineevent",
        "bitrix24.onopenlinemessageupdate",
        "bitrix24.ontaskcommentdelete",
        "bitrix24.ontaskcommentupdate",
        // of a call that goes out
        "bitrix24.onvoximplantcallinit",
    ];
    assert_eq!(missing.iter().collect::<Vec<_>>(), expected);
}
