//! What automations of the three systems start from is there, with the fields that they ask for: the same patterns as
//! those systems offer, against their catalogues.

mod common;

use std::fmt::Write as _;

use trig_compiler::{SourceSet, compile};

use common::{MANIFEST, render};

/// Row, head of the trigger behind its name, its starts and guards.
type Row = (&'static str, &'static str, &'static str);

const BITRIX24: &[Row] = &[
    ("B6", "for deal", "on email.opened"),
    (
        "B7",
        "for deal",
        "on email.clicked(link: \"https://acme.com/feedback\")",
    ),
    ("B8", "for quote", "on email.incoming"),
    (
        "B8b",
        "for deal via activity.deal",
        "on activity created  when activity.kind == email and activity.direction == inbound",
    ),
    (
        "B9",
        "for lead",
        "on email.sent { by user }  on message.outgoing { by user }",
    ),
    (
        "B10",
        "for lead",
        "on form.submitted(callback: true, form: \"7\")",
    ),
    ("B11", "for deal", "on form.submitted(form: \"12\")"),
    ("B11b", "for lead", "on lead created  when form == \"12\""),
    (
        "B12",
        "for deal",
        "on call.outgoing(answered: true, line: \"+49301234567\")",
    ),
    (
        "B13",
        "for invoice",
        "on call.incoming(line: \"+49301234567\")",
    ),
    ("B14", "for deal", "on call.missed(line: \"+49301234567\")"),
    (
        "B15",
        "for deal via conversation.deal",
        "on conversation.started(line: \"128\")",
    ),
    ("B16", "for deal", "on chat.accepted(line: \"128\")"),
    (
        "B17",
        "for deal",
        "on conversation.started  after 300s unless chat.accepted, message.outgoing(by: user)",
    ),
    (
        "B18",
        "for lead",
        "on message.incoming(text contains any [\"price\", \"discount\"])",
    ),
    (
        "B19",
        "for lead",
        "on message.incoming(channel: \"livechat\")",
    ),
    ("B20", "for deal", "on deal.owner changed"),
    (
        "B21",
        "for deal",
        "on deal.amount changed  on deal.close_date changed",
    ),
    (
        "B22",
        "for deal via document.deal",
        "on document created  when document.template == \"39\"",
    ),
    ("B23", "for quote", "on document.opened(template: \"39\")"),
    ("B24", "for lead", "on visit.started"),
    ("B25", "for deal", "on resource.booked(resource: \"1\")"),
    ("B25b", "for deal via booking.deal", "on resource.booked"),
    (
        "B26",
        "",
        "on task.status changed to completed  for each deal of task.deals",
    ),
    ("B27", "for invoice", "on payment.received"),
    (
        "B27b",
        "for deal via payment.deal",
        "on payment.paid changed to true",
    ),
    ("B28", "for deal", "on app.triggered(code: \"paid\")"),
];

const KOMMO: &[Row] = &[
    (
        "K2",
        "for lead",
        "on message.incoming  when tags has all [\"a\"] or tags has any [\"b\"]",
    ),
    (
        "K5",
        "for lead",
        "on lead created  when owner == user \"5\" and price in 10_000..100_000 USD and source == \"web\"",
    ),
    (
        "K6",
        "for lead",
        "on lead created  when utm.source == \"Google\" and not (utm.medium contains \"x\") and utm.campaign is empty and utm.term is not empty and utm.content != \"y\"",
    ),
    (
        "K9",
        "for lead",
        "on lead created  when tags has none [\"a\", \"b\"]",
    ),
    ("K13", "for lead", "on lead.owner changed"),
    ("K15", "for lead", "on lead.tags gains \"VIP\" { by user }"),
    (
        "K15b",
        "for contact",
        "on contact.tags loses \"VIP\" { by user }",
    ),
    (
        "K15c",
        "for company",
        "on company.tags gains \"VIP\" { by user }",
    ),
    ("K16", "for contact", "on contact.position changed to empty"),
    ("K21", "for lead", "on form.submitted(form: \"5\")"),
    (
        "K22",
        "for lead",
        "on email.incoming(inbox: \"sales@acme.com\")",
    ),
    ("K23", "for lead", "on call.incoming"),
    (
        "K24",
        "for lead",
        "on page.visited(page: \"https://acme.com/prices\")  after 5m",
    ),
    (
        "K25",
        "for lead",
        "on conversation.started(direction: incoming, channel in [\"telegram\", \"waba\"])",
    ),
    (
        "K26",
        "for lead",
        "on message.incoming(channel: \"waba\")  on message.outgoing  cooldown 1h",
    ),
    (
        "K27",
        "for contact",
        "on story.mentioned(channel: \"instagram_business\")",
    ),
    ("K28", "for lead", "on message.seen  after 24h"),
    ("K29", "for lead", "on conversation.closed  after 10m"),
];

const ACTIVECAMPAIGN: &[Row] = &[
    (
        "A2",
        "for contact",
        "on list.subscribed(list: \"5\")  on list.unsubscribed(list: \"5\") { by customer, automation }",
    ),
    (
        "A3",
        "for contact",
        "on form.submitted(form: \"3\")  when confirmed == true",
    ),
    (
        "A4",
        "for contact",
        "on email.opened(campaign: \"7\")  on email.opened(list: \"5\")  on email.opened(list is not empty)",
    ),
    (
        "A5",
        "for contact",
        "on transactional.opened(server: \"a\", stream: \"b\", tag: \"c\", subject: \"d\")  on personal.opened(email: \"9\")",
    ),
    (
        "A6",
        "for contact",
        "on email.opened(privacy_proxy != true or clicked == true)  on email.clicked",
    ),
    (
        "A7",
        "for contact",
        "on email.clicked(link: \"https://acme.com\", campaign: \"7\")  on personal.clicked(origin: automation)  on personal.clicked(origin: deal_record, mailbox: true)",
    ),
    (
        "A8",
        "for contact",
        "on email.shared(network: \"facebook\", list: \"5\")  on email.forwarded(campaign: \"7\")  on email.replied(list: \"5\")  on personal.replied(origin: deal_record, mailbox: true)",
    ),
    (
        "A9",
        "for contact",
        "on contact.tags gains \"VIP\"  on tag.added(tag: \"VIP\")",
    ),
    (
        "A10",
        "for contact",
        "on contact.tags loses \"VIP\"  on tag.removed(tag: \"VIP\")",
    ),
    (
        "A11",
        "for contact",
        "on page.visited(page like \"yourdomain.com/*/test.php\")",
    ),
    (
        "A12",
        "for contact",
        "on purchase.made(products has \"Course\")",
    ),
    (
        "A12b",
        "for contact via order.contact",
        "on order created  when any l in order.lines where l.product == \"Course\"",
    ),
    (
        "A13",
        "for contact",
        "on cart.abandoned(store: \"Shop\", products has \"Cup\", categories has \"Tea\", value > 50 USD)  on cart.updated(value > 50 USD)",
    ),
    ("A14", "for contact via order.contact", "on order created"),
    (
        "A15",
        "for contact via order.contact",
        "on order.status changed from \"pending\" to \"completed\"",
    ),
    (
        "A16",
        "for contact",
        "on contact.phone changed from any to \"1\"",
    ),
    ("A17", "for contact", "on contact.score changed to > 50"),
    ("A17b", "for deal", "on deal.score changed to < 20"),
    ("A19", "for deal", "on deal.close_date changed"),
    (
        "A21",
        "for contact",
        "on site_message.dismissed(message: \"4\")",
    ),
    (
        "A22",
        "for contact",
        "on custom_event.recorded(name: \"watched\")",
    ),
    (
        "A23",
        "for contact",
        "on conversion.reached(conversion: \"demo\")",
    ),
    (
        "A24",
        "for contact via recurring_payment.contact",
        "on recurring_payment created  on recurring_payment.status changed from \"active\" to \"paused\"",
    ),
    (
        "A26",
        "",
        "on account.name changed  for each contact of account",
    ),
    (
        "A27",
        "for deal",
        "on deal.status changed to won  on deal.value changed from any to > 100 USD  on deal.owner changed from user \"1\" to user \"2\"",
    ),
    (
        "A28",
        "for contact",
        "on attachment.downloaded(file contains \"offer\", date > 2026-01-01)",
    ),
    (
        "A28b",
        "for deal",
        "on task.completed(outcome: \"no answer\", title: \"Call\", kind: \"1\", deal is not empty)",
    ),
    (
        "A28c",
        "for deal",
        "on sentiment.changed(sentiment: negative)",
    ),
    ("A30", "", "on deal.value changed  for each contact of deal"),
    (
        "A31",
        "for contact",
        "on calendly.booked(meeting: \"demo\")  on typeform.submitted(form: \"x\")  on unbounce.submitted(page: \"y\")",
    ),
];

/// Everything that ActiveCampaign's automations do, but for what the language itself does.
const ACTIONS: &str = "trigger Tells for deal { on personal.clicked  do email.send(to: event.contact, template: \"x\") }\n\
    trigger Acts for contact {\n    on contact created\n    do {\n        \
    email.send(template: \"welcome\", list: \"5\")\n        \
    site_message.show(message: \"4\")\n        \
    user.notify(to: user \"1\", text: \"x\")\n        \
    set score += 10\n        set tags += \"VIP\"\n        set tags -= \"New\"\n        \
    task.create(title: \"call\", due: 4h)\n        note.add(text: \"x\")\n        \
    list.subscribe(list: \"5\")\n        list.unsubscribe(list: \"6\")\n        \
    automation.start(automation: \"3\")\n        automation.stop(automation: \"3\")\n        \
    webhook.post(to: \"ops\", text: \"x\")\n    }\n}\n";

fn check(catalogue: &str, rows: &[Row], more: &str) {
    let mut text = format!("use {catalogue}\n{more}");
    for (row, head, clauses) in rows {
        let _ = writeln!(
            text,
            "trigger {row} {head} {{ {clauses}  do log(text: \"{row}\") }}"
        );
    }
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    assert_eq!(render(&sources, &compilation.diagnostics), "(clean)\n");
    let triggers = compilation.ir.map(|ir| ir.triggers.len());
    assert!(triggers >= Some(rows.len()));
}

/// Where they stand in Bitrix24: in a stage, to which they move the item.
const STAGES: &str = "pipeline Sales for deal {\n    stage New id \"NEW\" initial\n    stage Next id \"C9:NEXT\" {\n        \
    trigger Called { on call.missed(line: \"1\") }\n        \
    trigger Made for deal via document.deal { on document created }\n        \
    trigger Done for deal via task.deal { on task.status changed to completed }\n    }\n}\n\
    trigger ReadBack for deal { on item.touched  do webhook.post(to: \"ops\", deal: subject) }\n";

#[test]
fn bitrix24() {
    check("bitrix24", BITRIX24, STAGES);
}

#[test]
fn kommo() {
    check("kommo", KOMMO, "");
}

#[test]
fn activecampaign() {
    check("activecampaign", ACTIVECAMPAIGN, ACTIONS);
}
