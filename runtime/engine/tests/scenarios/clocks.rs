//! Recurrences, one-shots and offsets.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;
use trig_engine::{Audit, EffectKind, Output, occurrences};
use trig_ir::*;

use crate::support::*;

const CLOCK: EventKind = EventKind::Clock;

/// The world, where a lead has a day and an instant, too.
fn dated() -> Ir {
    let mut ir = world();
    let lead = &mut ir.entities[0];
    lead.fields.push(field("born", Type::Date));
    lead.fields.push(field("meets", Type::DateTime));
    lead.fields.sort_by(|a, b| a.name.cmp(&b.name));
    ir
}

fn at(hour: i8, minute: i8) -> Time {
    Time::constant(hour, minute, 0, 0)
}

fn hours(n: i64) -> Millis {
    Millis(n * Millis::HOUR.0)
}

fn every(text: &str, recurrence: Recurrence) -> Start {
    Start {
        clock: Some(Clock::Every(recurrence)),
        subject: None,
        ..start(CLOCK, text, "")
    }
}

fn daily(hour: i8) -> Start {
    let text = format!("every day at {hour:02}:00");
    every(&text, Recurrence::Day(at(hour, 0)))
}

/// A trigger without subject.
fn alone(name: &str, starts: Vec<Start>) -> Trigger {
    let said = vec![text(name), text(" "), load(event("at"))];
    Trigger {
        subject: None,
        actions: vec![log_expr(Expr::Concat(said))],
        ..trigger(name, starts)
    }
}

fn offset(field: &str, distance: Distance, yearly: bool, time: Option<Time>) -> Start {
    let text = format!("{distance:?} of {field} {time:?}");
    Start {
        clock: Some(Clock::Offset(Offset {
            entity: LEAD,
            field: field.into(),
            distance,
            yearly,
            at: time,
        })),
        ..start(EventKind::Due(LEAD, field.into()), &text, "record")
    }
}

fn before_meeting(ms: Millis) -> Start {
    offset("meets", Distance::Span(Millis(-ms.0)), false, None)
}

fn with(ir: Ir, triggers: Vec<Trigger>) -> World {
    let mut world = World::new(engine_with(dated(), Vec::new()));
    world.reload(engine_with(ir, triggers));
    world.story.clear();
    world
}

fn active(triggers: Vec<Trigger>) -> World {
    with(dated(), triggers)
}

/// Ticks whenever a timer is due, as a daemon does.
fn walk(world: &mut World, duration: Millis) {
    let until = world.now().plus(duration);
    while let Some(due) = world.state.next_due().filter(|due| *due <= until) {
        let by = due - world.now();
        world.later(Millis(by.0.max(0))).tick();
    }
    let rest = until - world.now();
    world.later(rest);
}

/// An instant so many hours after the first one, as the wire has it.
fn seconds(after: i64) -> i64 {
    (T0 + hours(after).0) / 1000
}

#[test]
fn recurrences_come_in_order_and_each_start_by_itself() {
    let quarter = every("every 6h", Recurrence::Interval(hours(6)));
    let mut world = active(vec![
        alone("Daily", vec![daily(12)]),
        alone("Often", vec![quarter]),
        Trigger {
            priority: 1,
            ..alone("First", vec![daily(12), daily(18)])
        },
    ]);
    world.trace = true;
    walk(&mut world, Millis::DAY);
    assert_snapshot!(world.story);
}

#[test]
fn a_one_shot_runs_once() {
    let once = Start {
        clock: Some(Clock::Once(Date::constant(2026, 3, 3), at(9, 0))),
        ..daily(9)
    };
    let mut world = active(vec![alone("Once", vec![once])]);
    world.through_json = true;
    walk(&mut world, Millis::WEEK);
    assert_eq!(world.count("fired Once"), 1);
    assert_eq!(world.count("Once 2026-03-03 09:00"), 1);
}

