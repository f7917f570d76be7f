//! What triggers are lowered to: source and IR in one snapshot.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::MANIFEST;
use trig_compiler::{SourceSet, compile};
use trig_ir::{IR_VERSION, Ir};

fn ir(text: &str) -> Ir {
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    let rendered = common::render(&sources, &compilation.diagnostics);
    compilation.ir.unwrap_or_else(|| panic!("{rendered}"))
}

#[track_caller]
fn lowered(name: &str, text: &str) {
    let ir = ir(text);
    let triggers = serde_json::to_string_pretty(&ir.triggers).unwrap();
    insta::assert_snapshot!(name, format!("{text}\n=====\n{triggers}"));
}

#[test]
fn an_event_with_filter_guard_and_cooldown() {
    lowered(
        "event",
        r#"
use kommo
trigger A for lead {
    on       message.incoming(channel: "telegram", text contains any ["price"], by: customer)
    when     price in 10_000..100_000 USD and tags has any ["VIP"]
    cooldown 1d per contact
    do       webhook.post(to: "ops", text: "from {event.channel}", lead: subject)
}
"#,
    );
}

#[test]
fn a_delay_with_while_and_unless() {
    lowered(
        "delay",
        r#"
use kommo
pipeline Sales for lead { stage New initial  stage Won success }
trigger A for lead {
    on    lead enters Sales
    after 2d while stage == New unless message.incoming(by: customer)
    do    move to Won
}
"#,
    );
}

#[test]
fn a_trigger_in_a_stage_moves_there() {
    lowered(
        "stage",
        r#"
use kommo
pipeline Sales for lead {
    stage New  initial
    stage Open { trigger Reached { on message.incoming  as user "anna@acme.com" } }
    stage Won  success
}
"#,
    );
}

#[test]
fn a_fan_out_has_an_outer_record() {
    lowered(
        "each",
        r#"
use kommo
trigger A for contact {
    on contact.tags gains "VIP"
    for each lead of contact where owner is not empty
    when name is not empty
    do { set tags += "VIP"  log(text: "a VIP", mail: contact.email) }
}
"#,
    );
}

/// Only what is said: event kind, clock and fields behind each other, a line for each trigger.
#[track_caller]
fn clocks(name: &str, text: &str) {
    let ir = ir(text);
    let mut out = String::new();
    for trigger in &ir.triggers {
        for start in &trigger.starts {
            let json = |value: serde_json::Value| value.to_string();
            out.push_str(&format!(
                "{}: {}\n    event {}\n    clock {}\n    subject {}\n",
                trigger.name,
                start.pattern.text,
                json(serde_json::to_value(&start.pattern.event).unwrap()),
                json(serde_json::to_value(&start.clock).unwrap()),
                json(serde_json::to_value(&start.subject).unwrap()),
            ));
        }
        if let Some(missed) = &trigger.missed {
            out.push_str(&format!(
                "    missed {}\n",
                serde_json::to_value(missed).unwrap()
            ));
        }
    }
    insta::assert_snapshot!(name, format!("{text}\n=====\n{out}"));
}

#[test]
fn recurrences_and_one_shots() {
    clocks(
        "clocks",
        r#"
use kommo
trigger A1 { on every 15m  do log(text: "{event.at}") }
trigger A2 { on every 7h  missed skip  do log(text: "x") }
trigger A3 { on every day at 10:00  missed run  do log(text: "x") }
trigger A4 { on every week on thu, mon, sat..mon at 10:00  do log(text: "x") }
trigger A5 { on every month on day 31 at 10:00  do log(text: "x") }
trigger A6 { on every month on last day at 10:00  do log(text: "x") }
trigger A7 { on every month on last fri at 10:00  do log(text: "x") }
trigger A8 { on every month on second tue at 10:00  do log(text: "x") }
trigger A9 { on every year on 29 feb at 10:00  missed within 2h  do log(text: "x") }
trigger B1 { on date 2026-12-31 09:00  on every day at 12:00  zone "Asia/Tokyo"  do log(text: "{event.at}") }
"#,
    );
}

#[test]
fn offsets_from_date_fields() {
    clocks(
        "offsets",
        r#"
use kommo
extend lead { meeting: datetime?  due: date? }
extend contact { birthday: date? }
trigger A1 for lead { on 2h before lead.meeting  do log(text: "{event.at}") }
trigger A2 for lead { on 1d before lead.meeting  do log(text: "x") }
trigger A3 for lead { on 1d before lead.meeting at 18:00  do log(text: "x") }
trigger A4 { on 1w2d after lead.due at 09:00  do log(text: "x") }
trigger A5 { on day of lead.due at 09:00  on day of lead.meeting at 08:00  do log(text: "x") }
trigger A6 for contact { on 3d after contact.birthday yearly at 09:00  do log(text: "x") }
trigger A7 { on day of contact.birthday yearly at 09:00  for each lead of contact where owner is not empty  do log(text: "x") }
pipeline Sales for lead {
    stage New initial
    stage Met { trigger A8 { on 30m after lead.meeting } }
}
"#,
    );
}

