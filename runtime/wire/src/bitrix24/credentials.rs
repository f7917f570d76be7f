//! What must not be kept.

use serde_json::{Map, Value as Json};

/// Members whose values let their owner act in the account, whatever they stand in. Bots get theirs among the data.
const SECRET: [&str; 7] = [
    "auth",
    "access_token",
    "refresh_token",
    "application_token",
    "client_id",
    "client_secret",
    "code_token",
];

/// Removes credentials at every depth.
pub(super) fn strip(data: &mut Map<String, Json>) {
    data.retain(|name, _| {
        !SECRET
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret))
    });
    for value in data.values_mut() {
        strip_value(value);
    }
}

fn strip_value(value: &mut Json) {
    match value {
        Json::Object(members) => strip(members),
        Json::Array(items) => items.iter_mut().for_each(strip_value),
        _ => {}
    }
}
