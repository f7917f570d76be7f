//! How fast bodies of CloudEvents are read, beside a plain JSON parse of the same bytes.

use divan::{Bencher, black_box, counter::ItemsCount};

const EVENTS: u32 = 128;

fn main() {
    divan::main();
}

fn body() -> Vec<u8> {
    let events: Vec<String> = (0..EVENTS)
        .map(|n| {
            format!(
                r#"{{"specversion":"1.0","id":"evt-{n:06}","source":"kommo","type":"record.updated","time":"2026-03-02T10:00:{:02}Z","subject":"kommo.lead/{}","actor":"user:anna@acme.com","clock":{},"data":{{"name":"Lead {n}","price":"{}","owner":"11087123","stage":{{"pipeline":"8572511","stage":"67548619"}},"tags":["VIP","partner"],"utm.source":"Google","utm.campaign":"spring-{n}","company":null}}}}"#,
                n % 60,
                15_318_175 + n,
                1_726_572_752 + n,
                500 + n,
            )
        })
        .collect();
    format!("[{}]", events.join(",")).into_bytes()
}

#[divan::bench]
fn batch_of_128(bencher: Bencher) {
    let body = body();
    bencher.counter(ItemsCount::new(EVENTS)).bench(|| {
        trig_wire::cloudevents::events(
            Some("application/cloudevents-batch+json"),
            &[],
            black_box(&body),
        )
    });
}

#[divan::bench]
fn json_value_of_the_same(bencher: Bencher) {
    let body = body();
    bencher
        .counter(ItemsCount::new(EVENTS))
        .bench(|| serde_json::from_slice::<serde_json::Value>(black_box(&body)));
}
