//! Kommo's webhooks: `{group}[{action}][{n}][{field}]`, of the account and of the Digital Pipeline.
//!
//! One body can hold several groups, actions and items; each item is one report, in the order of the body. What is not
//! known becomes an event `kommo.GROUP.ACTION` with the data as it came.

mod catalog;
mod contact;
mod custom_fields;
mod element;
mod item;
mod lead;
mod message;
mod note;
mod talk;
mod task;
mod unsorted;

use serde_json::{Map, Value as Json};
use trig_engine::Arrival;

use crate::WireError;
use crate::form::{Branch, Node};
use item::Item;

/// The arrivals that a body holds.
pub(crate) fn arrivals(
    connector: &str,
    request: Option<&str>,
    tree: &Branch,
) -> Result<Vec<Arrival>, WireError> {
    let mut arrivals = Vec::new();
    for (group, node) in tree.iter().filter(|(group, _)| *group != "account") {
        let Some(actions) = node.branch() else {
            unknown(connector, request, &[group], node, &mut arrivals);
            continue;
        };
        for (action, node) in actions.iter() {
            let items = node.branch().map(items).unwrap_or_default();
            if items.is_empty() {
                unknown(connector, request, &[group, action], node, &mut arrivals);
            }
            for (index, branch) in items {
                let item = Item {
                    connector,
                    request,
                    group,
                    action,
                    index,
                    branch,
                };
                read(&item, &mut arrivals)?;
            }
        }
    }
    if arrivals.is_empty() {
        return Err(WireError::unprocessable(
            "the body says nothing but `account`: there is no `leads[…]`, `contacts[…]` or other group",
        ));
    }
    Ok(arrivals)
}

/// The items of an action, or nothing where it does not hold items.
fn items(branch: &Branch) -> Vec<(&str, &Branch)> {
    let items: Option<Vec<_>> = branch
        .iter()
        .map(|(index, node)| Some((index, node.branch()?)))
        .collect();
    let numbered = branch.list().len() == branch.iter().count();
    items.filter(|_| numbered).unwrap_or_default()
}

fn read(item: &Item<'_>, out: &mut Vec<Arrival>) -> Result<(), WireError> {
    match (item.group, item.action) {
        ("leads" | "contacts" | "companies", "note") => note::read(item, out),
        ("leads", "add" | "update" | "delete" | "restore" | "status" | "responsible") => {
            lead::read(item, out)
        }
        ("leads", "mail_in" | "call_in" | "chat" | "site_visit") => lead::read_visit(item, out),
        ("contacts" | "companies", "add" | "update" | "delete" | "restore" | "responsible") => {
            contact::read(item, out)
        }
        ("task", "add" | "update" | "delete" | "responsible") => task::read(item, out),
        ("talk", "add" | "update") => talk::read(item, out),
        ("message" | "outgoing_message", "add") => message::read(item, out),
        ("unsorted", "add" | "update" | "delete") => unsorted::read(item, out),
        ("catalogs", "add" | "update" | "delete") => catalog::read(item, out),
        _ => {
            let id = item.branch.text("id").unwrap_or_default();
            let ty = format!("kommo.{}.{}", item.group, item.action);
            item.report(id).event(out, &ty, None, item.branch.object());
            Ok(())
        }
    }
}

/// An event of a shape that is not known, with the data as it came.
fn unknown(
    connector: &str,
    request: Option<&str>,
    path: &[&str],
    node: &Node,
    out: &mut Vec<Arrival>,
) {
    let empty = Branch::default();
    let (branch, data) = match node {
        Node::Branch(branch) => (branch, branch.object()),
        Node::Leaf(text) => {
            let value = Json::String(text.clone());
            (&empty, Map::from_iter([("value".to_owned(), value)]))
        }
    };
    let item = Item {
        connector,
        request,
        group: path.first().copied().unwrap_or_default(),
        action: path.get(1).copied().unwrap_or_default(),
        index: "",
        branch,
    };
    let ty = format!("kommo.{}", path.join("."));
    item.report("").event(out, &ty, None, data);
}
