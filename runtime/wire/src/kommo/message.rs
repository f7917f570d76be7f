//! Messages in chats.

use serde_json::Map;
use trig_engine::{Actor, Arrival};
use trig_ir::ActorKind;

use super::item::{Item, actor, user};
use super::{contact, element};
use crate::WireError;
use crate::fields::{Put, is_nobody, reference, text};
use crate::form::Branch;

/// `message[add]`, `outgoing_message[add]`
pub(super) fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = item.required("id")?;
    let message = item.branch;
    // a chat that nobody accepted yet may have none
    let with = message.text("contact_id").filter(|id| !is_nobody(id));
    let outgoing = item.group == "outgoing_message" || message.text("type") == Some("outgoing");
    let author = message.branch("author");

    let mut data = Map::new();
    data.put("contact", with.map(reference));
    data.put("conversation", message.text("talk_id").map(reference));
    data.put("channel", message.text("origin").map(text));
    data.put("text", message.text("text").map(text));
    data.put("author", author.and_then(|a| a.text("name")).map(text));
    let attachment = message.branch("attachment");
    data.put(
        "attachment",
        attachment.and_then(|a| a.text("link")).map(text),
    );
    // newer bodies name the entity by a word, older ones by a number
    let kind = message.text("entity_type").or(message.text("element_type"));
    let of = message.text("entity_id").or(message.text("element_id"));
    if matches!(kind, Some("lead" | "leads" | "2")) {
        element::put(&mut data, kind, of);
    }

    let (ty, by) = if outgoing {
        ("crm.message.outgoing", sender(author))
    } else {
        ("crm.message.incoming", actor(ActorKind::Customer))
    };
    item.report_of(id, message, by)
        .event(out, ty, with.map(|id| (contact::CONTACT, id)), data);
    Ok(())
}

/// Who sent a message: a user, of whom the id need not be known, or a bot.
fn sender(author: Option<&Branch>) -> Actor {
    let id = author
        .and_then(|a| a.text("user_id"))
        .filter(|id| !is_nobody(id));
    match (id, author.and_then(|a| a.text("type"))) {
        (Some(id), _) => user(id),
        (None, Some("bot")) => actor(ActorKind::Automation),
        (None, _) => actor(ActorKind::User),
    }
}
