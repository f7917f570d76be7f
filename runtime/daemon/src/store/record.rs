//! What stands in the payload of a log record. JSON: readable by any tool, whatever becomes of this program.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_engine::Arrival;
use trig_ir::RevisionHash;

/// The version of the normalisers: raised when the same body would be understood differently.
pub const NORMALISER_VERSION: u32 = 1;

/// The payload of an input: one HTTP body, understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputPayload<A = Vec<Arrival>> {
    /// The version of the normaliser that understood it.
    pub normaliser: u32,
    /// Through which door it came: `events`, or the connector's name.
    pub via: SmolStr,
    /// What it said.
    pub arrivals: A,
    /// Where the feed stands from here on that was looked at, if one was.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub feed: Option<FeedCursor>,
}

/// What was new in a feed when it was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedCursor {
    /// Its full name.
    pub name: SmolStr,
    /// Where it was looked at. A feed that moves begins anew.
    pub url: SmolStr,
    /// The ids of the items that had not been seen before, in the order of the document.
    pub new: Vec<String>,
}

impl InputPayload<&[Arrival]> {
    /// As bytes.
    ///
    /// # Errors
    /// Where the serialiser fails, which plain data does not make it do.
    pub fn encode(via: &str, arrivals: &[Arrival]) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&InputPayload {
            normaliser: NORMALISER_VERSION,
            via: via.into(),
            arrivals,
            feed: None,
        })
    }

    /// A poll's items and its cursor, as bytes.
    ///
    /// # Errors
    /// Where the serialiser fails, which plain data does not make it do.
    pub fn encode_poll(
        via: &str,
        arrivals: &[Arrival],
        feed: FeedCursor,
    ) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&InputPayload {
            normaliser: NORMALISER_VERSION,
            via: via.into(),
            arrivals,
            feed: Some(feed),
        })
    }
}

/// The payload of an attempt: it is about to leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptPayload {
    /// The effect's idempotency key.
    pub key: SmolStr,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// The payload of a revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionPayload {
    /// The revision that is active from here on.
    pub revision: RevisionHash,
}
