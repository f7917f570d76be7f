//! Feeds: a real server, and a clock that is moved by hand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use trig_ir::Millis;

use crate::receiver::Receiver;
use crate::support::{Place, inputs, soon};

const HOUR: i64 = Millis::HOUR.0;

/// What the server answers, and what it was asked.
#[derive(Default)]
struct Page {
    items: Vec<u32>,
    fails: bool,
    /// `200` and `304`, in order.
    answers: Vec<u16>,
}

struct Blog {
    address: SocketAddr,
    page: Arc<Mutex<Page>>,
}

impl Blog {
    async fn start(items: &[u32]) -> Self {
        let page = Arc::new(Mutex::new(Page {
            items: items.to_vec(),
            ..Page::default()
        }));
        let shared = Arc::clone(&page);
        let answer = move |headers: HeaderMap| {
            let mut page = shared.lock().unwrap();
            let tag = format!("\"{:?}\"", page.items);
            let known = headers
                .get("if-none-match")
                .map(|v| v.to_str().unwrap() == tag);
            let status = match known {
                _ if page.fails => StatusCode::INTERNAL_SERVER_ERROR,
                Some(true) => StatusCode::NOT_MODIFIED,
                _ => StatusCode::OK,
            };
            page.answers.push(status.as_u16());
            let body = rss(&page.items);
            async move { (status, [("etag", tag)], body).into_response() }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/feed.xml", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, page }
    }

    fn set(&self, items: &[u32]) {
        self.page.lock().unwrap().items = items.to_vec();
    }

    fn answers(&self) -> Vec<u16> {
        std::mem::take(&mut self.page.lock().unwrap().answers)
    }
}

fn rss(items: &[u32]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|n| {
            format!(
                "<item><guid>post-{n}</guid><title>Post {n}</title><link>http://blog/{n}</link>\
                 <pubDate>Mon, 02 Jun 2025 10:{n:02}:00 GMT</pubDate></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Blog</title>{}</channel></rss>",
        items.concat()
    )
}

fn place(blog: &Blog, receiver: &Receiver) -> Place {
    let text = format!(
        r#"
feed Blog "http://{}/feed.xml" every 1h
trigger News {{
    on Blog.updated(new_items >= 2)
    do webhook.post(to: "crm", n: event.new_items, title: event.title, link: event.link)
}}
"#,
        blog.address
    );
    Place::with_receiver(&text, &receiver.url())
}

#[tokio::test]
async fn what_is_new_in_a_feed_is_told_once() {
    let blog = Blog::start(&[2, 1]).await;
    let mut receiver = Receiver::start(200).await;
    let place = place(&blog, &receiver);
    let daemon = place.start().await;
    // what is there at the first look is not new
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [200]);
    let first = inputs(place.store().dir());
    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["arrivals"], serde_json::json!([]));
    assert_eq!(
        first[0]["feed"]["new"],
        serde_json::json!(["post-2", "post-1"])
    );

    // not looked at before the hour is over, and then as a server likes it
    blog.set(&[4, 3, 2, 1]);
    place.clock.advance(HOUR - 1);
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [0; 0]);
    place.clock.advance(1);
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [200]);
    let (_, body) = receiver.next().await;
    assert_eq!(
        body["args"],
        serde_json::json!({"to": "crm", "n": 2, "title": "Post 4", "link": "http://blog/4"})
    );
    let second = inputs(place.store().dir());
    assert_eq!(second.len(), 2, "items and cursor are one record");
    assert_eq!(
        second[1]["arrivals"][0]["what"]["event"]["ty"],
        "Blog.updated"
    );
    assert_eq!(
        second[1]["feed"]["new"],
        serde_json::json!(["post-4", "post-3"])
    );

    place.clock.advance(HOUR);
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [304]);
    daemon.stop().await.unwrap();
    assert_eq!(inputs(place.store().dir()).len(), 2);
    assert!(receiver.got.try_recv().is_err());
}

#[tokio::test]
async fn a_feed_goes_on_where_it_stood_after_a_restart_and_after_trouble() {
    let blog = Blog::start(&[1]).await;
    let mut receiver = Receiver::start(200).await;
    let place = place(&blog, &receiver);
    let daemon = place.start().await;
    soon(daemon.feeds.look()).await;
    daemon.stop().await.unwrap();

    // what came while nothing ran is new, what had been seen is not
    blog.set(&[3, 2, 1]);
    let daemon = place.start().await;
    soon(daemon.feeds.look()).await;
    let (_, body) = receiver.next().await;
    assert_eq!(body["args"]["n"], 2);

    // nothing is lost by a look that fails
    blog.set(&[5, 4, 3, 2, 1]);
    blog.page.lock().unwrap().fails = true;
    place.clock.advance(HOUR);
    soon(daemon.feeds.look()).await;
    blog.page.lock().unwrap().fails = false;
    place.clock.advance(HOUR);
    soon(daemon.feeds.look()).await;
    let (_, body) = receiver.next().await;
    assert_eq!(body["args"]["title"], "Post 5");
    assert_eq!(body["args"]["n"], 2);
    assert_eq!(blog.answers(), [200, 200, 500, 200]);

    // one that was seen, and left, and came back
    blog.set(&[1]);
    place.clock.advance(HOUR);
    soon(daemon.feeds.look()).await;
    blog.set(&[5, 4, 1]);
    place.clock.advance(HOUR);
    soon(daemon.feeds.look()).await;
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err());
}

#[tokio::test]
async fn a_feed_that_an_edit_brings_is_looked_at_and_nobody_looks_where_a_sink_stands_in() {
    let blog = Blog::start(&[1]).await;
    let receiver = Receiver::start(200).await;
    let place = place(&blog, &receiver);
    let text = std::fs::read_to_string(place.project().join("main.trig")).unwrap();
    place.write("main.trig", "entity ticket { severity: int? }\n");
    let mut daemon = place.start().await;
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [0; 0]);
    place.write("main.trig", &text);
    daemon.reload(&place.project()).await;
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [200]);
    daemon.stop().await.unwrap();

    let mut options = place.options();
    options.sink = true;
    let daemon = place.try_start(options).await.unwrap();
    soon(daemon.feeds.look()).await;
    assert_eq!(blog.answers(), [0; 0]);
    daemon.stop().await.unwrap();
}
