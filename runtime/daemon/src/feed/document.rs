//! Reading a feed's document: RSS, Atom or JSON Feed.

use feed_rs::model::Entry;
use feed_rs::parser::Builder;

/// So many items of a document are looked at.
pub(super) const MOST_ITEMS: usize = 5_000;
/// How much of a title or an address is kept.
const MOST_CHARS: usize = 1_000;

/// An item of a feed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// By what it is known again.
    pub(super) id: String,
    pub(super) title: Option<String>,
    pub(super) link: Option<String>,
    /// When it came out, in milliseconds since the epoch, if the feed says.
    pub(super) published: Option<i64>,
}

/// The items of a document, in its order.
///
/// # Errors
/// If it is no feed.
pub(super) fn items(bytes: &[u8]) -> Result<Vec<Item>, String> {
    // where an item has no id, what is random or depends on the document's address does not make one
    let parser = Builder::new().id_generator(|_, _, _| String::new()).build();
    let feed = parser
        .parse(bytes)
        .map_err(|e| format!("it is no feed that can be read: {e}"))?;
    Ok(feed.entries.iter().take(MOST_ITEMS).map(item).collect())
}

fn item(entry: &Entry) -> Item {
    let title = entry.title.as_ref().map(|title| short(&title.content));
    // a page before a picture or a comment feed
    let page = |link: &&feed_rs::model::Link| link.rel.as_deref().is_none_or(|r| r == "alternate");
    let link = entry.links.iter().find(page).or(entry.links.first());
    let link = link.map(|link| short(&link.href));
    let published = entry.published.or(entry.updated);
    let published = published.map(|at| at.timestamp_millis());
    let id = if entry.id.is_empty() {
        let summary = entry.summary.as_ref().map(|text| text.content.as_str());
        let parts = [link.as_deref(), title.as_deref()];
        match parts {
            [None, None] => summary.unwrap_or_default().to_owned(),
            _ => parts.map(Option::unwrap_or_default).join("\n"),
        }
    } else {
        entry.id.clone()
    };
    Item {
        id,
        title: title.filter(|title| !title.is_empty()),
        link: link.filter(|link| !link.is_empty()),
        published,
    }
}

fn short(text: &str) -> String {
    text.trim().chars().take(MOST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match items(text.as_bytes()) {
            Err(e) => format!("error: {e}"),
            Ok(items) => items
                .iter()
                .map(|i| format!("{:?} {:?} {:?} {:?}", i.id, i.title, i.link, i.published))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    #[test]
    fn rss_atom_and_json_feeds_are_read() {
        let rss = r#"<?xml version="1.0"?>
            <rss version="2.0"><channel><title>Blog</title>
            <item><guid>g1</guid><title> One &amp; only </title><link>http://b/1</link>
                <pubDate>Mon, 02 Jun 2025 10:00:00 GMT</pubDate></item>
            <item><title>No id</title><link>http://b/2</link></item>
            <item><description>Neither title nor link</description></item>
            </channel></rss>"#;
        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>Blog</title>
            <entry><id>urn:1</id><title>One</title><updated>2025-06-02T10:00:00Z</updated>
                <link rel="enclosure" href="http://b/1.png"/><link href="http://b/1"/></entry>
            </feed>"#;
        let json = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Blog",
            "items": [{"id": "1", "url": "http://b/1", "title": "One", "content_text": "x"}]}"#;
        let all = [rss, atom, json].map(shown).join("\n\n");
        insta::assert_snapshot!(all, @r#"
        "g1" Some("One & only") Some("http://b/1") Some(1748858400000)
        "http://b/2\nNo id" Some("No id") Some("http://b/2") None
        "Neither title nor link" None None None

        "urn:1" Some("One") Some("http://b/1") Some(1748858400000)

        "1" Some("One") Some("http://b/1") None
        "#);
    }

    #[test]
    fn anything_else_is_no_feed() {
        let all = [
            "",
            "hello",
            "<html><body>no</body></html>",
            "{\"a\":1}",
            "<rss",
        ];
        insta::assert_snapshot!(all.map(shown).join("\n"), @r#"
        error: it is no feed that can be read: unable to parse feed: no root element
        error: it is no feed that can be read: unable to parse feed: no root element
        error: it is no feed that can be read: unable to parse feed: no root element
        error: it is no feed that can be read: unable to parse JSON: missing field `version` at line 1 column 7
        error: it is no feed that can be read: unable to parse feed: no root element
        "#);
    }
}
