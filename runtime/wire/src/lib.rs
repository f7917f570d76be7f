//! Wire formats to arrivals: bytes in, arrivals out.
//!
//! Pure. It knows the formats that CRMs send and the names of the catalogues, never a project: values stay as they came
//! over the wire and are read by the types of the active revision.

mod activecampaign;
mod bitrix24;
pub mod cloudevents;
mod error;
mod fields;
mod form;
mod identity;
mod kommo;
mod media;
mod percent;

pub use error::{Status, WireError};

use trig_engine::Arrival;

/// Which system sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Kommo, or amoCRM.
    Kommo,
    /// ActiveCampaign.
    ActiveCampaign,
    /// Bitrix24.
    Bitrix24,
}

/// What counts of a request's headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    /// `Content-Type`. Without one the body is taken for what the system sends.
    pub content_type: Option<&'a str>,
    /// The sender's id of the request (`X-Amocrm-Requestid`). Part of the ids of what carries no time of its own.
    pub request_id: Option<&'a str>,
}

/// The arrivals that a webhook's body holds, in its order. `connector` is the name of the installation that it came
/// in for: their source.
///
/// Their ids are made of what they say, so that the same body has the same ids when it is sent again. What carries no
/// time has the request's id in it; without one it has none, because the same can happen again with the same words.
///
/// # Errors
/// What is wrong with the body and where. Then nothing of it is accepted. What is merely unknown is no error, but an
/// event of that name.
pub fn webhook(
    kind: Kind,
    connector: &str,
    headers: &Headers<'_>,
    body: &[u8],
) -> Result<Vec<Arrival>, WireError> {
    match kind {
        Kind::Kommo => {
            let tree = form::parse("Kommo", headers.content_type, body)?;
            let request = headers.request_id.filter(|id| !id.is_empty());
            kommo::arrivals(connector, request, &tree)
        }
        Kind::ActiveCampaign => {
            let tree = form::parse("ActiveCampaign", headers.content_type, body)?;
            activecampaign::arrivals(connector, &tree)
        }
        Kind::Bitrix24 => {
            let tree = form::parse("Bitrix24", headers.content_type, body)?;
            bitrix24::arrivals(connector, &tree)
        }
    }
}
