//! `[http]`.

use ::url::Host;
use smol_str::SmolStr;

use super::rules::value;
use super::section::Section;
use super::{Http, Spanned};
use crate::Diagnostic;

pub(super) const KEYS: [&str; 1] = ["allow"];

pub(super) fn read(root: &Section<'_>, out: &mut Vec<Diagnostic>) -> Http {
    let mut http = Http::default();
    let Some(section) = root.section("http", out) else {
        return http;
    };
    section.only(&KEYS, out);
    let Some(entry) = section.get("allow") else {
        return http;
    };
    for text in entry.texts(out) {
        match host(text.value) {
            Some(host) => http.allow.push(text.with(host)),
            None => out.push(wrong_host(text)),
        }
    }
    http
}

/// A host, lower case; `*.` before it stays.
fn host(text: &str) -> Option<SmolStr> {
    let (prefix, name) = match text.strip_prefix("*.") {
        Some(name) => ("*.", name),
        None => ("", text),
    };
    // `*` is a character of host names for a URL, not for us
    if name.contains('*') {
        return None;
    }
    match Host::parse(name).ok()? {
        Host::Domain(domain) => Some(format!("{prefix}{domain}").into()),
        address if prefix.is_empty() => Some(address.to_string().into()),
        _ => None,
    }
}

fn wrong_host(text: Spanned<&str>) -> Diagnostic {
    // the text may be a whole address with credentials: it is not repeated
    let wrong = value::wrong("this is no name of a host", text.span);
    let parsed = ::url::Url::parse(text.value).ok();
    match parsed.as_ref().and_then(|url| url.host_str()) {
        Some(host) if !host.is_empty() => wrong.propose_text(host),
        _ => wrong.help("write the host only, as in `api.acme.com` or `*.acme.com`"),
    }
}
