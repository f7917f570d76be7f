//! The form in which the state is stored: its tables as lists of rows in key order. Indexes are built again.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use trig_ir::{RecordKey, RevisionHash, Timestamp};

use super::{
    Begun, Budget, ClockKey, ClockRow, DueKey, DueRow, FiringKey, FirstKey, FirstRow, Grave,
    Layers, Mark, MarkKey, Meta, Pending, Provisional, Record, State, Sweep, Tripping, WriteKey,
};
use crate::Effect;
use crate::rename::Claim;

/// The rows of a table; map keys that are no text have no JSON.
struct Rows<'a, K, V>(&'a BTreeMap<K, V>);

impl<K, V> Rows<'_, K, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Serialize, V: Serialize> Serialize for Rows<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    meta: &'a Meta,
    records: Rows<'a, RecordKey, Arc<Record>>,
    graves: Rows<'a, RecordKey, Grave>,
    pending: Rows<'a, u64, Arc<Pending>>,
    marks: Rows<'a, MarkKey, Mark>,
    outbox: Rows<'a, u64, Arc<Effect>>,
    seen: Rows<'a, (SmolStr, SmolStr), Timestamp>,
    writes: Rows<'a, WriteKey, Provisional>,
    clocks: Rows<'a, ClockKey, ClockRow>,
    dues: Rows<'a, DueKey, DueRow>,
    settled: Rows<'a, (SmolStr, RecordKey), Vec<Timestamp>>,
    begun: Rows<'a, Begun, Timestamp>,
    firsts: Rows<'a, FirstKey, FirstRow>,
    sweeps: Rows<'a, u64, Arc<Sweep>>,
    breakers: Rows<'a, SmolStr, Tripping>,
    budgets: Rows<'a, FiringKey, Budget>,
    renames: Rows<'a, (SmolStr, SmolStr, SmolStr), ()>,
    #[serde(skip_serializing_if = "Rows::is_empty")]
    moved: Rows<'a, RevisionHash, Vec<Vec<Claim>>>,
}

#[derive(Deserialize)]
struct Stored {
    meta: Meta,
    records: Vec<(RecordKey, Arc<Record>)>,
    graves: Vec<(RecordKey, Grave)>,
    pending: Vec<(u64, Arc<Pending>)>,
    marks: Vec<(MarkKey, Mark)>,
    outbox: Vec<(u64, Arc<Effect>)>,
    seen: Vec<((SmolStr, SmolStr), Timestamp)>,
    writes: Vec<(WriteKey, Provisional)>,
    clocks: Vec<(ClockKey, ClockRow)>,
    dues: Vec<(DueKey, DueRow)>,
    settled: Vec<((SmolStr, RecordKey), Vec<Timestamp>)>,
    begun: Vec<(Begun, Timestamp)>,
    firsts: Vec<(FirstKey, FirstRow)>,
    sweeps: Vec<(u64, Arc<Sweep>)>,
    breakers: Vec<(SmolStr, Tripping)>,
    #[serde(default)]
    budgets: Vec<(FiringKey, Budget)>,
    renames: Vec<((SmolStr, SmolStr, SmolStr), ())>,
    #[serde(default)]
    moved: Vec<(RevisionHash, Vec<Vec<Claim>>)>,
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            meta: &self.meta,
            records: Rows(&self.tables.records),
            graves: Rows(&self.tables.graves),
            pending: Rows(&self.tables.pending),
            marks: Rows(&self.tables.marks),
            outbox: Rows(&self.tables.outbox),
            seen: Rows(&self.tables.seen),
            writes: Rows(&self.tables.writes),
            clocks: Rows(&self.tables.clocks),
            dues: Rows(&self.tables.dues),
            settled: Rows(&self.tables.settled),
            begun: Rows(&self.tables.begun),
            firsts: Rows(&self.tables.firsts),
            sweeps: Rows(&self.tables.sweeps),
            breakers: Rows(&self.tables.breakers),
            budgets: Rows(&self.tables.budgets),
            renames: Rows(&self.tables.renames),
            moved: Rows(&self.tables.moved),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut state = Self::default();
        let mut layers = Layers::over(&state);
        for (number, pending) in stored.pending {
            layers.insert_pending(number, pending);
        }
        for (key, mark) in stored.marks {
            layers.put_mark(key, mark);
        }
        for (key, grave) in stored.graves {
            layers.bury(key, grave);
        }
        for ((source, id), at) in stored.seen {
            layers.see(&source, &id, at);
        }
        for (key, write) in stored.writes {
            if let Some(at) = write.confirmed {
                layers.write_times.put((at, key.clone()), ());
            }
            layers.writes.put(key, write);
        }
        for (number, effect) in stored.outbox {
            layers.outbox_keys.put(effect.key.clone(), number);
            layers.outbox.put(number, effect);
        }
        for (key, row) in stored.clocks {
            layers.put_clock(key, row);
        }
        for (key, row) in stored.dues {
            layers.put_due(key, row);
        }
        for (key, row) in stored.firsts {
            layers.put_first(key, row);
        }
        for (key, budget) in stored.budgets {
            layers.put_budget(key, budget);
        }
        layers.meta = stored.meta;
        let changes = layers.into_changes();
        state.commit(changes);
        state.tables.records = stored.records.into_iter().collect();
        state.tables.settled = stored.settled.into_iter().collect();
        state.tables.begun = stored.begun.into_iter().collect();
        state.tables.sweeps = stored.sweeps.into_iter().collect();
        state.tables.breakers = stored.breakers.into_iter().collect();
        state.tables.renames = stored.renames.into_iter().collect();
        state.tables.moved = stored.moved.into_iter().collect();
        Ok(state)
    }
}

/// Feeds what is written to a hash.
struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl State {
    /// The SHA-256 of the state's JSON, in hexadecimal digits. Equal states have equal digests, in every process.
    /// Reads the whole state.
    pub fn digest(&self) -> String {
        let mut hashing = Hashing(Sha256::new());
        // plain data into a writer that takes everything: does not fail
        if serde_json::to_writer(&mut hashing, self).is_err() {
            return String::new();
        }
        let mut hex = String::with_capacity(64);
        for byte in hashing.0.finalize() {
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}