#[test]
fn a_sweep_has_no_outer_record() {
    lowered(
        "sweep",
        r#"
use kommo
condition Subscribed for contact = tags has "news"
trigger A for contact {
    on every week on mon at 09:00
    for each contact where Subscribed
    once each month
    do set tags += "reminded"
}
"#,
    );
}

#[test]
fn everything_between_the_event_and_the_firing() {
    lowered(
        "pacing",
        r#"
use kommo
schedule Office { mon..fri 09:00..17:00 }
cooldown Marketing 3d per lead was Nagging
trigger A "All of it" for lead {
    on       first message.incoming(text contains "price", by: customer) per (lead, event.channel) each day { by customer  after 0s }
    on       lead created { when name is not empty }
    when     owner is not empty
    debounce 5m up to 2h while owner is not empty unless lead deleted
    until    Office and price > 5 USD within 2d else continue
    after    10m while owner is not empty unless message.outgoing(by: user)
    during   Office
    mode     restart
    once     per lead each year
    cooldown Marketing
    limit    3 in 1d per (owner, lead.source) else wait
    was      Before
    again
    disabled
    priority -5
    zone     "Asia/Tokyo"
    do       log(text: "x")
}
trigger B for lead { on lead created  until Office within 1h else drop  debounce 1m  mode parallel  limit 2 each week  once  do log(text: "x") }
"#,
    );
    let ir = ir("use kommo\ncooldown Marketing 3d per contact was Nagging\n");
    let renamed = &ir.renamed_cooldowns[0];
    assert_eq!(
        (renamed.name.as_str(), renamed.was.as_str()),
        ("Marketing", "Nagging")
    );
}

#[test]
fn crossings_of_a_bound() {
    lowered(
        "crossings",
        r#"
use kommo
extend lead { rate: decimal  since: duration? }
trigger A for lead { on lead.score rises above 50  do log(text: "x") }
trigger B for lead { on lead.rate falls below 2  on lead.since rises above 2d  do log(text: "x") }
"#,
    );
}

#[test]
fn old_names_are_kept() {
    let ir = ir("use kommo\n\
        enum colour = red | blue was azure\n\
        extend lead { stars: int? was rating  colour: colour? }\n\
        pipeline Sales for lead { stage New was Fresh initial  stage Won was Sold success }\n");
    let lead = ir.entities.iter().find(|e| e.name == "kommo.lead").unwrap();
    assert_eq!(lead.field("stars").unwrap().was.as_deref(), Some("rating"));
    let colour = ir.enums.iter().find(|e| e.name == "colour").unwrap();
    assert_eq!(colour.variants[1].was.as_deref(), Some("azure"));
    let old: Vec<_> = ir.pipelines[0]
        .stages
        .iter()
        .map(|s| s.was.as_deref())
        .collect();
    assert_eq!(old, [Some("Fresh"), Some("Sold")]);
}

#[test]
fn a_flow_waits_branches_and_has_goals() {
    lowered(
        "flow",
        r#"
use kommo
pipeline Sales for lead { stage New initial  stage Won success }
schedule Office { mon..fri 09:00..17:00 }
flow Onboarding "Welcome" for contact {
    priority 5
    when email is not empty
    do {
        wait 2d
        goal Answered was Replied on message.incoming(by: customer)
        goal Named when name is not empty
        wait until Office within 3d else continue
        if name is not empty { create lead(name: "{name}", stage: New) }
        else if email is not empty { stop this }
        else { start Later }
        stop Later
    }
}
flow Later for contact { do { log(text: "later") } }
trigger Begin for lead {
    on lead enters Sales.New
    do {
        wait 1h
        for each person of contacts where email is not empty and Adult {
            start Onboarding for person
            set person.tags += "greeted"
        }
    }
}
condition Adult for contact = name is not empty
trigger Reached for contact { on goal.reached(goal: Onboarding.Answered)  on goal.skipped(goal: Onboarding.Named)  do log(text: "goal", mail: contact.email) }
"#,
    );
}

