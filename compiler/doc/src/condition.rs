//! Conditions, as they are written.

use std::fmt::Write as _;

use crate::escape::{anchor, escape};
use crate::markdown;
use crate::outline::Outline;

pub(crate) fn section(outline: &Outline) -> String {
    let mut out = String::new();
    for (name, written) in &outline.conditions {
        let _ = writeln!(
            out,
            "<article id=\"{}\">\n<h3><span class=\"kind\">condition</span> {}</h3>\n\
             <p class=\"facts\"><code>{}</code></p>",
            anchor("condition", name),
            escape(name),
            escape(&written.place)
        );
        if let Some(doc) = &written.doc {
            out.push_str(&markdown::render(doc));
        }
        let _ = writeln!(out, "<pre>{}</pre>\n</article>", escape(&written.text));
    }
    out
}