#[test]
fn of_those_that_were_missed_the_last_one_runs_if_it_is_not_too_late() {
    let missed = |name: &str, missed| Trigger {
        missed,
        ..alone(name, vec![daily(12)])
    };
    let once = Start {
        clock: Some(Clock::Once(Date::constant(2026, 3, 4), at(11, 30))),
        ..every("on date 2026-03-04 11:30", Recurrence::Day(at(0, 0)))
    };
    let mut world = active(vec![
        missed("Half", None),
        missed("Within", Some(Missed::Within(hours(1)))),
        missed("Skip", Some(Missed::Skip)),
        missed("Run", Some(Missed::Run)),
        alone("Once", vec![once]),
    ]);
    // Monday 11:00; back on Wednesday at 14:00, two hours late
    world.later(hours(51)).tick();
    // and on Sunday at 02:00, 14 hours late
    world.later(hours(84)).tick();
    assert_snapshot!(world.story);
}

#[test]
fn a_clock_that_is_only_a_little_late_has_missed_nothing() {
    let skip = Trigger {
        missed: Some(Missed::Skip),
        ..alone("Skip", vec![daily(12)])
    };
    let mut world = active(vec![skip]);
    world.later(Millis(hours(1).0 + 60_000)).tick();
    assert_eq!(world.count("fired Skip"), 1);
}

#[test]
fn an_activation_begins_what_is_new_and_goes_on_with_the_rest() {
    let mut world = active(vec![
        alone("Same", vec![daily(12)]),
        alone("Edited", vec![daily(12)]),
        alone("Gone", vec![daily(12)]),
        alone("Off", vec![daily(12)]),
    ]);
    // an hour and a half later 12:00 has passed and nothing has run: only `Same` still has it to do
    world.later(Millis(hours(1).0 * 3 / 2));
    let late = every("every day at 11:00", Recurrence::Day(at(11, 0)));
    world.reload(engine_with(
        dated(),
        vec![
            alone("Same", vec![daily(12)]),
            alone("Edited", vec![late]),
            alone("New", vec![daily(12)]),
            Trigger {
                disabled: true,
                ..alone("Off", vec![daily(12)])
            },
        ],
    ));
    world.through_json = true;
    walk(&mut world, Millis::DAY);
    assert_snapshot!(world.story);
}

#[test]
fn the_same_revision_again_repeats_nothing() {
    let build = || engine_with(dated(), vec![alone("Daily", vec![daily(12)])]);
    let mut world = active(vec![alone("Daily", vec![daily(12)])]);
    for _ in 0..4 {
        walk(&mut world, hours(12));
        world.reload(build());
    }
    assert_eq!(world.count("fired Daily"), 2);
}

#[test]
fn a_clock_runs_in_its_triggers_zone_and_by_nobody() {
    let elsewhere = Trigger {
        zone: "America/New_York".into(),
        guards: vec![by(&[ActorKind::Automation])],
        ..alone("York", vec![daily(9)])
    };
    let by_user = Trigger {
        guards: vec![by(&[ActorKind::User])],
        ..alone("User", vec![daily(9)])
    };
    let mut world = active(vec![elsewhere, by_user]);
    walk(&mut world, Millis::DAY);
    // 09:00 in New York is 15:00 in Berlin, four hours after the first input
    assert_eq!(world.count("fired York on #0, started 2, at +0s"), 0);
    assert_eq!(world.count("at +4h"), 1);
    assert_eq!(world.count("fired User"), 0);
}

#[test]
fn offsets_follow_their_field() {
    let mut world = active(vec![trigger("Remind", vec![before_meeting(hours(2))])]);
    world.trace = true;
    world.created("1", json!({"meets": seconds(10)}));
    world.created("2", json!({"meets": seconds(10)}));
    world.created("3", json!({"meets": seconds(10)}));
    world.created("4", json!({"meets": seconds(10)}));
    world.updated("2", json!({"meets": seconds(20)}));
    world.updated("3", json!({"meets": null}));
    world.deleted("4");
    world.through_json = true;
    walk(&mut world, Millis::DAY);
    // the same instant again runs never, another one does
    world.updated("1", json!({"meets": seconds(40)}));
    world.updated("1", json!({"meets": seconds(10)}));
    walk(&mut world, Millis::DAY);
    assert_snapshot!(world.story);
}

