//! Wire formats to arrivals: bytes in, arrivals out.
//!
//! Pure. It knows the formats that CRMs send and the names of the catalogues, never a project: values stay as they came
//! over the wire and are read by the types of the active revision.

pub mod cloudevents;
mod error;
mod media;
mod percent;

pub use error::{Status, WireError};
