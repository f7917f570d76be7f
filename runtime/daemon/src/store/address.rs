//! Where the daemon listens that has a store open, for commands that talk to it.

use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use super::Store;

const ADDRESS: &str = "address";

/// The file that says so, for as long as the daemon runs.
#[derive(Debug)]
pub(crate) struct AddressFile(Option<PathBuf>);

impl AddressFile {
    /// Writes it. A daemon runs without, too: then commands have to be told the address.
    pub(crate) fn write(store: &Store, address: SocketAddr) -> Self {
        let path = store.dir().join(ADDRESS);
        match write(&path, address) {
            Ok(()) => Self(Some(path)),
            Err(e) => {
                tracing::warn!("`{}` cannot be written: {e}", path.display());
                Self(None)
            }
        }
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // one that is left behind leads nowhere, and the next daemon writes its own
            drop(fs::remove_file(path));
        }
    }
}

fn write(path: &std::path::Path, address: SocketAddr) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = super::private_file()
        .create(true)
        .truncate(true)
        .open(&temporary)?;
    writeln!(file, "http://{}", reachable(address))?;
    drop(file);
    fs::rename(temporary, path)
}

/// From this machine: a socket that listens everywhere does so on loopback, too.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl Store {
    /// Where the daemon listens that has it open, as a URL; `None` where none said so.
    pub fn address(&self) -> Option<String> {
        let text = fs::read_to_string(self.dir().join(ADDRESS)).ok()?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
