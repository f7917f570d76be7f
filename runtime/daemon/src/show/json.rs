//! One JSON object a line.

use std::io::{self, Write};

use crate::happened::Happened;

pub(super) fn write(happened: &Happened, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, happened)?;
    out.write_all(b"\n")
}
