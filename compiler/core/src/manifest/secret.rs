//! Where a credential is found: `{ env = "NAME" }` or `{ file = "path" }`.

use smol_str::SmolStr;
use toml::de::DeValue;

use super::SecretRef;
use super::rules::value;
use super::section::Section;
use crate::Diagnostic;

pub(super) const KEYS: [&str; 2] = ["env", "file"];

/// The reference under `name`. No message repeats a value: somebody may have written the credential itself.
pub(super) fn read(
    section: &Section<'_>,
    name: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<SecretRef> {
    let entry = section.get(name)?;
    if let DeValue::String(_) = entry.value {
        out.push(
            value::wrong(
                format!("`{}` must not stand in the manifest itself", entry.path()),
                entry.span,
            )
            .note("a manifest is shared and kept in version control; what was written here should be replaced")
            .help(format!(
                "name where it is found: `{name} = {{ env = \"ACME_TOKEN\" }}` or `{name} = {{ file = \"…\" }}`"
            )),
        );
        return None;
    }
    let table = entry.section(out)?;
    table.only(&KEYS, out);
    let env = table.text("env", out);
    let file = table.text("file", out);
    match (env, file) {
        (Some(_), Some(file)) => {
            out.push(
                value::wrong(
                    format!("`{}` has both `env` and `file`", entry.path()),
                    file.span,
                )
                .help("keep one of them"),
            );
            None
        }
        (Some(env), None) if is_variable(env.value) => {
            Some(SecretRef::Env(SmolStr::new(env.value)))
        }
        (Some(env), None) => {
            out.push(
                value::wrong("this is no name of an environment variable", env.span)
                    .help("use capitals, digits and `_`, as in `ACME_TOKEN`"),
            );
            None
        }
        (None, Some(file)) => Some(SecretRef::File(SmolStr::new(file.value))),
        (None, None) => {
            // where anything is there, it has been reported
            if table.entries().next().is_none() {
                table.missing("env", "env = \"ACME_TOKEN\"", out);
            }
            None
        }
    }
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
