//! The manifest's rules, one a file. Beside each lies its page.

pub(super) mod missing;
pub(super) mod missing_key;
pub(super) mod syntax;
pub(super) mod unknown_key;
pub(super) mod value;

use crate::MANIFEST_PATH;
use smol_str::SmolStr;

fn file() -> SmolStr {
    SmolStr::new_static(MANIFEST_PATH)
}
