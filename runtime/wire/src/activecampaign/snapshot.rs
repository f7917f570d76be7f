//! The blocks `contact[…]`, `deal[…]`, `account[…]` and `task[…]`: records as they are at the time of the event.

use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;
use trig_engine::{Arrival, Happening, RecordOp};

use super::hook::Hook;
use crate::WireError;
use crate::fields::{Put, Reader, is_nobody, reference, stage, text};
use crate::form::{Branch, Node};

pub(super) const CONTACT: &str = "crm.contact";
pub(super) const DEAL: &str = "activecampaign.deal";
pub(super) const TASK: &str = "crm.task";
const ACCOUNT: &str = "activecampaign.account";

/// What is to be said of a record beside its fields.
#[derive(Default)]
struct Change {
    old: Map<String, Json>,
    changed: Vec<SmolStr>,
}

fn record(
    hook: &Hook<'_>,
    block: &str,
    entity: &'static str,
    op: RecordOp,
    fields: Map<String, Json>,
    change: Change,
) -> Result<Arrival, WireError> {
    let id = SmolStr::new(hook.id_of(block)?);
    let what = Happening::Record {
        op,
        entity: SmolStr::new_static(entity),
        id,
        fields,
        old: change.old,
        changed: change.changed,
        clock: hook.clock(),
    };
    Ok(hook.arrival(block, what))
}

pub(super) fn contact(
    hook: &Hook<'_>,
    op: RecordOp,
    out: &mut Vec<Arrival>,
) -> Result<(), WireError> {
    let Some(block) = hook.tree.branch("contact") else {
        return Ok(());
    };
    let mut contact = Reader::new(block);
    let mut fields = Map::new();
    let (first, last) = (contact.text("first_name"), contact.text("last_name"));
    if let (Some(first), Some(last)) = (first, last) {
        fields.put("name", Some(text(format!("{first} {last}").trim())));
    }
    fields.put("first_name", first.map(text));
    fields.put("last_name", last.map(text));
    fields.put("email", contact.value("email"));
    fields.put("phone", contact.value("phone"));
    fields.put("organization", contact.value("orgname"));
    let account = hook
        .tree
        .branch("accountContact")
        .and_then(|link| link.text("account"));
    let account = account.or(hook.tree.text("customer_acct_id"));
    fields.put("account", account.map(reference));
    // with double opt-in this comes only once it is confirmed
    if hook.ty == "subscribe" && hook.tree.text("list").is_some_and(|list| !is_nobody(list)) {
        fields.insert("confirmed".to_owned(), Json::Bool(true));
    }
    let mut change = Change::default();
    if let Some(names) = contact.text("tags") {
        let (tags, before) = tags(hook, names);
        fields.put("tags", Some(tags));
        change.old.put("tags", before);
    }
    custom_fields(contact.node("fields"), &mut fields);
    contact.skip(&["id", "ip"]);
    contact.rest(&mut fields);
    out.push(record(hook, "contact", CONTACT, op, fields, change)?);
    Ok(())
}

/// The tags, and those before where the body says which one was added or removed: whether the list is from before or
/// after is nowhere said. A tag with a comma in its name cannot be told from two.
fn tags(hook: &Hook<'_>, names: &str) -> (Json, Option<Json>) {
    let names: Vec<&str> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let with = |tag: &str| -> Json {
        let there = names.contains(&tag);
        let more = (!there).then_some(tag);
        names.iter().copied().chain(more).collect()
    };
    let without =
        |tag: &str| -> Json { names.iter().copied().filter(|name| *name != tag).collect() };
    let tag = hook
        .tree
        .text("tag")
        .map(str::trim)
        .filter(|tag| !tag.is_empty());
    match (hook.ty, tag) {
        ("contact_tag_added", Some(tag)) => (with(tag), Some(without(tag))),
        ("contact_tag_removed", Some(tag)) => (without(tag), Some(with(tag))),
        _ => (names.into_iter().collect(), None),
    }
}

pub(super) fn deal(hook: &Hook<'_>, op: RecordOp, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let Some(block) = hook.tree.branch("deal") else {
        return Ok(());
    };
    let mut deal = Reader::new(block);
    let mut fields = Map::new();
    fields.put("title", deal.value("title"));
    let pipeline = deal.text("pipelineid");
    fields.put("stage", deal.text("stageid").map(|id| stage(pipeline, id)));
    fields.put("status", deal.value("status"));
    let currency = deal.text("currency");
    fields.put(
        "value",
        deal.text("value").map(|amount| money(amount, currency)),
    );
    fields.put("owner", deal.reference("owner"));
    fields.put("contact", deal.reference("contactid"));
    fields.put("account", deal.reference("orgid"));
    fields.put("created", deal.value("create_date_iso"));
    custom_fields(deal.node("fields"), &mut fields);
    // said in another way above, or of other records
    deal.skip(&[
        "id",
        "value_raw",
        "currency_symbol",
        "stage_title",
        "pipeline_title",
        "owner_firstname",
        "owner_lastname",
        "contact_email",
        "contact_firstname",
        "contact_lastname",
        "orgname",
        "create_date",
    ]);
    deal.rest(&mut fields);
    let change = Change {
        old: Map::new(),
        changed: if hook.ty == "deal_update" {
            changed(hook.tree)
        } else {
            Vec::new()
        },
    };
    out.push(record(hook, "deal", DEAL, op, fields, change)?);
    Ok(())
}

