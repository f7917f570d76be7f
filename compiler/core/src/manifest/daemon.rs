//! `[daemon]`.

use std::net::SocketAddr;

use super::rules::value;
use super::section::Section;
use super::{DaemonSettings, Spanned, secret, size};
use crate::Diagnostic;

pub(super) const KEYS: [&str; 6] = [
    "debounce",
    "listen",
    "max_body",
    "retention",
    "store",
    "token",
];

pub(super) fn read(root: &Section<'_>, out: &mut Vec<Diagnostic>) -> DaemonSettings {
    let Some(section) = root.section("daemon", out) else {
        return DaemonSettings::default();
    };
    section.only(&KEYS, out);
    DaemonSettings {
        listen: listen(&section, out),
        store: section.text("store", out).map(|s| s.keep()),
        max_body: size::read(&section, "max_body", out),
        retention: section.duration("retention", out),
        debounce: section.duration("debounce", out),
        token: secret::read(&section, "token", out),
    }
}

fn listen(section: &Section<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<SocketAddr>> {
    let text = section.text("listen", out)?;
    if let Ok(address) = text.value.parse() {
        return Some(text.with(address));
    }
    let wrong = value::wrong(
        format!("`{}` is no address to listen on", text.value),
        text.span,
    );
    let port = text
        .value
        .rsplit(':')
        .next()
        .and_then(|p| p.parse::<u16>().ok());
    out.push(match port {
        Some(port) if !text.value.contains('.') => wrong.propose_text(&format!("127.0.0.1:{port}")),
        _ => wrong.help("write an address and a port, as in `127.0.0.1:8080` or `[::1]:8080`"),
    });
    None
}
