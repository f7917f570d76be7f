//! What happened, beside the snapshots.

use serde_json::{Map, Value as Json};
use trig_engine::Arrival;

use super::hook::Hook;
use super::snapshot::{CONTACT, DEAL, TASK, of_deal_and_contact};
use crate::WireError;
use crate::fields::{Put, reference, text};
use crate::form::{Branch, Node};

/// Adds the events of the body.
pub(super) fn read(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    match hook.ty {
        // records alone: the engine finds out what changed
        "update" => hook.id_of("contact").map(drop),
        "deal_add" | "deal_update" => hook.id_of("deal").map(drop),
        "account_add" | "account_update" => hook.id_of("account").map(drop),
        "deal_task_add" | "contact_task_add" => hook.id_of("task").map(drop),
        "subscribe" => subscribe(hook, out),
        "unsubscribe" => unsubscribe(hook, out),
        "contact_tag_added" => tag(hook, "activecampaign.tag.added", out),
        "contact_tag_removed" => tag(hook, "activecampaign.tag.removed", out),
        "account_contact_add" => account_contact(hook, "activecampaign.account_contact.added", out),
        "account_contact_update" => {
            account_contact(hook, "activecampaign.account_contact.updated", out)
        }
        "sent" | "open" | "click" | "reply" | "forward" | "share" | "bounce" => email(hook, out),
        "sms_sent" | "sms_reply" | "sms_unsub" => sms(hook, out),
        "subscriber_note" | "deal_note_add" => note(hook, out),
        "deal_task_complete" => task_completed(hook, out),
        "list_add" | "deal_pipeline_add" | "deal_stage_add" | "deal_tasktype_add" => {
            made(hook, out)
        }
        _ => {
            unknown(hook, out);
            Ok(())
        }
    }
}

/// Data that begins with the contact.
fn of_contact<'a>(hook: &Hook<'a>) -> Result<(&'a str, Map<String, Json>), WireError> {
    let id = hook.id_of("contact")?;
    let mut data = Map::new();
    data.put("contact", Some(reference(id)));
    Ok((id, data))
}

/// The list that the body is about; 0 is none.
fn list<'a>(hook: &Hook<'a>) -> Option<&'a str> {
    hook.tree
        .text("list")
        .filter(|list| !matches!(*list, "" | "0"))
}

fn subscribe(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (contact, data) = of_contact(hook)?;
    let form = hook
        .tree
        .branch("form")
        .and_then(|form| form.text("id"))
        .map(reference);
    if let Some(list) = list(hook) {
        let mut data = data.clone();
        data.put("list", Some(reference(list)));
        data.put("form", form.clone());
        out.push(hook.event(
            "event",
            "crm.list.subscribed",
            Some((CONTACT, contact)),
            data,
        ));
    }
    if form.is_some() {
        let mut data = data;
        data.put("form", form);
        let name = hook.tree.branch("form").and_then(|form| form.text("name"));
        data.put("form_name", name.map(text));
        out.push(hook.event("form", "crm.form.submitted", Some((CONTACT, contact)), data));
    }
    Ok(())
}

fn unsubscribe(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (contact, mut data) = of_contact(hook)?;
    let tree = hook.tree;
    data.put(
        "reason",
        tree.branch("unsubscribe")
            .and_then(|u| u.text("reason"))
            .map(text),
    );
    data.put(
        "campaign",
        tree.branch("campaign")
            .and_then(|c| c.text("id"))
            .map(reference),
    );
    let mut lists: Vec<&str> = tree
        .branch("list")
        .map(Branch::list)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|list| list.branch()?.text("id"))
        .collect();
    lists.extend(list(hook));
    lists.dedup();
    let subject = Some((CONTACT, contact));
    if lists.is_empty() {
        out.push(hook.event("event", "crm.list.unsubscribed", subject, data));
        return Ok(());
    }
    for list in lists {
        let mut data = data.clone();
        data.put("list", Some(reference(list)));
        let name = format!("event:{list}");
        out.push(hook.event(&name, "crm.list.unsubscribed", subject, data));
    }
    Ok(())
}

fn tag(hook: &Hook<'_>, ty: &str, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (contact, mut data) = of_contact(hook)?;
    let tag = hook
        .tree
        .text("tag")
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    let tag = tag.ok_or_else(|| {
        WireError::unprocessable("`tag` is missing: it says which tag it was").at("key `tag`")
    })?;
    data.put("tag", Some(text(tag)));
    out.push(hook.event("event", ty, Some((CONTACT, contact)), data));
    Ok(())
}

fn account_contact(hook: &Hook<'_>, ty: &str, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (contact, mut data) = of_contact(hook)?;
    let link = hook.tree.branch("accountContact");
    let account = link.and_then(|link| link.text("account"));
    let account = account.or_else(|| hook.tree.branch("account")?.text("id"));
    data.put("account", account.map(reference));
    data.put(
        "job_title",
        link.and_then(|link| link.text("job_title")).map(text),
    );
    out.push(hook.event("event", ty, Some((CONTACT, contact)), data));
    Ok(())
}

