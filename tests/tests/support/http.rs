//! One HTTP request on a connection of its own, which may break at any moment.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// How a request ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Sent {
    /// The status and body of the answer.
    Answered(u16, String),
    /// The connection broke before the whole answer was there.
    Broken,
}

/// Posts a body. `before_answer` runs once all is written and before anything is read.
pub(crate) fn post(
    address: SocketAddr,
    path: &str,
    content_type: &str,
    body: &[u8],
    before_answer: impl FnOnce(),
) -> Sent {
    exchange(address, path, content_type, body, before_answer).unwrap_or(Sent::Broken)
}

fn exchange(
    address: SocketAddr,
    path: &str,
    content_type: &str,
    body: &[u8],
    before_answer: impl FnOnce(),
) -> Option<Sent> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    before_answer();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    // an answer that was cut short is none
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse::<usize>()
            .ok()
    })?;
    (body.len() == length).then(|| Sent::Answered(status, body.to_owned()))
}
