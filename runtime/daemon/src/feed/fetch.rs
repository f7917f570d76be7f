//! Asking for a feed's document.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    LOCATION, USER_AGENT,
};
use hyper::{HeaderMap, Request, StatusCode};
use url::Url;

use crate::outbox::Client;

/// How long an answer may take, with all that it leads to.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How large a document may be, in bytes.
const MOST_BYTES: usize = 8 << 20;
/// How often the answer may be that it is elsewhere.
const MOST_HOPS: usize = 5;
const TYPES: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

/// By what a server knows again which version of a document somebody has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

/// What the answer was.
#[derive(Debug, PartialEq)]
pub(super) enum Fetched {
    /// The version that one has.
    Unchanged,
    /// Another.
    Document(Bytes, Validators),
}

/// Asks for a document, unless it is the one that `has` tells of.
///
/// # Errors
/// Why there is none, in a few words.
pub(super) async fn fetch(client: &Client, url: &str, has: &Validators) -> Result<Fetched, String> {
    match tokio::time::timeout(TIMEOUT, ask(client, url, has)).await {
        Ok(fetched) => fetched,
        Err(_) => Err(format!("no answer within {} s", TIMEOUT.as_secs())),
    }
}

async fn ask(client: &Client, url: &str, has: &Validators) -> Result<Fetched, String> {
    let mut url = Url::parse(url).map_err(|e| e.to_string())?;
    for _ in 0..=MOST_HOPS {
        let response = client
            .request(request(&url, has)?)
            .await
            .map_err(|e| crate::outbox::chain(&e))?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::Unchanged);
        }
        if status.is_redirection() {
            url = elsewhere(&url, response.headers())?;
            continue;
        }
        if !status.is_success() {
            return Err(format!("the answer was {status}"));
        }
        let validators = Validators {
            etag: text(response.headers(), &ETAG),
            last_modified: text(response.headers(), &LAST_MODIFIED),
        };
        return match Limited::new(response.into_body(), MOST_BYTES)
            .collect()
            .await
        {
            Ok(body) => Ok(Fetched::Document(body.to_bytes(), validators)),
            Err(e) if e.is::<LengthLimitError>() => Err(format!(
                "the document is larger than {} MiB",
                MOST_BYTES >> 20
            )),
            Err(e) => Err(format!("the answer broke off: {e}")),
        };
    }
    Err(format!("it was sent elsewhere more than {MOST_HOPS} times"))
}

fn request(url: &Url, has: &Validators) -> Result<Request<Full<Bytes>>, String> {
    let mut request = Request::get(url.as_str())
        .header(ACCEPT, TYPES)
        .header(ACCEPT_ENCODING, "identity")
        .header(USER_AGENT, concat!("trigd/", env!("CARGO_PKG_VERSION")));
    if let Some(etag) = &has.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(since) = &has.last_modified {
        request = request.header(IF_MODIFIED_SINCE, since);
    }
    request.body(Full::default()).map_err(|e| e.to_string())
}

/// Where an answer sends one. Never from `https` to `http`.
fn elsewhere(from: &Url, headers: &HeaderMap) -> Result<Url, String> {
    let to =
        text(headers, &LOCATION).ok_or("it is elsewhere, and the answer does not say where")?;
    let to = from
        .join(&to)
        .map_err(|e| format!("it is at `{to}`: {e}"))?;
    let allowed = match to.scheme() {
        "https" => true,
        "http" => from.scheme() == "http",
        _ => false,
    };
    if allowed {
        Ok(to)
    } else {
        Err(format!("it is at `{to}`, where one does not follow"))
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_follows_where_nothing_is_lost() {
        let to = |from: &str, to: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, to.parse().unwrap());
            match elsewhere(&Url::parse(from).unwrap(), &headers) {
                Ok(url) => url.to_string(),
                Err(e) => format!("error: {e}"),
            }
        };
        let all = [
            to("http://a/feed", "https://a/feed"),
            to("https://a/feed", "/other"),
            to("https://a/feed", "http://a/feed"),
            to("http://a/feed", "file:///etc/passwd"),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        https://a/feed
        https://a/other
        error: it is at `http://a/feed`, where one does not follow
        error: it is at `file:///etc/passwd`, where one does not follow
        "#);
    }
}