#[test]
fn a_field_that_is_set_late_runs_within_half_of_the_offset() {
    let mut world = active(vec![
        trigger("Day", vec![before_meeting(Millis::DAY)]),
        trigger("Quarter", vec![before_meeting(Millis(15 * 60_000))]),
    ]);
    for id in ["1", "2", "3"] {
        world.created(id, json!({"name": "n"}));
    }
    world.later(Millis::WEEK).tick();
    // 14 hours ahead, the day is 10 hours late; 10 hours ahead, 14 of at most 12
    let ahead = |hours: i64| seconds(7 * 24 + hours);
    world.updated("1", json!({"meets": ahead(14)}));
    world.updated("2", json!({"meets": ahead(10)}));
    // a quarter may be an hour late, as everything may: this one has begun 30 minutes ago
    world.updated("3", json!({"meets": ahead(0) - 1800}));
    world.tick();
    assert_snapshot!(world.story);
}

#[test]
fn what_was_due_before_the_trigger_or_the_record_was_there_never_runs() {
    let after = |ms: Millis| offset("meets", Distance::Span(ms), false, None);
    let mut world = World::new(engine_with(dated(), Vec::new()));
    world.created("1", json!({"meets": seconds(-23)}));
    world.created("2", json!({"meets": seconds(-3)}));
    world.later(hours(2));
    // a day after; of the first that was an hour ago
    let deployed = || vec![trigger("After", vec![after(Millis::DAY)])];
    world.reload(engine_with(dated(), deployed()));
    world.created("3", json!({"meets": seconds(-23)}));
    walk(&mut world, Millis::WEEK);
    assert_eq!(world.count("missed"), 0);
    assert_eq!(world.count("fired After"), 1);
    assert_eq!(world.count("fired After for crm.lead/2"), 1);
    // removed and added again, it begins anew
    world.reload(engine_with(dated(), Vec::new()));
    world.reload(engine_with(dated(), deployed()));
    walk(&mut world, Millis::WEEK);
    assert_eq!(world.count("fired After"), 1);
}

#[test]
fn an_edited_offset_is_due_anew() {
    let mut world = active(vec![trigger("Remind", vec![before_meeting(hours(1))])]);
    world.created("1", json!({"meets": seconds(10)}));
    world.later(hours(3));
    // eight hours before has just been: an hour late, of at most four
    world.reload(engine_with(
        dated(),
        vec![trigger("Remind", vec![before_meeting(hours(8))])],
    ));
    world.tick();
    assert_eq!(world.count("fired Remind"), 1);
    world.reload(engine_with(
        dated(),
        vec![trigger("Remind", vec![before_meeting(hours(8))])],
    ));
    walk(&mut world, Millis::DAY);
    assert_eq!(world.count("fired Remind"), 1);
}

#[test]
fn an_offset_that_has_run_never_runs_again_however_many_instants_come_after_it() {
    let late = offset("meets", Distance::Span(hours(24 * 30)), false, None);
    let mut world = active(vec![trigger("Remind", vec![late])]);
    world.created("1", json!({"meets": null}));
    world.later(hours(24 * 60)).tick();
    let minute = |n: i64| json!({"meets": T0 / 1000 + 24 * 3600 * 30 - (n + 200) * 60});
    // one earlier each time, all of them not too late: the 65th is older than all that are remembered
    for n in 1..=65 {
        world.updated("1", minute(n)).tick();
        assert_eq!(world.count("fired Remind"), usize::try_from(n).unwrap());
    }
    // later ones push out the oldest
    for n in (-70..=0).rev() {
        world.updated("1", minute(n)).tick();
    }
    let fired = world.count("fired Remind");
    assert_eq!(fired, 65 + 71);
    world.through_json = true;
    for n in [65, 64, 30, 1, 0, -1, -70] {
        world.updated("1", minute(n)).tick();
    }
    assert_eq!(world.count("fired Remind"), fired);
}

