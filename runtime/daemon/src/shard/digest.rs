//! A digest of what a batch led to. It stands in the frame of the next batch, so that a replay that goes another way is
//! noticed.
//!
//! It covers what is the same whether or not a trace is kept: effects, firings, and what began to wait or waits no
//! longer.

use sha2::{Digest as _, Sha256};
use trig_engine::{Audit, Output};

/// The digest before anything has happened.
pub(crate) const NOTHING: u64 = 0;

/// Collects the outputs of a batch.
#[derive(Default)]
pub(crate) struct BatchDigest {
    hash: Option<Sha256>,
}

impl BatchDigest {
    /// Adds what an input led to. Inputs that led to nothing leave the digest as it is.
    pub(crate) fn add(&mut self, position: u64, output: &Output) -> Result<(), serde_json::Error> {
        for audit in &output.audit {
            // only what does not depend on how much is traced
            let bytes = match audit {
                Audit::Fired {
                    trigger,
                    subject,
                    at,
                    ..
                } => serde_json::to_vec(&("fired", trigger, subject, at))?,
                Audit::Armed {
                    trigger,
                    subject,
                    due,
                    phase,
                } => serde_json::to_vec(&("armed", trigger, subject, due, phase))?,
                Audit::Cancelled {
                    trigger, subject, ..
                } => serde_json::to_vec(&("cancelled", trigger, subject))?,
                _ => continue,
            };
            self.update(position, &bytes);
        }
        for effect in &output.effects {
            self.update(position, &serde_json::to_vec(effect)?);
        }
        Ok(())
    }

    fn update(&mut self, position: u64, bytes: &[u8]) {
        let hash = self.hash.get_or_insert_with(Sha256::new);
        hash.update(position.to_le_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }

    /// The digest.
    pub(crate) fn finish(self) -> u64 {
        let Some(hash) = self.hash else {
            return NOTHING;
        };
        hash.finalize()
            .iter()
            .take(8)
            .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}
