//! The page around the sections.

use std::fmt::Write as _;

use trig_ir::Project;

use crate::escape::{anchor, escape};
use crate::outline::Outline;

/// A part of the page, in the order of [`Self::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Pipelines,
    Triggers,
    Conditions,
    Schedules,
    Entities,
}

impl Section {
    pub(crate) const ALL: [Self; 5] = [
        Self::Pipelines,
        Self::Triggers,
        Self::Conditions,
        Self::Schedules,
        Self::Entities,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Pipelines => "Pipelines",
            Self::Triggers => "Triggers and flows",
            Self::Conditions => "Conditions",
            Self::Schedules => "Schedules",
            Self::Entities => "Entities",
        }
    }
}

/// The whole page. Its policy forbids scripts, frames and any address, whatever stands in the text.
pub(crate) fn page(project: &Project, outline: &Outline, sections: &[(Section, String)]) -> String {
    let name = if project.name.is_empty() {
        project.id.as_str()
    } else {
        project.name.as_str()
    };
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n\
         <p class=\"facts\">project <code>{1}</code> · zone {2}</p>\n</header>\n<nav>\n<ul>\n",
        escape(name),
        escape(&project.id),
        escape(&project.zone)
    );
    let shown = || sections.iter().filter(|(_, body)| !body.is_empty());
    for (section, _) in shown() {
        let title = section.title();
        let target = anchor("section", title);
        let _ = write!(out, "<li><a href=\"#{target}\">{}</a>", escape(title));
        if *section == Section::Triggers {
            out.push_str("\n<ul>\n");
            for name in outline.triggers.keys() {
                let target = anchor("trigger", name);
                let _ = writeln!(out, "<li><a href=\"#{target}\">{}</a></li>", escape(name));
            }
            out.push_str("</ul>\n");
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n</nav>\n<main>\n");
    for (section, body) in shown() {
        let title = section.title();
        let _ = writeln!(
            out,
            "<section>\n<h2 id=\"{}\">{}</h2>\n{body}</section>",
            anchor("section", title),
            escape(title)
        );
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

const STYLE: &str = "\
:root { color-scheme: light dark; --line: light-dark(#d0d0d8, #44444c); --soft: light-dark(#f5f5f8, #24242a);
  --text: light-dark(#1b1b20, #e6e6ea); --dim: light-dark(#66666f, #a0a0aa); --link: light-dark(#1f5fbf, #7fb0ff);
  --good: light-dark(#d9f2dd, #1f4a28); --bad: light-dark(#f8dede, #552426); --page: light-dark(#fff, #18181c) }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); margin: 0 auto;
  max-width: 76rem; padding: 1rem; display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 2rem }
header { grid-column: 1 / -1; border-bottom: 1px solid var(--line); margin-bottom: 1rem }
nav { font-size: .9rem; overflow-wrap: anywhere }
nav ul { list-style: none; padding-left: .8rem; margin: 0 }
nav > ul { position: sticky; top: 1rem; max-height: 95vh; overflow: auto; padding-left: 0 }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere }
a { color: var(--link) }
article { border: 1px solid var(--line); border-radius: 8px; padding: 0 1rem .6rem; margin: 0 0 1rem }
.kind { color: var(--dim); font-weight: normal }
.label { color: var(--dim); font-weight: normal; font-size: .9em }
.facts, .causes { color: var(--dim); font-size: .9rem; margin-top: -.5rem }
.causes { margin-top: .5rem }
pre { background: var(--soft); padding: .5rem .7rem; border-radius: 6px; overflow: auto; font-size: .9rem; margin: .2rem 0 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0 }
.fields td, .fields th { border-top: 1px solid var(--line) }
.clauses th { width: 6rem; font: .9rem ui-monospace, monospace; color: var(--dim); padding-top: .6rem }
.scroll { overflow-x: auto }
svg text { font: 13px system-ui, sans-serif; fill: var(--text); text-anchor: middle }
svg rect { fill: var(--soft); stroke: var(--line) }
svg .success rect { fill: var(--good) }
svg .failure rect { fill: var(--bad) }
svg .mover rect { stroke-dasharray: 4 3 }
svg .way, svg line { fill: none; stroke: var(--line) }
svg.week text { font-size: 11px; fill: var(--dim) }
svg.week .day { text-anchor: start }
svg.week rect { fill: var(--good) }
@media (max-width: 50rem) { body { display: block } nav > ul { position: static; max-height: none } }
@media print { body { display: block } nav { display: none } }
";
