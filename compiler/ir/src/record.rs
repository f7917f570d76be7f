//! The identity of records.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What identifies a record: no position, path or dense id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordKey {
    /// The entity's full name: `kommo.lead`.
    pub entity: SmolStr,
    /// The connector installation: `kommo`.
    pub connector: SmolStr,
    /// The CRM's own id, as text.
    pub id: SmolStr,
}

/// `kommo.lead/15318175`, with `@connector` behind it where the connector is not called like the catalogue.
impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.entity, self.id)?;
        if self.entity.split('.').next() != Some(self.connector.as_str()) {
            write!(f, "@{}", self.connector)?;
        }
        Ok(())
    }
}
