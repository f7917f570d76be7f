//! What several tests share.

use serde_json::Value as Json;
use trig_engine::Arrival;
use trig_wire::WireError;

/// The answer as a snapshot shows it.
pub(crate) fn show(result: &Result<Vec<Arrival>, WireError>) -> String {
    match result {
        Ok(arrivals) if arrivals.is_empty() => "nothing".to_owned(),
        Ok(arrivals) => arrivals
            .iter()
            .map(|arrival| sorted(&serde_json::to_value(arrival).expect("arrivals serialise")))
            .collect::<Vec<_>>()
            .join("\n"),
        Err(_) => header(result),
    }
}

/// The status and message of an error, or how many arrivals there are.
pub(crate) fn header(result: &Result<Vec<Arrival>, WireError>) -> String {
    match result {
        Ok(arrivals) => format!("{} arrivals", arrivals.len()),
        Err(e) => format!("{} {e}", e.status.code()),
    }
}

/// JSON with its members in order of name, however serde_json keeps them. One line for what has no objects inside.
fn sorted(json: &Json) -> String {
    fn write(out: &mut String, json: &Json, indent: usize) {
        match json {
            Json::Object(members) if !members.is_empty() => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                out.push('{');
                for (name, value) in members {
                    out.push_str(&format!("\n{}{name}: ", "  ".repeat(indent + 1)));
                    write(out, value, indent + 1);
                }
                out.push_str(&format!("\n{}}}", "  ".repeat(indent)));
            }
            other => out.push_str(&other.to_string()),
        }
    }
    let mut out = String::new();
    write(&mut out, json, 0);
    out
}
