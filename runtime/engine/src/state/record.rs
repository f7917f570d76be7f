//! Records and their fields.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use trig_ir::{Timestamp, Value};

/// Fields by name, sorted: what is absent is not known. A record's declared field that has a native id is kept as
/// `#ID`, so that it survives the renaming, and the arrival, of its declaration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<SmolStr, Value>")]
pub(crate) struct Fields(#[serde(serialize_with = "as_map")] Vec<(SmolStr, Value)>);

fn as_map<S: serde::Serializer>(
    fields: &[(SmolStr, Value)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
}

impl From<BTreeMap<SmolStr, Value>> for Fields {
    fn from(fields: BTreeMap<SmolStr, Value>) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl FromIterator<(SmolStr, Value)> for Fields {
    fn from_iter<T: IntoIterator<Item = (SmolStr, Value)>>(fields: T) -> Self {
        fields.into_iter().collect::<BTreeMap<_, _>>().into()
    }
}

impl Fields {
    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(n, _)| n.as_str().cmp(name))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let at = self.position(name).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, name: SmolStr, value: Value) {
        match self.position(&name) {
            Ok(at) => {
                if let Some(row) = self.0.get_mut(at) {
                    row.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.position(name).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

/// One version of a record. Every change makes a new one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What is known of it.
    pub(crate) fields: Fields,
    /// The source's own clock of the newest snapshot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) clock: Option<i64>,
    /// When it was first heard of. `None`: it is not stored yet.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) seen: Option<Seen>,
    /// Nobody has reported it: it has nothing but what was written here.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) local: bool,
    /// It was first heard of by something else than its creation, which is still to be told: the fields, by stored names,
    /// of whose values something was told since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) untold: Option<BTreeSet<SmolStr>>,
}

impl Record {
    /// Notes that the value of a field has been told: its creation will not do so again.
    pub(crate) fn tell(&mut self, stored: &SmolStr) {
        if let Some(told) = &mut self.untold {
            told.insert(stored.clone());
        }
    }
}

/// When a record was first heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Its number among all records that ever were.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
}

/// A deleted record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grave {
    /// When it was deleted.
    pub(crate) at: Timestamp,
    /// The source's own clock of the deletion.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) clock: Option<i64>,
}

/// A write of ours on its way into the CRM, or lately confirmed: its echo is no event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Provisional {
    /// What stood there before, as far as it was known: a snapshot that still has it is out of date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) before: Option<Value>,
    /// What was written.
    pub(crate) value: Value,
    /// When the CRM took it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) confirmed: Option<Timestamp>,
}
