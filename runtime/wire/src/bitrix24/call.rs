//! Telephony.

use serde_json::{Map, Value as Json, json};
use trig_engine::{Actor, Arrival};
use trig_ir::ActorKind;

use super::element::{self, Among};
use super::hook::{Hook, actor, user};
use crate::WireError;
use crate::fields::{Put, reference, text};

/// `CALL_TYPE`
enum Way {
    /// 2, 3 (passed on to another number)
    In,
    /// 1, 4 (the customer wanted to be called back)
    Out,
    /// 5: a recorded announcement
    Announced,
}

fn way(hook: &Hook<'_>) -> Option<Way> {
    match hook.data.text("CALL_TYPE")? {
        "2" | "3" => Some(Way::In),
        "1" | "4" => Some(Way::Out),
        "5" => Some(Way::Announced),
        _ => None,
    }
}

/// The values of the data under the catalogue's names.
fn named(hook: &Hook<'_>, names: &[(&str, &str)]) -> Map<String, Json> {
    let mut data = Map::new();
    for (wire, field) in names {
        data.put(field, hook.data.text(wire).map(text));
    }
    data
}

/// `ONVOXIMPLANTCALLINIT`
pub(super) fn ringing(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    hook.required(&["CALL_ID"])?;
    if !matches!(way(hook), Some(Way::In)) {
        hook.unknown(out);
        return Ok(());
    }
    let data = named(hook, &[("CALL_ID", "call"), ("CALLER_ID", "phone")]);
    let by = actor(ActorKind::Customer);
    hook.event("bitrix24.call.ringing", "", Some(by), data, out);
    Ok(())
}

/// `ONVOXIMPLANTCALLSTART`
pub(super) fn answered(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    hook.required(&["CALL_ID"])?;
    let mut data = named(hook, &[("CALL_ID", "call")]);
    data.put("agent", hook.data.text("USER_ID").map(reference));
    hook.event("bitrix24.call.answered", "", None, data, out);
    Ok(())
}

/// `ONVOXIMPLANTCALLEND`: how a call went.
pub(super) fn ended(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    hook.required(&["CALL_ID"])?;
    let Some(way) = way(hook) else {
        hook.unknown(out);
        return Ok(());
    };
    let mut data = named(
        hook,
        &[
            ("CALL_ID", "call"),
            ("PHONE_NUMBER", "phone"),
            ("PORTAL_NUMBER", "line"),
        ],
    );
    let activity = hook.data.text("CRM_ACTIVITY_ID");
    data.put("activity", activity.map(reference));
    let code = hook.data.text("CALL_FAILED_CODE");
    let missed = matches!(way, Way::In) && code == Some("304");
    let short = missed.then(|| data.clone());

    data.put("seconds", hook.data.text("CALL_DURATION").map(text));
    let agent = hook.data.text("PORTAL_USER_ID");
    data.put("agent", agent.map(reference));
    data.put("answered", code.map(|code| Json::Bool(code == "200")));
    data.put("cost", cost(hook));

    let caller = |agent: Option<&str>| -> Option<Actor> { agent.map(user) };
    let (ty, by) = match way {
        Way::In => ("crm.call.incoming", Some(actor(ActorKind::Customer))),
        Way::Out => ("crm.call.outgoing", caller(agent)),
        Way::Announced => ("crm.call.outgoing", Some(actor(ActorKind::Automation))),
    };
    hook.event(ty, "", by, data, out);
    if let Some(data) = short {
        let by = actor(ActorKind::Customer);
        hook.event("crm.call.missed", "", Some(by), data, out);
    }
    Ok(())
}

fn cost(hook: &Hook<'_>) -> Option<Json> {
    let amount = hook.data.text("COST").filter(|text| !text.is_empty())?;
    let currency = hook.data.text("COST_CURRENCY")?;
    (!currency.is_empty()).then(|| json!({ "amount": amount, "currency": currency }))
}

/// `ONEXTERNALCALLSTART`: a user wants to have a number called.
pub(super) fn dialled(hook: &Hook<'_>, out: &mut Vec<Arrival>) {
    let mut data = named(
        hook,
        &[
            ("CALL_ID", "call"),
            ("PHONE_NUMBER", "phone"),
            ("LINE_NUMBER", "line"),
        ],
    );
    let agent = hook.data.text("USER_ID");
    data.put("agent", agent.map(reference));
    about(hook, Among::Own, &mut data);
    hook.event("bitrix24.call.dialled", "", agent.map(user), data, out);
}

/// `ONEXTERNALCALLBACKSTART`: a customer filled out a callback form.
pub(super) fn wanted(hook: &Hook<'_>, out: &mut Vec<Arrival>) {
    let mut data = named(hook, &[("PHONE_NUMBER", "phone"), ("LINE_NUMBER", "line")]);
    data.insert("callback".to_owned(), Json::Bool(true));
    about(hook, Among::Shared, &mut data);
    let by = actor(ActorKind::Customer);
    hook.event("crm.form.submitted", "", Some(by), data, out);
}

/// The record that the call is about.
fn about(hook: &Hook<'_>, among: Among, data: &mut Map<String, Json>) {
    let (kind, id) = (
        hook.data.text("CRM_ENTITY_TYPE"),
        hook.data.text("CRM_ENTITY_ID"),
    );
    element::put(data, among, kind, id);
}
