//! `[project]`.

use smol_str::SmolStr;
use toml::de::DeValue;

use super::rules::value;
use super::section::Section;
use super::{Project, Spanned};
use crate::Diagnostic;

pub(super) const KEYS: [&str; 6] = ["currency", "id", "language", "locale", "name", "zone"];
const MAX_ID: usize = 63;

pub(super) fn read(root: &Section<'_>, out: &mut Vec<Diagnostic>) -> Project {
    let mut project = Project::default();
    if root.get("project").is_none() {
        // a misspelt header has been reported as such
        if !root
            .entries()
            .any(|e| crate::nearest(e.name, ["project"]).is_some())
        {
            root.missing("project", "[project]\nid = \"acme\"", out);
        }
        return project;
    }
    let Some(section) = root.section("project", out) else {
        return project;
    };
    section.only(&KEYS, out);
    if section.get("id").is_none() {
        section.missing("id", "id = \"acme\"", out);
    }
    project.id.span = section.span;
    if let Some(id) = section.text("id", out)
        && checked_id(id, out)
    {
        project.id = id.keep();
    }
    project.name = section
        .text("name", out)
        .map_or_else(|| project.id.value.clone(), |n| SmolStr::new(n.value));
    language(&section, out);
    if let Some(zone) = section.text("zone", out)
        && checked_zone(zone, out)
    {
        project.zone = zone.keep();
    }
    project.locale = section
        .text("locale", out)
        .filter(|l| checked_locale(*l, out))
        .map(|l| l.keep());
    project.currency = section
        .text("currency", out)
        .filter(|c| checked_currency(*c, out))
        .map(|c| c.keep());
    project
}

fn checked_id(id: Spanned<&str>, out: &mut Vec<Diagnostic>) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.value.len() > MAX_ID {
        out.push(value::wrong(
            format!("the id is longer than {MAX_ID} characters"),
            id.span,
        ));
        return false;
    }
    if id.value.chars().all(allowed) && !id.value.starts_with('-') {
        return true;
    }
    let wrong = value::wrong(format!("`{}` is no project id", id.value), id.span);
    let proposal: String = id
        .value
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    out.push(
        wrong
            .note("an id is made of `a` to `z`, `0` to `9` and `-`, and does not begin with `-`")
            .propose_text(&proposal),
    );
    false
}

fn language(section: &Section<'_>, out: &mut Vec<Diagnostic>) {
    let Some(entry) = section.get("language") else {
        return;
    };
    let wrong = match entry.value {
        DeValue::String(text) if text == "1" => return,
        DeValue::String(_) => value::wrong(
            "this compiler knows version `1` of the language only",
            entry.span,
        ),
        _ => value::wrong("`project.language` must be text", entry.span),
    };
    out.push(wrong.propose_text("1"));
}

fn checked_zone(zone: Spanned<&str>, out: &mut Vec<Diagnostic>) -> bool {
    // the database ignores case, names in a manifest do not
    if let Some(found) = trig_ir::zone(zone.value)
        && found.iana_name() == Some(zone.value)
    {
        return true;
    }
    let names = trig_ir::zone_names();
    let city = format!("/{}", zone.value.replace(' ', "_").to_lowercase());
    let wrong = value::wrong(
        format!("`{}` is no time zone of the IANA database", zone.value),
        zone.span,
    );
    let by_city = names.iter().find(|n| n.to_lowercase().ends_with(&city));
    let nearest = by_city
        .map(String::as_str)
        .or_else(|| crate::nearest(zone.value, names.iter().map(String::as_str)));
    out.push(match nearest {
        Some(name) => wrong.propose_text(name),
        None => wrong.help("write a region and a city, as in `Europe/Berlin`, or `UTC`"),
    });
    false
}

fn checked_locale(locale: Spanned<&str>, out: &mut Vec<Diagnostic>) -> bool {
    if is_language_tag(locale.value) {
        return true;
    }
    let wrong = value::wrong(
        format!("`{}` is no language tag", locale.value),
        locale.span,
    );
    let base = locale.value.split('.').next().unwrap_or_default();
    let proposal = base.replace('_', "-");
    out.push(if is_language_tag(&proposal) {
        wrong.propose_text(&proposal)
    } else {
        wrong.help("write a language, and a country where it matters, as in `de` or `pt-BR`")
    });
    false
}

/// Whether `text` has the form of a BCP 47 tag; whether it is registered is not looked up.
fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|p| (2..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn checked_currency(currency: Spanned<&str>, out: &mut Vec<Diagnostic>) -> bool {
    if iso_currency::Currency::from_code(currency.value).is_some() {
        return true;
    }
    let wrong = value::wrong(
        format!("`{}` is no currency of ISO 4217", currency.value),
        currency.span,
    );
    let upper = currency.value.to_uppercase();
    out.push(if iso_currency::Currency::from_code(&upper).is_some() {
        wrong.propose_text(&upper)
    } else {
        wrong.help("write the code of three capitals, as in `EUR` or `USD`")
    });
    false
}