/// `updated_fields[n]` under the catalogue's names; names that are not known stay.
fn changed(tree: &Branch) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = Vec::new();
    let list = tree
        .branch("updated_fields")
        .map(Branch::list)
        .unwrap_or_default();
    for name in list.into_iter().filter_map(Node::text) {
        let name = match name {
            // every update has it: when the deal was changed
            "mdate" | "" => continue,
            "nextdate" => "next_task",
            "currency" => "value",
            "stageid" | "pipeline" | "pipelineid" | "group" => "stage",
            "contactid" => "contact",
            "orgid" | "organization" => "account",
            other => other,
        };
        if !names.iter().any(|known| known == name) {
            names.push(SmolStr::new(name));
        }
    }
    names
}

pub(super) fn account(
    hook: &Hook<'_>,
    op: RecordOp,
    out: &mut Vec<Arrival>,
) -> Result<(), WireError> {
    let Some(block) = hook.tree.branch("account") else {
        return Ok(());
    };
    let mut account = Reader::new(block);
    let mut fields = Map::new();
    fields.put("name", account.value("name"));
    fields.put("url", account.value("account_url"));
    fields.put("created", account.value("created_timestamp"));
    custom_fields(account.node("fields"), &mut fields);
    account.skip(&["id", "updated_timestamp"]);
    account.rest(&mut fields);
    out.push(record(
        hook,
        "account",
        ACCOUNT,
        op,
        fields,
        Change::default(),
    )?);
    Ok(())
}

pub(super) fn task(hook: &Hook<'_>, op: RecordOp, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    let Some(block) = hook.tree.branch("task") else {
        return Ok(());
    };
    let mut task = Reader::new(block);
    let mut fields = Map::new();
    fields.put("title", task.value("title"));
    fields.put("text", task.value("note"));
    fields.put("kind", task.value("type_id"));
    fields.put("kind_name", task.value("type_title"));
    fields.put("due", task.value("duedate_iso"));
    fields.put("end", task.value("edate_iso"));
    fields.put("done_at", task.value("donedate_iso"));
    let mut change = Change::default();
    let done = hook.ty == "deal_task_complete";
    if done {
        change.old.insert("done".to_owned(), Json::Bool(false));
    }
    if done || op == RecordOp::Created {
        fields.put("done", Some(Json::Bool(done)));
    }
    of_deal_and_contact(hook, &mut fields);
    // local times of the account, which come with their zone as well
    task.skip(&["id", "duedate", "edate", "donedate"]);
    task.rest(&mut fields);
    out.push(record(hook, "task", TASK, op, fields, change)?);
    Ok(())
}

/// References to the deal and the contact of this body.
pub(super) fn of_deal_and_contact(hook: &Hook<'_>, fields: &mut Map<String, Json>) {
    for block in ["deal", "contact"] {
        let id = hook.tree.branch(block).and_then(|block| block.text("id"));
        fields.put(block, id.map(reference));
    }
}

/// The account's own fields under `#KEY`. Contacts and accounts have `fields[KEY]=value`, where KEY is an id, a
/// personalisation tag or a name; deals `fields[n][id|key|value]`.
fn custom_fields(node: Option<&Node>, fields: &mut Map<String, Json>) {
    let Some(list) = node.and_then(Node::branch) else {
        return;
    };
    for (key, node) in list.iter() {
        let (id, value) = match node {
            Node::Leaf(value) => (Some(key), Some(value.as_str())),
            Node::Branch(field) => (field.text("id").or(field.text("key")), field.text("value")),
        };
        if let Some(id) = id {
            fields.insert(format!("#{id}"), value.map_or(Json::Null, several));
        }
    }
}

/// A value; several are written `||a||b||`.
fn several(value: &str) -> Json {
    match value
        .strip_prefix("||")
        .and_then(|rest| rest.strip_suffix("||"))
    {
        Some(values) => values
            .split("||")
            .filter(|value| !value.is_empty())
            .collect(),
        None => text(value),
    }
}

/// An amount in major units, with its currency where there is one.
fn money(amount: &str, currency: Option<&str>) -> Json {
    match currency {
        Some(currency) if !currency.is_empty() && !amount.is_empty() => {
            json!({ "amount": amount, "currency": currency.to_ascii_uppercase() })
        }
        _ => text(amount),
    }
}