#[test]
fn a_date_that_is_years_ahead_has_its_anniversaries() {
    let yearly = offset("born", Distance::Days(0), true, Some(at(9, 0)));
    let mut world = active(vec![trigger("Ann", vec![yearly])]);
    world.created("1", json!({"born": "2029-03-01"}));
    walk(&mut world, hours(24 * 2000));
    // not the date itself: 2030 and 2031
    assert_eq!(world.count("fired Ann"), 2);
}

#[test]
fn days_are_those_of_the_calendar_and_anniversaries_come_again() {
    let days = |days| offset("born", Distance::Days(days), false, Some(at(9, 0)));
    let yearly = offset("born", Distance::Days(-1), true, Some(at(9, 0)));
    let said = |name: &str, start| Trigger {
        actions: vec![log_expr(Expr::Concat(vec![text(name), load(event("at"))]))],
        ..trigger(name, vec![start])
    };
    let mut world = active(vec![
        said("DayOf ", days(0)),
        said("Before ", days(-2)),
        said("Yearly ", yearly),
    ]);
    // over the change of the clock on the 29th
    world.created("1", json!({"born": "2026-03-30"}));
    world.created("2", json!({"born": "2024-02-29"}));
    world.through_json = true;
    walk(&mut world, hours(24 * 3 * 365));
    let said: Vec<&str> = world.story.lines().filter(|l| l.contains("->")).collect();
    assert_snapshot!(said.join("\n"));
}

#[test]
fn a_recurrence_for_each_and_an_offset_wait_and_are_limited_as_any_firing() {
    let waits = Trigger {
        after: Some(after(hours(1))),
        limits: vec![cooldown("Remind", Millis::WEEK, &[subject("")])],
        ..trigger("Remind", vec![before_meeting(hours(2))])
    };
    let mut world = active(vec![waits]);
    world.created("1", json!({"meets": seconds(10)}));
    walk(&mut world, Millis::DAY);
    world.updated("1", json!({"meets": seconds(40)}));
    walk(&mut world, Millis::DAY);
    assert_snapshot!(world.story);
}

#[test]
fn two_clocks_of_one_trigger_at_one_time_are_two_firings() {
    let weekly = every("every week", Recurrence::Week(vec![1, 2, 3], at(12, 0)));
    let mut world = active(vec![alone("Both", vec![daily(12), weekly])]);
    walk(&mut world, hours(2));
    assert_eq!(world.count("fired Both"), 2);
    let mut keys: Vec<_> = world.state.outbox().map(|e| e.key.clone()).collect();
    keys.dedup();
    assert_eq!(keys.len(), 2);
}

#[test]
fn two_dates_due_at_once_that_lead_to_one_subject_have_two_keys() {
    let each = Trigger {
        subject: Some(CONTACT),
        each: Some(ForEach {
            loc: loc(9),
            source: EachSource::Of(place(Root::Outer, "contacts")),
            filter: None,
        }),
        ..trigger("Each", vec![before_meeting(hours(1))])
    };
    let mut world = active(vec![each]);
    for id in ["1", "2"] {
        world.created(id, json!({"meets": seconds(10), "contacts": ["c1"]}));
    }
    walk(&mut world, Millis::DAY);
    let keys: BTreeSet<_> = world.state.outbox().map(|e| e.key.clone()).collect();
    assert_eq!((world.count("fired Each"), keys.len()), (2, 2));
}

fn a_recurrence() -> impl Strategy<Value = Recurrence> {
    let time = (0i8..24, 0i8..60).prop_map(|(h, m)| at(h, m));
    prop_oneof![
        (97i64..1441).prop_map(|minutes| Recurrence::Interval(Millis(minutes * 60_000))),
        time.clone().prop_map(Recurrence::Day),
        (proptest::collection::btree_set(1u8..8, 1..7), time.clone())
            .prop_map(|(days, at)| Recurrence::Week(days.into_iter().collect(), at)),
        (1u8..32, time.clone()).prop_map(|(day, at)| Recurrence::MonthDay(day, at)),
        time.prop_map(Recurrence::MonthEnd),
    ]
}

