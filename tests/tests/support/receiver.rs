//! A receiver that takes every delivery and remembers it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A receiver on a port of its own.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    deliveries: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let deliveries: Arc<Mutex<BTreeMap<String, Vec<String>>>> = Arc::default();
        let taken = Arc::clone(&deliveries);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&taken);
                std::thread::spawn(move || serve(stream, &taken));
            }
        });
        Self {
            address,
            deliveries,
        }
    }

    /// What came in: bodies by idempotency key.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, Vec<String>> {
        self.deliveries.lock().unwrap().clone()
    }
}

/// Takes requests until the connection ends; one that was cut short is not taken.
fn serve(stream: TcpStream, taken: &Mutex<BTreeMap<String, Vec<String>>>) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut key) = (0, None);
        let mut line = String::new();
        while reader.read_line(&mut line).ok()? > 2 {
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "idempotency-key" => key = Some(value.trim().to_owned()),
                _ => {}
            }
            line.clear();
        }
        if line.is_empty() {
            return None;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        taken
            .lock()
            .unwrap()
            .entry(key.unwrap_or_default())
            .or_default()
            .push(body);
        writer
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .ok()?;
    }
}
