//! `[connectors.NAME]`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::rules::value;
use super::section::Section;
use super::{Connector, ConnectorKind, Keyed, Limits, secret, url};
use crate::Diagnostic;

pub(super) const KEYS: [&str; 5] = ["deliver", "kind", "limits", "secret", "url"];
pub(super) const KINDS: [ConnectorKind; 4] = [
    ConnectorKind::Kommo,
    ConnectorKind::ActiveCampaign,
    ConnectorKind::Bitrix24,
    ConnectorKind::Http,
];
pub(super) const LIMITS: [&str; 5] = ["attempts", "parallel", "per", "requests", "timeout"];

pub(super) fn read(
    root: &Section<'_>,
    out: &mut Vec<Diagnostic>,
) -> BTreeMap<SmolStr, Keyed<Connector>> {
    let mut connectors = BTreeMap::new();
    let Some(section) = root.section("connectors", out) else {
        return connectors;
    };
    for entry in section.entries() {
        check_name(entry.name, entry.key, out);
        if let Some(section) = entry.section(out) {
            let keyed = Keyed {
                value: connector(&section, out),
                key: entry.key,
                span: entry.span,
            };
            connectors.insert(SmolStr::new(entry.name), keyed);
        }
    }
    connectors
}

/// A connector's name stands in the path of its webhooks.
fn check_name(name: &str, place: trig_grammar::Span, out: &mut Vec<Diagnostic>) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(allowed) {
        out.push(
            value::wrong(format!("`{name}` is no name of a connector"), place)
                .help("use letters, digits, `-` and `_`: the name is part of a web address"),
        );
    }
}

fn connector(section: &Section<'_>, out: &mut Vec<Diagnostic>) -> Connector {
    section.only(&KEYS, out);
    Connector {
        kind: kind(section, out),
        url: url::read(section, "url", out),
        secret: secret::read(section, "secret", out),
        deliver: url::read(section, "deliver", out),
        limits: limits(section, out),
    }
}

fn kind(section: &Section<'_>, out: &mut Vec<Diagnostic>) -> Option<ConnectorKind> {
    if section.get("kind").is_none() {
        section.missing("kind", "kind = \"kommo\"", out);
        return None;
    }
    let text = section.text("kind", out)?;
    let kind = KINDS.into_iter().find(|k| k.name() == text.value);
    if kind.is_none() {
        let names = KINDS.map(ConnectorKind::name);
        out.push(value::not_one_of(
            text.value,
            "kind of connector",
            &names,
            text.span,
        ));
    }
    kind
}

fn limits(section: &Section<'_>, out: &mut Vec<Diagnostic>) -> Limits {
    let Some(section) = section.section("limits", out) else {
        return Limits::default();
    };
    section.only(&LIMITS, out);
    Limits {
        requests: section.count("requests", 1_000_000, out),
        per: section.duration("per", out).map(|d| d.value),
        parallel: section.count("parallel", 1_000, out),
        timeout: section.duration("timeout", out).map(|d| d.value),
        attempts: section.count("attempts", 1_000, out),
    }
}
