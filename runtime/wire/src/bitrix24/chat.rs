//! Open Channels, and channels of an application's own.
//!
//! A conversation is a chat (`chat[id]`); it lasts over several sessions. Who the customer is in the CRM, nothing says.

use serde_json::{Map, Value as Json};
use trig_engine::{Arrival, RecordOp};
use trig_ir::ActorKind;

use super::hook::{Hook, Sighting, actor, at, user};
use crate::WireError;
use crate::fields::{Put, is_nobody, reference, text};
use crate::form::{Branch, Node};

const ENTITY: &str = "crm.conversation";

/// What the data lists under `name`, each with the beginning of its key.
fn listed<'a>(hook: &Hook<'a>, name: &str) -> Result<Vec<(String, &'a Branch)>, WireError> {
    let list = hook.data.branch(name).map(Branch::list).unwrap_or_default();
    let items: Vec<_> = (0..)
        .zip(list)
        .filter_map(|(nth, node): (usize, &Node)| Some((format!("{name}][{nth}"), node.branch()?)))
        .collect();
    if items.is_empty() {
        return Err(hook.missing(name));
    }
    Ok(items)
}

/// The chat, at `path` of an item, without which it is about nothing.
fn chat<'a>(
    hook: &Hook<'_>,
    key: &str,
    item: &'a Branch,
    path: &[&str],
) -> Result<&'a str, WireError> {
    let id = at(item, path).filter(|id| !is_nobody(id));
    id.ok_or_else(|| hook.missing(&format!("{key}][{}", path.join("]["))))
}

/// The channel and its line, where the item or else the whole of the data says them.
fn channel(hook: &Hook<'_>, item: &Branch) -> Map<String, Json> {
    let connector = at(item, &["connector", "connector_id"]).or(hook.data.text("CONNECTOR"));
    let line = at(item, &["connector", "line_id"]).or(hook.data.text("LINE"));
    let mut fields = Map::new();
    fields.put("channel", connector.map(text));
    fields.put("line", line.map(reference));
    fields
}

/// `ONOPENLINEMESSAGEADD`: messages of both sides, and of the system.
pub(super) fn messages(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    for (key, item) in listed(hook, "DATA")? {
        let conversation = chat(hook, &key, item, &["chat", "id"])?;
        let mut data = channel(hook, item);
        data.put("conversation", Some(reference(conversation)));
        data.put("text", at(item, &["message", "text"]).map(text));
        let author = at(item, &["message", "user_id"]).unwrap_or_default();
        let customer = at(item, &["connector", "user_id"]).unwrap_or_default();
        let (ty, by) = if at(item, &["message", "system"]) == Some("Y") {
            let by = actor(ActorKind::Automation);
            ("bitrix24.chat.system_message", by)
        } else if author == customer && !is_nobody(author) {
            ("crm.message.incoming", actor(ActorKind::Customer))
        } else {
            ("crm.message.outgoing", user(author))
        };
        hook.event(ty, &part(item), Some(by), data, out);
    }
    Ok(())
}

/// `ONIMCONNECTORMESSAGEADD`: what an employee wrote is to be carried to the customer.
pub(super) fn answers(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    for (key, item) in listed(hook, "MESSAGES")? {
        let conversation = chat(hook, &key, item, &["im", "chat_id"])?;
        let mut data = channel(hook, item);
        data.put("conversation", Some(reference(conversation)));
        data.put("text", at(item, &["message", "text"]).map(text));
        let by = at(item, &["message", "user_id"]).unwrap_or_default();
        let ty = "crm.message.outgoing";
        hook.event(ty, &part(item), Some(user(by)), data, out);
    }
    Ok(())
}

/// What tells several messages of one body apart.
fn part(item: &Branch) -> String {
    let id = at(item, &["message", "id"]).or(at(item, &["im", "message_id"]));
    id.map_or_else(String::new, |id| format!(":{id}"))
}

/// A session of a chat begins or ends. Who did it, nothing says: the user in it is the customer either way.
pub(super) fn sessions(
    hook: &Hook<'_>,
    open: bool,
    out: &mut Vec<Arrival>,
) -> Result<(), WireError> {
    for (key, item) in listed(hook, "DATA")? {
        let id = chat(hook, &key, item, &["chat", "id"])?;
        let mut fields = channel(hook, item);
        let mut data = fields.clone();
        fields.insert("open".to_owned(), Json::Bool(open));
        // a chat that was closed can go on in a session of its own: then it was there before
        hook.record(
            Sighting {
                fields,
                by: Some(actor(ActorKind::Api)),
                ..Sighting::of(ENTITY, id, RecordOp::Updated)
            },
            out,
        );
        data.put("conversation", Some(reference(id)));
        let ty = if open {
            "crm.conversation.started"
        } else {
            "crm.conversation.closed"
        };
        let by = actor(ActorKind::Api);
        hook.event(ty, &format!(":{id}"), Some(by), data, out);
    }
    Ok(())
}
