//! A failing case as a person reads it: the triggers as JSON without what makes no difference, and the inputs.

use std::fmt::Write as _;

use serde_json::Value as Json;
use trig_engine::Happening;

use crate::generate::{Case, What};

pub(crate) fn show(case: &Case) -> String {
    let mut text = format!("begin {}\n", case.begin);
    for trigger in &case.ir.triggers {
        let json = bare(serde_json::to_value(trigger).unwrap());
        writeln!(text, "  trigger {json}").unwrap();
    }
    for breaker in &case.ir.breakers {
        let json = bare(serde_json::to_value(breaker).unwrap());
        writeln!(text, "  breaker {json}").unwrap();
    }
    for event in &case.ir.events {
        for update in &event.updates {
            let json = serde_json::to_value(update).unwrap();
            writeln!(text, "  {} updates {json}", event.name).unwrap();
        }
    }
    if let Some(when) = &case.ir.actions[0].when {
        let json = serde_json::to_value(when).unwrap();
        writeln!(text, "  action when {json}").unwrap();
    }
    for (n, step) in case.steps.iter().enumerate() {
        let clock = if step.ticks { "ticks" } else { "silence" };
        let what = match &step.what {
            What::Nothing => "nothing".to_owned(),
            What::Result => "the oldest effect is done".to_owned(),
            What::Arrives { by, id, what, .. } => format!(
                "{}by {by:?}{}",
                match what {
                    Happening::Event { ty, data, .. } =>
                        format!("{ty} {} ", Json::Object(data.clone())),
                    Happening::Record {
                        op,
                        entity,
                        id,
                        fields,
                        ..
                    } => format!("{op:?} {entity}/{id} {} ", Json::Object(fields.clone())),
                    other => format!("{other:?} "),
                },
                id.as_ref().map_or(String::new(), |id| format!(" as {id}")),
            ),
        };
        let mark = if step.fixed { "=" } else { ">" };
        writeln!(text, "  {mark}{n}: after {} of {clock}: {what}", step.wait).unwrap();
    }
    text
}

fn bare(json: Json) -> Json {
    match json {
        Json::Object(map) => Json::Object(
            map.into_iter()
                .filter(|(name, value)| {
                    let idle = matches!(value, Json::Bool(false) | Json::Null)
                        || value.as_array().is_some_and(Vec::is_empty)
                        || (name == "priority" && *value == 0);
                    !idle && !["loc", "text", "label"].contains(&name.as_str())
                })
                .map(|(name, value)| (name, bare(value)))
                .collect(),
        ),
        Json::Array(items) => Json::Array(items.into_iter().map(bare).collect()),
        other => other,
    }
}
