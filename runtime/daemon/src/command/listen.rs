//! Addresses on the command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};

const FORMS: &str = "write a port, or an address and a port, as in `7070`, `127.0.0.1:7070`, `localhost:7070` or `[::1]:7070`";

/// Where to listen: an address and a port, a name of this machine and a port, or a port on the loopback address.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let name = text.rsplit_once(':').filter(|(name, port)| {
        let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
        !name.is_empty() && name.chars().all(is_name) && port.parse::<u16>().is_ok()
    });
    let Some((name, _)) = name else {
        return Err(FORMS.to_owned());
    };
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|_| format!("there is no machine `{name}`; {FORMS}"))?
        .collect();
    // a name that has both is expected where most programs look for it
    let first = found.iter().find(|a| a.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| FORMS.to_owned())
}

/// The URL that somebody means who may have left out what goes without saying.
pub(super) fn url(text: &str) -> String {
    let text = text.trim_end_matches('/');
    if text.contains("://") {
        text.to_owned()
    } else if text.parse::<u16>().is_ok() {
        format!("http://127.0.0.1:{text}")
    } else {
        format!("http://{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_may_be_short() {
        let shown = |text: &str| match address(text) {
            Ok(address) => address.to_string(),
            Err(reason) => reason,
        };
        for (text, address) in [
            ("7070", "127.0.0.1:7070"),
            ("0", "127.0.0.1:0"),
            ("0.0.0.0:7070", "0.0.0.0:7070"),
            ("localhost:7070", "127.0.0.1:7070"),
            ("[::1]:7070", "[::1]:7070"),
            (":7070", FORMS),
            ("localhost", FORMS),
            ("127.0.0.1:99999", FORMS),
            ("http://127.0.0.1:7070", FORMS),
        ] {
            assert_eq!(shown(text), address, "{text}");
        }
    }

    #[test]
    fn a_url_may_lack_its_scheme() {
        for (text, address) in [
            ("https://crm.example.com/", "https://crm.example.com"),
            ("127.0.0.1:7071", "http://127.0.0.1:7071"),
            ("localhost:7071", "http://localhost:7071"),
            ("7071", "http://127.0.0.1:7071"),
        ] {
            assert_eq!(url(text), address);
        }
    }
}
