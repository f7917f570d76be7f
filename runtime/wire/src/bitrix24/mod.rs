//! Bitrix24's outgoing webhooks and application events: `event=ONCRMDEALUPDATE&data[FIELDS][ID]=5&ts=…&auth[…]`, one event
//! in each body.
//!
//! Nearly all of them say an id and nothing else; so do the arrivals. What is not known becomes an event
//! `bitrix24.NAME`, in lower case, with the data as it came. Credentials (`auth[…]`) never leave this module.

mod booking;
mod call;
mod chat;
mod credentials;
mod element;
mod hook;
mod item;
mod task;

use trig_engine::Arrival;

use crate::WireError;
use crate::form::Branch;
use hook::Hook;

/// The arrivals that a body holds.
pub(crate) fn arrivals(connector: &str, tree: &Branch) -> Result<Vec<Arrival>, WireError> {
    let none = Branch::default();
    let hook = Hook::new(connector, tree, &none)?;
    let mut out = Vec::new();
    match hook.event.as_str() {
        "ONVOXIMPLANTCALLINIT" => call::ringing(&hook, &mut out)?,
        "ONVOXIMPLANTCALLSTART" => call::answered(&hook, &mut out)?,
        "ONVOXIMPLANTCALLEND" => call::ended(&hook, &mut out)?,
        "ONEXTERNALCALLSTART" => call::dialled(&hook, &mut out),
        "ONEXTERNALCALLBACKSTART" => call::wanted(&hook, &mut out),
        "ONOPENLINEMESSAGEADD" => chat::messages(&hook, &mut out)?,
        "ONIMCONNECTORMESSAGEADD" => chat::answers(&hook, &mut out)?,
        "ONSESSIONSTART" | "ONIMCONNECTORDIALOGSTART" => chat::sessions(&hook, true, &mut out)?,
        "ONSESSIONFINISH" | "ONIMCONNECTORDIALOGFINISH" => {
            chat::sessions(&hook, false, &mut out)?;
        }
        "ONTASKADD" | "ONTASKUPDATE" | "ONTASKDELETE" => task::read(&hook, &mut out)?,
        "ONTASKCOMMENTADD" => task::comment(&hook, &mut out)?,
        "ONBOOKINGADD" | "ONBOOKINGUPDATE" | "ONBOOKINGDELETE" => booking::read(&hook, &mut out)?,
        "ONCRMDYNAMICITEMADD" | "ONCRMDYNAMICITEMUPDATE" | "ONCRMDYNAMICITEMDELETE" => {
            item::dynamic(&hook, &mut out)?;
        }
        "ONCRMDOCUMENTGENERATORDOCUMENTADD"
        | "ONCRMDOCUMENTGENERATORDOCUMENTUPDATE"
        | "ONCRMDOCUMENTGENERATORDOCUMENTDELETE" => item::document(&hook, &mut out)?,
        "ONCRMDEALMOVETOCATEGORY" => item::moved(&hook, &mut out)?,
        name => match item::kind(name) {
            Some((entity, op)) => item::read(&hook, entity, op, &mut out)?,
            None => hook.unknown(&mut out),
        },
    }
    Ok(out)
}