#[test]
fn a_template_becomes_triggers_of_the_names_of_its_applies() {
    lowered(
        "template",
        r#"
use kommo
pipeline Sales for lead {
    stage New initial
    stage Won success { apply Reach(5m) as ReachWon }
}
template Remind(s: stage of Sales, delay: duration = 1d, who: user) {
    trigger First { on lead enters s  after delay while stage == s  cooldown delay  do { set owner = who  wait delay  wait until owner is not empty within delay else stop } }
    apply Reach(delay) as Inner
}
template Reach(delay: duration) { trigger for lead { on message.incoming  after delay  do { move to Sales.Won as user "anna"  log(text: "{delay}") } } }
apply Remind(Sales.New, who: user "anna@acme.com") as RemindNew was RemindOld
"#,
    );
}

#[test]
fn declarations_beside_triggers() {
    let ir = ir(r#"
use kommo
enum size = small was little | large
extend lead { size: size?  wishes: list of text  wanted: text? was wants }
pipeline Sales for lead { stage New initial was Fresh  stage Won success }
group item = lead, contact
event thing.seen for item { at: datetime }
event stripe.paid for lead from webhook "ops" id body.event.id {
    lead: by id = body.data.lead
    amount: money = minor(body.amount, "USD")
    kind: text = "paid"
    size: size = large
    note: text?
    buyer: contact? by email = body.`0`.email
}
event wish.made for lead { what: text } updates lead.wishes += what updates lead.wanted = what
feed Blog "https://acme.com/feed.xml" every 1h
breaker Storm { over 25_000 tags changes in 1h  pause 30m }
breaker Fields { over 10 field changes in 1m  pause 1h }
cooldown Mail 1d was Post
action mail for contact { to: contact = subject  text: text  list: text? } if_unknown hold when list is empty or to.name == list
condition From(part: text, least: money) for lead =
    source contains part and price > least and any c in contacts where c.name == part
trigger A for lead {
    on lead created
    when From("google", 10 USD) and meeting > now
    do log(text: "{lead.price:,.2} {lead.meeting:%d.%m.%Y}")
}
extend lead { meeting: datetime? }
"#);
    let own =
        |name: &str| !name.contains("kommo.") && !name.contains("crm.") && !name.contains("trig.");
    let events: Vec<_> = ir.events.iter().filter(|e| own(&e.name)).collect();
    let actions: Vec<_> = ir.actions.iter().filter(|a| own(&a.name)).collect();
    let shown = serde_json::json!({
        "events": events,
        "actions": actions,
        "feeds": ir.feeds,
        "breakers": ir.breakers,
        "cooldowns": ir.renamed_cooldowns,
        "conditions": ir.conditions,
        "enums": ir.enums.iter().filter(|e| own(&e.name)).collect::<Vec<_>>(),
        "pipelines": ir.pipelines,
        "actions of A": ir.triggers[0].actions,
        "guards of A": ir.triggers[0].guards,
    });
    let feed = ir.feeds.first().unwrap();
    assert_eq!(ir.events[feed.event.index()].name, "Blog.updated");
    insta::assert_snapshot!(
        "declarations",
        serde_json::to_string_pretty(&shown).unwrap()
    );
}

#[test]
fn triggers_run_by_priority_then_name() {
    let ir = ir("use kommo\n\
        trigger B for lead { on lead created  do log(text: \"x\") }\n\
        trigger A for lead { on lead created  do log(text: \"x\") }\n\
        trigger Z for lead { on lead created  priority 5  do log(text: \"x\") }\n\
        trigger Y for lead { on lead created  priority -1  do log(text: \"x\") }\n");
    let names: Vec<&str> = ir.triggers.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["Z", "A", "B", "Y"]);
}

