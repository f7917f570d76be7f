//! Triggers and flows: what is written, what starts them, what they cause.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trig_ir::{Ir, Trigger};

use crate::causes::{Causes, active, passive};
use crate::escape::{anchor, escape};
use crate::markdown;
use crate::outline::{Outline, TriggerText};

pub(crate) fn section(outline: &Outline, causes: &Causes, ir: &Ir) -> String {
    let mut out = String::new();
    let by_name: BTreeMap<&str, &Trigger> =
        ir.triggers.iter().map(|t| (t.name.as_str(), t)).collect();
    for (name, trigger) in &outline.triggers {
        let compiled = by_name.get(name.as_str()).copied();
        card(&mut out, outline, causes, ir, (name, trigger, compiled));
    }
    out.push_str(&causes.crowds(outline));
    out
}

/// A link to a trigger; of one that a template makes (`RemindNew.Late`), to what makes it.
pub(crate) fn link(outline: &Outline, name: &str) -> String {
    let made = name.split_once('.').map_or(name, |(apply, _)| apply);
    let target = if outline.triggers.contains_key(name) {
        name
    } else {
        made
    };
    if outline.triggers.contains_key(target) {
        let target = anchor("trigger", target);
        format!("<a href=\"#{target}\">{}</a>", escape(name))
    } else {
        escape(name)
    }
}

fn card(
    out: &mut String,
    outline: &Outline,
    causes: &Causes,
    ir: &Ir,
    (name, trigger, compiled): (&str, &TriggerText, Option<&Trigger>),
) {
    let written = &trigger.written;
    let _ = writeln!(out, "<article id=\"{}\">", anchor("trigger", name));
    let _ = writeln!(
        out,
        "<h3><span class=\"kind\">{}</span> {}{}</h3>",
        trigger.kind,
        escape(name),
        written
            .label
            .as_deref()
            .filter(|label| *label != name)
            .map(|label| format!(" <span class=\"label\">{}</span>", escape(label)))
            .unwrap_or_default()
    );
    let mut facts = vec![format!("<code>{}</code>", escape(&written.place))];
    if let Some(home) = &trigger.home {
        let pipeline = home.split('.').next().unwrap_or_default();
        let target = anchor("pipeline", pipeline);
        facts.push(format!("in <a href=\"#{target}\">{}</a>", escape(home)));
    }
    if let Some(compiled) = compiled {
        let subject = compiled.subject.and_then(|id| ir.entities.get(id.index()));
        if let Some(subject) = subject {
            let target = anchor("entity", &subject.name);
            facts.push(format!(
                "for <a href=\"#{target}\">{}</a>",
                escape(&subject.name)
            ));
        }
        if compiled.disabled {
            facts.push("<strong>disabled</strong>".to_owned());
        }
    }
    let _ = writeln!(out, "<p class=\"facts\">{}</p>", facts.join(" · "));
    if let Some(doc) = &written.doc {
        out.push_str(&markdown::render(doc));
    }
    if trigger.clauses.is_empty() {
        let _ = writeln!(out, "<pre>{}</pre>", escape(&written.text));
    } else {
        out.push_str("<table class=\"clauses\">\n");
        for (keyword, rest) in &trigger.clauses {
            let _ = writeln!(
                out,
                "<tr><th>{}</th><td><pre>{}</pre></td></tr>",
                escape(keyword),
                escape(rest)
            );
        }
        out.push_str("</table>\n");
    }
    if let Some(cause) = causes.of_trigger(name) {
        out.push_str("<ul class=\"causes\">\n");
        let by = cause
            .by
            .iter()
            .map(|(relation, list)| (passive(*relation), list));
        let to = cause
            .to
            .iter()
            .map(|(relation, list)| (active(*relation), list));
        for (what, list) in by.chain(to) {
            for (other, event) in list {
                let other = link(outline, other);
                let event = escape(event);
                let _ = writeln!(out, "<li>{what} {other}: <code>{event}</code></li>");
            }
        }
        for (relation, n, event) in &cause.by_many {
            let (from, _) = causes.sizes(*n);
            let what = passive(*relation);
            let (crowd, event) = (causes.crowd(*n), escape(event));
            let _ = writeln!(
                out,
                "<li>{what} any of {from} at {crowd}: <code>{event}</code></li>"
            );
        }
        for n in &cause.to_many {
            let (_, to) = causes.sizes(*n);
            let crowd = causes.crowd(*n);
            let _ = writeln!(out, "<li>can cause {crowd}, at which {to} look</li>");
        }
        out.push_str("</ul>\n");
    }
    out.push_str("</article>\n");
}
