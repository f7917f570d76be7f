//! Pipelines, drawn: their stages from left to right, under each the triggers that stand in it and those that move
//! there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use trig_ir::{ActionKind, Ir, Pipeline, StageKind};

use crate::escape::{anchor, cut, escape};
use crate::markdown;
use crate::outline::Outline;

/// The width of a stage, with the way to the next one.
const COLUMN: usize = 190;
/// The width of a box.
const BOX: usize = 160;
/// The height of a stage.
const STAGE: usize = 48;
/// The height of a trigger, with the space below it.
const TRIGGER: usize = 32;
/// How many letters fit in a box.
const LETTERS: usize = 20;

pub(crate) fn section(outline: &Outline, ir: &Ir) -> String {
    let moves = moves(ir);
    let mut pipelines: Vec<&Pipeline> = ir.pipelines.iter().collect();
    pipelines.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = String::new();
    for pipeline in pipelines {
        let written = outline.pipelines.get(pipeline.name.as_str());
        let entity = ir.entities.get(pipeline.entity.index());
        let mut facts: Vec<String> = Vec::new();
        facts.extend(written.map(|w| format!("<code>{}</code>", escape(&w.place))));
        facts.extend(entity.map(|e| {
            let target = anchor("entity", &e.name);
            format!("for <a href=\"#{target}\">{}</a>", escape(&e.name))
        }));
        let label = written.and_then(|w| w.label.as_deref());
        let _ = writeln!(
            out,
            "<article id=\"{}\">\n<h3><span class=\"kind\">pipeline</span> {}{}</h3>\n<p class=\"facts\">{}</p>",
            anchor("pipeline", &pipeline.name),
            escape(&pipeline.name),
            label
                .map(|l| format!(" <span class=\"label\">{}</span>", escape(l)))
                .unwrap_or_default(),
            facts.join(" · ")
        );
        if let Some(doc) = written.and_then(|w| w.doc.as_ref()) {
            out.push_str(&markdown::render(doc));
        }
        draw(&mut out, pipeline, outline, &moves);
        stages(&mut out, pipeline, outline);
        out.push_str("</article>\n");
    }
    out
}

/// The triggers that move records to a stage, by `Pipeline.Stage`.
fn moves(ir: &Ir) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for trigger in &ir.triggers {
        trigger.for_each_action(&mut |action| {
            if let ActionKind::Move { to, .. } = &action.kind {
                let movers = found.entry(to.to_string()).or_default();
                movers.push(trigger.name.to_string());
            }
        });
    }
    for movers in found.values_mut() {
        movers.sort();
        movers.dedup();
    }
    found
}

fn draw(
    out: &mut String,
    pipeline: &Pipeline,
    outline: &Outline,
    moves: &BTreeMap<String, Vec<String>>,
) {
    // (the trigger, whether it stands there)
    let columns: Vec<Vec<(&str, bool)>> = pipeline
        .stages
        .iter()
        .map(|stage| {
            let full = format!("{}.{}", pipeline.name, stage.name);
            let at_home = outline
                .triggers
                .iter()
                .filter(|(_, t)| t.home.as_ref() == Some(&full));
            let mut column: Vec<(&str, bool)> = at_home.map(|(n, _)| (n.as_str(), true)).collect();
            for mover in moves.get(&full).into_iter().flatten() {
                if !column.iter().any(|(name, _)| name == mover) {
                    column.push((mover, false));
                }
            }
            column
        })
        .collect();
    let most = columns.iter().map(Vec::len).max().unwrap_or(0);
    let width = (columns.len() * COLUMN).max(COLUMN);
    let height = STAGE + 16 + most * TRIGGER + 4;
    let _ = writeln!(
        out,
        "<div class=\"scroll\"><svg class=\"pipeline\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>",
        escape(&pipeline.name)
    );
    for (n, (stage, triggers)) in pipeline.stages.iter().zip(&columns).enumerate() {
        let x = n * COLUMN + 2;
        let class = match stage.kind {
            StageKind::Success => "success",
            StageKind::Failure => "failure",
            StageKind::Open => "open",
        };
        let name = cut(&stage.name, LETTERS);
        let _ = writeln!(
            out,
            "<g class=\"{class}\"><rect x=\"{x}\" y=\"2\" width=\"{BOX}\" height=\"{STAGE}\" rx=\"6\"/>\
             <text x=\"{}\" y=\"31\">{}</text><title>{}</title></g>",
            x + BOX / 2,
            escape(&name),
            escape(&stage.name)
        );
        let open_after = pipeline
            .stages
            .get(n + 1)
            .is_some_and(|next| !next.kind.is_final());
        let last_open = !stage.kind.is_final() && !open_after && n + 1 < pipeline.stages.len();
        if open_after && !stage.kind.is_final() || last_open {
            let (from, to, y) = (x + BOX + 4, x + COLUMN - 6, STAGE / 2 + 2);
            let _ = writeln!(
                out,
                "<path class=\"way\" d=\"M{from} {y} H{to} m-6 -5 l6 5 l-6 5\"/>"
            );
        }
        for (row, (trigger, at_home)) in triggers.iter().enumerate() {
            let y = STAGE + 16 + row * TRIGGER;
            let class = if *at_home { "home" } else { "mover" };
            let made = trigger.split_once('.').map_or(*trigger, |(apply, _)| apply);
            let target = if outline.triggers.contains_key(*trigger) {
                trigger
            } else {
                made
            };
            let _ = writeln!(
                out,
                "<a href=\"#{}\"><g class=\"{class}\"><rect x=\"{x}\" y=\"{y}\" width=\"{BOX}\" height=\"{}\" rx=\"4\"/>\
                 <text x=\"{}\" y=\"{}\">{}</text><title>{}</title></g></a>",
                anchor("trigger", target),
                TRIGGER - 6,
                x + BOX / 2,
                y + 18,
                escape(&cut(trigger, LETTERS)),
                escape(trigger)
            );
        }
    }
    out.push_str("</svg></div>\n");
}

/// What is written of the stages.
fn stages(out: &mut String, pipeline: &Pipeline, outline: &Outline) {
    let described: Vec<_> = pipeline
        .stages
        .iter()
        .filter_map(|stage| {
            let text = outline
                .stages
                .get(&format!("{}.{}", pipeline.name, stage.name))?;
            (text.label.is_some() || text.doc.is_some()).then_some((stage, text))
        })
        .collect();
    if described.is_empty() {
        return;
    }
    out.push_str("<dl>\n");
    for (stage, text) in described {
        let _ = writeln!(
            out,
            "<dt>{}{}</dt>",
            escape(&stage.name),
            text.label
                .as_deref()
                .map(|l| format!(" <span class=\"label\">{}</span>", escape(l)))
                .unwrap_or_default()
        );
        let doc = text
            .doc
            .as_deref()
            .map(markdown::render)
            .unwrap_or_default();
        let _ = writeln!(out, "<dd>{doc}</dd>");
    }
    out.push_str("</dl>\n");
}