fn email(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let tree = hook.tree;
    // a campaign is sent to many, and reported once
    let (subject, mut data) = if hook.ty == "sent" && tree.branch("contact").is_none() {
        (None, Map::new())
    } else {
        let (contact, data) = of_contact(hook)?;
        (Some((CONTACT, contact)), data)
    };
    let campaign = tree.branch("campaign");
    data.put(
        "campaign",
        campaign.and_then(|c| c.text("id")).map(reference),
    );
    data.put(
        "campaign_name",
        campaign.and_then(|c| c.text("name")).map(text),
    );
    let message = campaign.and_then(|c| c.branch("message"));
    data.put("subject", message.and_then(|m| m.text("subject")).map(text));
    data.put("list", tree.text("list").map(reference));

    let inside = |block: &str, name: &str| tree.branch(block).and_then(|b| b.text(name)).map(text);
    let ty = match hook.ty {
        "sent" => "crm.email.sent",
        "open" => {
            if let Some(agent) = tree.text("User-Agent") {
                data.put("user_agent", Some(text(agent)));
                data.put(
                    "privacy_proxy",
                    Some(Json::Bool(agent.trim() == "Mozilla/5.0")),
                );
            }
            "crm.email.opened"
        }
        "click" => {
            data.put("link", inside("link", "url"));
            "crm.email.clicked"
        }
        "reply" => {
            data.put("text", tree.text("message").map(text));
            "crm.email.replied"
        }
        "forward" => "crm.email.forwarded",
        "share" => {
            data.put("network", inside("share", "network"));
            "crm.email.shared"
        }
        _ => {
            data.put("kind", inside("bounce", "type"));
            data.put("code", inside("bounce", "code"));
            data.put("reason", inside("bounce", "description"));
            "crm.email.bounced"
        }
    };
    out.push(hook.event("event", ty, subject, data));
    Ok(())
}

fn sms(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (contact, mut data) = of_contact(hook)?;
    let sms = hook.tree.branch("sms");
    let of = |names: [&str; 2]| {
        let sms = sms?;
        sms.text(names[0]).or(sms.text(names[1])).map(text)
    };
    data.put("phone", of(["phone", "recipient"]));
    let ty = match hook.ty {
        "sms_unsub" => "crm.sms.unsubscribed",
        other => {
            data.put("text", of(["message", "text"]));
            if other == "sms_sent" {
                let successful = sms.and_then(|sms| sms.text("successful"));
                data.put("successful", successful.map(|s| Json::Bool(s == "1")));
                "crm.sms.sent"
            } else {
                "crm.sms.replied"
            }
        }
    };
    out.push(hook.event("event", ty, Some((CONTACT, contact)), data));
    Ok(())
}

fn note(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let mut data = Map::new();
    of_deal_and_contact(hook, &mut data);
    let subject = if hook.ty == "deal_note_add" {
        (DEAL, hook.id_of("deal")?)
    } else {
        (CONTACT, hook.id_of("contact")?)
    };
    let words = match hook.tree.get("note") {
        Some(Node::Leaf(words)) => Some(words.as_str()),
        Some(Node::Branch(note)) => note.text("text").or(note.text("note")),
        None => None,
    };
    data.put("text", words.map(text));
    out.push(hook.event("event", "crm.note.added", Some(subject), data));
    Ok(())
}

fn task_completed(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let id = hook.id_of("task")?;
    let mut data = Map::new();
    data.put("task", Some(reference(id)));
    of_deal_and_contact(hook, &mut data);
    let task = hook.tree.branch("task");
    for (name, field) in [
        ("title", "title"),
        ("type_id", "kind"),
        ("type_title", "kind_name"),
    ] {
        data.put(field, task.and_then(|task| task.text(name)).map(text));
    }
    out.push(hook.event("event", "crm.task.completed", Some((TASK, id)), data));
    Ok(())
}

/// Something of the account's own was made: a list, a pipeline, a stage, a type of tasks.
fn made(hook: &Hook<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let (block, ty, id, title) = match hook.ty {
        "list_add" => ("list", "activecampaign.list.added", "list", "name"),
        "deal_pipeline_add" => (
            "pipeline",
            "activecampaign.pipeline.added",
            "pipeline",
            "title",
        ),
        "deal_stage_add" => ("stage", "activecampaign.stage.added", "stage", "title"),
        _ => (
            "task_type",
            "activecampaign.task_type.added",
            "kind",
            "title",
        ),
    };
    let block = hook.tree.branch(block);
    let Some(native) = block.and_then(|block| block.text("id")) else {
        // no sample of it is known: better as it came than not at all
        unknown(hook, out);
        return Ok(());
    };
    let mut data = Map::new();
    data.put(id, Some(reference(native)));
    data.put(title, block.and_then(|block| block.text(title)).map(text));
    if hook.ty == "deal_stage_add" {
        let pipeline = block.and_then(|b| b.text("pipelineid").or(b.text("pipeline")));
        data.put("pipeline", pipeline.map(reference));
    }
    out.push(hook.event("event", ty, None, data));
    Ok(())
}

/// What is not known, as it came.
fn unknown(hook: &Hook<'_>, out: &mut Vec<Arrival>) {
    let mut data = hook.tree.object();
    for name in ["type", "date_time", "initiated_from", "initiated_by"] {
        data.remove(name);
    }
    let ty = format!("activecampaign.{}", hook.ty);
    out.push(hook.event("event", &ty, None, data));
}
