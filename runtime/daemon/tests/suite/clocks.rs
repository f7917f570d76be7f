//! Recurrences over restarts.

use trig_ir::Millis;

use crate::receiver::Receiver;
use crate::support::{Place, advance, how_is, settled};

const HOUR: i64 = Millis::HOUR.0;
const DAY: i64 = Millis::DAY.0;

/// From the start of a test to the next nine o'clock: as long as the daemon runs, it is there on time.
const TO_NINE: i64 = 17 * HOUR + 53 * Millis::MINUTE.0 + 20 * Millis::SECOND.0;

const DAILY: &str = r#"
trigger Usual  { on every day at 09:00              do webhook.post(to: "crm", says: "usual") }
trigger Always { on every day at 09:00 missed run   do webhook.post(to: "crm", says: "always") }
trigger Exact  { on every day at 09:00 missed skip  do webhook.post(to: "crm", says: "exact") }
"#;

async fn says(receiver: &mut Receiver, n: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..n {
        let (_, body) = receiver.next().await;
        all.push(body["args"]["says"].as_str().unwrap().to_owned());
    }
    all.sort();
    all
}

/// A project that was begun on 2025-06-15 at 15:06:40 in the zone.
fn place(receiver: &Receiver) -> Place {
    let place = Place::new(DAILY);
    place.manifest(&format!(
        "zone = \"UTC\"\n[connectors.crm]\nkind = \"http\"\nurl = \"{}\"\n",
        receiver.url()
    ));
    place
}

#[tokio::test]
async fn a_recurrence_comes_once_each_day_also_over_a_restart() {
    let mut receiver = Receiver::start(200).await;
    let place = place(&receiver);
    let daemon = place.start().await;
    // the clocks are armed by the record of the activation, which comes first in a fresh store
    let status = how_is(&daemon).await;
    let next = status.next_due.unwrap().to_string();
    assert_eq!(next, "2025-06-16T09:00:00.000Z");
    advance(&daemon, &place, TO_NINE).await;
    assert_eq!(says(&mut receiver, 3).await, ["always", "exact", "usual"]);
    daemon.stop().await.unwrap();

    let daemon = place.start().await;
    let status = how_is(&daemon).await;
    let next = status.next_due.unwrap().to_string();
    assert_eq!(next, "2025-06-17T09:00:00.000Z", "and not the one that ran");
    for step in [12 * HOUR, 12 * HOUR, HOUR] {
        advance(&daemon, &place, step).await;
    }
    assert_eq!(says(&mut receiver, 3).await, ["always", "exact", "usual"]);
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err());
}

#[tokio::test]
async fn of_what_was_missed_only_the_last_runs_and_only_by_its_policy() {
    let mut receiver = Receiver::start(200).await;
    let place = place(&receiver);
    let daemon = place.start().await;
    daemon.stop().await.unwrap();

    // two hours after the last of four: within half of the period
    place.clock.advance(TO_NINE + 3 * DAY + 2 * HOUR);
    let daemon = place.start().await;
    settled(&daemon, &place).await;
    assert_eq!(says(&mut receiver, 2).await, ["always", "usual"]);
    daemon.stop().await.unwrap();

    // fourteen hours after the next: only the one that runs always
    place.clock.advance(DAY + 12 * HOUR);
    let daemon = place.start().await;
    settled(&daemon, &place).await;
    assert_eq!(says(&mut receiver, 1).await, ["always"]);
    daemon.stop().await.unwrap();
    assert!(receiver.got.try_recv().is_err());
}