/// When a trigger fired.
fn fired(output: &Output) -> Vec<Timestamp> {
    let fired = output.audit.iter().filter_map(|audit| match audit {
        Audit::Fired { at, .. } => Some(*at),
        _ => None,
    });
    fired.collect()
}

/// The instants that a firing's text names.
fn instants(output: &Output) -> Vec<Timestamp> {
    let named = output
        .effects
        .iter()
        .filter_map(|effect| match &effect.what {
            EffectKind::Call { args, .. } => {
                args.get("with")?.as_str()?.parse::<jiff::Timestamp>().ok()
            }
            _ => None,
        });
    named.map(Timestamp::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_clock_fires_at_each_occurrence_whatever_happens_in_between(
        recurrence in a_recurrence(),
        zone in prop::sample::select(&["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"][..]),
        begins in 0i64..500_000,
        steps in proptest::collection::vec((0i64..6_000, 0u8..6), 1..10),
    ) {
        let clock = Clock::Every(recurrence.clone());
        let build = || {
            let clocked = Trigger {
                zone: zone.into(),
                ..alone("Clock", vec![every("clock", recurrence.clone())])
            };
            engine_with(dated(), vec![clocked])
        };
        let mut world = run(Vec::new());
        world.later(Millis(begins * 60_000));
        let begun = world.now();
        world.reload(build());
        let mut got = Vec::new();
        for (minutes, what) in steps {
            let until = world.now().plus(Millis(minutes * 60_000));
            while let Some(due) = world.state.next_due().filter(|due| *due <= until) {
                let by = due - world.now();
                world.later(by);
                got.extend(fired(&world.apply(trig_engine::InputKind::Tick)));
            }
            let rest = until - world.now();
            world.later(rest);
            match what {
                0 => { world.reload(build()); }
                1 => { world.through_json = !world.through_json; }
                2 => { world.created("1", json!({"score": 1})); }
                _ => {}
            }
        }
        let end = world.now();
        let expected: Vec<Timestamp> = occurrences(&clock, zone, begun)
            .take_while(|at| *at <= end)
            .collect();
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn an_offset_fires_never_early_never_twice_and_never_too_late(
        hours_before in -30i64..30,
        steps in proptest::collection::vec((0i64..300, 0u8..9, -3000i64..3000), 1..30),
    ) {
        let distance = Millis(hours_before * Millis::HOUR.0);
        let build = || {
            let log = act(ActionKind::Call {
                action: LOG,
                args: vec![("text".into(), text("x")), ("with".into(), load(event("at")))],
            });
            let reminds = Trigger {
                actions: vec![log],
                ..trigger("Remind", vec![offset("meets", Distance::Span(distance), false, None)])
            };
            engine_with(dated(), vec![reminds])
        };
        let allowed = (distance.0.abs() / 2).max(Millis::HOUR.0);
        let mut world = run(Vec::new());
        world.reload(build());
        let mut seen = None;
        let mut ran = BTreeSet::new();
        for (minutes, what, to) in steps {
            world.later(Millis(minutes * 60_000));
            let output = match what {
                0..=3 => {
                    let meets = (world.now().0 + to * 60_000) / 1000;
                    let op = trig_engine::RecordOp::Updated;
                    let values = json!({"meets": meets});
                    let kind = trig_engine::InputKind::Arrival(record(op, "crm.lead", "1", values));
                    let output = world.apply(kind);
                    seen = seen.or(Some(world.now()));
                    output
                }
                4 => {
                    world.reload(build());
                    continue;
                }
                5 => {
                    world.through_json = !world.through_json;
                    continue;
                }
                _ => world.apply(trig_engine::InputKind::Tick),
            };
            for due in instants(&output) {
                prop_assert!(due <= world.now(), "early");
                prop_assert!((world.now() - due).0 <= allowed, "too late");
                prop_assert!(seen.is_some_and(|seen| due >= seen), "before it was seen");
                prop_assert!(ran.insert(due), "twice");
            }
        }
    }
}