#[test]
fn native_ids_of_the_manifest_win() {
    let manifest =
        format!("{MANIFEST}\n[ids]\nSales = \"9\"\n\"Sales.New\" = \"7\"\n\"lead.budget\" = 5\n");
    let text = "use kommo\nextend lead { budget: money? }\npipeline Sales for lead { stage New id \"1\" initial }\n";
    let sources = SourceSet {
        manifest: Some(manifest.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let ir = compile(&sources).ir.unwrap();
    assert_eq!(ir.pipelines[0].native_id.as_deref(), Some("9"));
    assert_eq!(ir.pipelines[0].stages[0].native_id.as_deref(), Some("7"));
    let lead = ir.entities.iter().find(|e| e.name == "kommo.lead").unwrap();
    assert_eq!(
        lead.field("budget").unwrap().native_id.as_deref(),
        Some("5")
    );
}

#[test]
fn an_ir_survives_its_json() {
    let ir = ir(
        "use kommo\nuse activecampaign\ntrigger A for lead { on lead created  do log(text: \"x\") }\n",
    );
    let json = ir.to_json().unwrap();
    assert_eq!(Ir::from_json(&json).unwrap(), ir);
    assert_eq!(
        ir.hash().unwrap(),
        Ir::from_json(&json).unwrap().hash().unwrap()
    );
    let other = String::from_utf8(json).unwrap().replacen(
        &format!("\"version\":{IR_VERSION}"),
        "\"version\":9",
        1,
    );
    let error = Ir::from_json(other.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("the project was compiled to format 9, this program reads format {IR_VERSION}")
    );
}

#[test]
fn the_deepest_expression_survives_its_json() {
    // as deep as the grammar lets it be: one level more is a syntax error
    let deepest = (1..400)
        .rev()
        .map(|n| {
            let sum = vec!["1"; n].join(" + ");
            format!("use kommo\ncondition D for lead = (score or else 0) > {sum}\n")
        })
        .find(|text| {
            let file = trig_grammar::parse(text);
            file.errors.is_empty()
        })
        .unwrap();
    let ir = ir(&deepest);
    assert_eq!(Ir::from_json(&ir.to_json().unwrap()).unwrap(), ir);
}

#[test]
fn a_test_of_every_statement() {
    let text = r#"
use kommo
pipeline Sales for lead { stage New initial  stage Won success }
trigger Answered for lead { on message.incoming  when price > 5 USD  cooldown 1d per lead  do { move to Won  log(text: "x") } }
test "every statement" {
    given contact c(name: "Ann", tags: ["VIP"])
    given lead d(stage: New, price: 12_000 USD, contacts: [c], owner: unknown)
    clock 2026-03-02 10:00
    answer log with failure
    send message.incoming(text: "hi", contact: c, lead: d, channel: "telegram") by user
    set d.price = 15_000 USD by api
    set d.tags += "VIP"
    set c.leads = [d]
    create lead e(stage: Sales.New)
    delete e
    advance 1h30m
    expect d.stage == Won and d.price in 1..20_000 USD
    expect fired Answered for d once
    expect fired Answered 2 times
    expect not fired Answered because cooldown
    expect called log(text: "x") 2 times
    expect not called log(text: "y")
    clock 2026-03-03
}
"#;
    let sources = SourceSet {
        manifest: Some(MANIFEST.into()),
        files: vec![("main.trig".into(), text.into())],
    };
    let compilation = compile(&sources);
    assert_eq!(
        common::render(&sources, &compilation.diagnostics),
        "(clean)\n"
    );
    let tests = serde_json::to_string_pretty(&compilation.tests).unwrap();
    insta::assert_snapshot!("test", format!("{text}\n=====\n{tests}"));
}

/// How the only `unless` of a trigger belongs to a firing beside its filter.
fn own_reference(filter: &str) -> Option<trig_ir::Place> {
    let text = format!(
        "use kommo\n\
         extend lead {{ n: int?  rival: lead? }}\n\
         event praised for lead {{ stars: int  by_whom: contact?  code: text? }}\n\
         condition Liked(stars: int) for lead = n == stars\n\
         trigger A for lead {{ on lead created  after 1d unless praised({filter})  do log(text: \"x\") }}\n"
    );
    let ir = ir(&text);
    let after = ir.triggers.first().and_then(|t| t.after.clone()).unwrap();
    after.unless.first().unwrap().subject.clone()
}

#[test]
fn what_a_filter_adds_never_lets_more_events_cancel() {
    let bases = ["stars == 5", "stars in 1..3", "code is not empty"];
    let more = [
        "subject.n == 1",
        "subject.n > 1 or stars == 1",
        "stars == subject.n",
        "stars in [subject.n or else 0, 1]",
        "not (by_whom in subject.contacts)",
        "by_whom != empty",
        "by_whom in subject.contacts or stars == 5",
        "Liked(stars)",
        "any c in subject.contacts where c.name == code",
    ];
    for base in bases {
        let alone = own_reference(base);
        assert!(alone.is_some(), "{base}");
        for more in more {
            assert_eq!(
                own_reference(&format!("{base}, {more}")),
                alone,
                "{base}, {more}"
            );
            assert_eq!(
                own_reference(&format!("{more}, {base}")),
                alone,
                "{more}, {base}"
            );
        }
    }
}

#[test]
fn a_filter_that_ties_a_record_decides_alone() {
    for filter in [
        "by_whom in subject.contacts",
        "stars == 5, by_whom in subject.contacts",
        "lead == subject.rival and stars == 5",
        "lead in [subject, subject.rival or else subject]",
        "any c in subject.contacts where c == by_whom and stars == 5",
        "by_whom in subject.contacts or lead == subject.rival",
    ] {
        assert_eq!(own_reference(filter), None, "{filter}");
    }
}
