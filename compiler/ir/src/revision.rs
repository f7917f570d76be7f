//! The identity of a compiled project.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::{IR_VERSION, Ir};

/// The hash of an IR: names a revision wherever one is stored or shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RevisionHash(pub SmolStr);

impl fmt::Display for RevisionHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why an IR could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// It is no JSON of this form.
    Json(serde_json::Error),
    /// It was written by another version of the compiler.
    Version {
        /// The version that was found.
        found: u32,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(e) => write!(f, "this is no compiled project: {e}"),
            Self::Version { found } => {
                write!(
                    f,
                    "the project was compiled to format {found}, this program reads format {IR_VERSION}"
                )
            }
        }
    }
}

impl std::error::Error for ReadError {}

impl Ir {
    /// The IR as JSON. The same IR gives the same bytes.
    ///
    /// # Errors
    /// Where the serialiser fails, which plain data does not make it do.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// If it is of another form or version.
    pub fn from_json(json: &[u8]) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = serde_json::from_slice(json).map_err(ReadError::Json)?;
        if head.version != IR_VERSION {
            return Err(ReadError::Version {
                found: head.version,
            });
        }
        read_deep_json(json).map_err(ReadError::Json)
    }

    /// The hash of the JSON: 16 hexadecimal digits of its SHA-256.
    ///
    /// # Errors
    /// As [`Self::to_json`].
    pub fn hash(&self) -> Result<RevisionHash, serde_json::Error> {
        Ok(hash_json(&self.to_json()?))
    }
}

/// Reads JSON that nests as deep as the expressions of a project may, which is deeper than serde_json allows by itself.
/// For what Trig has written: the grammar bounds the depth of expressions.
///
/// # Errors
/// If it is of another form.
pub fn read_deep_json<T: serde::de::DeserializeOwned>(json: &[u8]) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.disable_recursion_limit();
    let value = T::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The hash of an IR's JSON.
pub fn hash_json(json: &[u8]) -> RevisionHash {
    let digest = Sha256::digest(json);
    let mut hex = String::with_capacity(16);
    for byte in digest.iter().take(8) {
        hex.push_str(&format!("{byte:02x}"));
    }
    RevisionHash(hex.into())
}
