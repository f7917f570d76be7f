//! Random programs that use every construct of the grammar.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

type Random = ChaCha8Rng;

fn one<'a>(random: &mut Random, list: &[&'a str]) -> &'a str {
    list[random.random_range(0..list.len())]
}

fn some(random: &mut Random, chance: f64, make: impl FnOnce(&mut Random) -> String) -> String {
    if random.random_bool(chance) {
        make(random)
    } else {
        String::new()
    }
}

/// Between `min` and `max` pieces, joined.
fn many(
    random: &mut Random,
    (min, max): (usize, usize),
    join: &str,
    mut make: impl FnMut(&mut Random) -> String,
) -> String {
    let count = random.random_range(min..=max);
    let pieces: Vec<_> = (0..count).map(|_| make(random)).collect();
    pieces.join(join)
}

/// A block on one line or on several.
fn block(random: &mut Random, max: usize, mut make: impl FnMut(&mut Random) -> String) -> String {
    let lines = random.random_bool(0.6);
    let join = if lines { "\n" } else { " " };
    let body = many(random, (0, max), join, |r| {
        let blank = if lines && r.random_bool(0.1) {
            "\n"
        } else {
            ""
        };
        format!("{blank}{}", make(r))
    });
    // An item that begins a line without indentation would end the blocks around it.
    let body = body.replace('\n', "\n  ");
    let first = if lines { "\n  " } else { join };
    format!("{{{first}{body}{join}}}")
}

fn name(random: &mut Random) -> String {
    one(
        random,
        &[
            "a",
            "deal",
            "contact",
            "Sales",
            "x1",
            "`on`",
            "über",
            "`a b`",
            "part",
            "price_of_everything",
        ],
    )
    .to_owned()
}

fn path(random: &mut Random) -> String {
    many(random, (1, 3), ".", name)
}

fn text(random: &mut Random) -> String {
    one(
        random,
        &[
            "\"\"",
            "\"VIP\"",
            "\"a \\\"quoted\\\" // text [ ]\"",
            "\"\"\"raw\n  lines \"text\" \"\"\"",
            "\"Hello, we are open again soon\"",
        ],
    )
    .to_owned()
}

fn duration(random: &mut Random) -> String {
    one(random, &["10m", "1h30m", "2d", "90s", "1w"]).to_owned()
}

fn expr(random: &mut Random, depth: usize) -> String {
    let leaf = depth == 0;
    let deep = depth.saturating_sub(1);
    match random.random_range(0..if leaf { 5 } else { 16 }) {
        0 => path(random),
        1 => text(random),
        2 => one(
            random,
            &[
                "1",
                "10_000 USD",
                "3.5",
                "50%",
                "1h",
                "09:00",
                "2026-12-31",
                "2026-12-31 09:00",
                "1 mar",
            ],
        )
        .to_owned(),
        3 => one(random, &["true", "empty", "user \"anna@acme.com\"", "-5"]).to_owned(),
        4 => path(random),
        5 => format!("({})", expr(random, deep)),
        6 => format!(
            "[{}{}]",
            many(random, (1, 6), ", ", |r| expr(r, 0)),
            one(random, &["", ","])
        ),
        7 => format!("{}({})", path(random), args(random, deep)),
        8 | 9 => {
            let op = one(random, &[" and ", " or "]);
            many(random, (2, 4), op, |r| expr(r, deep.min(1)))
        }
        10 => format!(
            "({} {} {})",
            path(random),
            one(
                random,
                &[
                    "==",
                    "!=",
                    "<",
                    ">=",
                    "has",
                    "contains",
                    "starts with",
                    "like",
                    "not in",
                    "has any",
                    "+",
                    "-",
                    "*",
                    "or else"
                ]
            ),
            expr(random, 0)
        ),
        11 => format!(
            "(if {} then {} else {})",
            path(random),
            expr(random, 0),
            expr(random, deep)
        ),
        12 => format!(
            "(if {} then {} else if {} then {} else {})",
            path(random),
            path(random),
            path(random),
            path(random),
            path(random)
        ),
        13 => format!("{} is {}empty", path(random), one(random, &["", "not "])),
        14 => format!(
            "(any {} in {} where {})",
            name(random),
            path(random),
            expr(random, deep)
        ),
        _ => format!(
            "(not {} and {} in 1_000..5_000 USD)",
            path(random),
            path(random)
        ),
    }
}

fn args(random: &mut Random, depth: usize) -> String {
    let mut args = many(random, (0, 4), ", ", |r| {
        let value = expr(r, depth);
        format!("{}{value}", some(r, 0.8, |r| format!("{}: ", name(r))))
    });
    if !args.is_empty() && random.random_bool(0.2) {
        args.push(',');
    }
    args
}

fn pattern(random: &mut Random) -> String {
    match random.random_range(0..12) {
        0 => path(random),
        1 => format!("{}({})", path(random), args(random, 1)),
        2 => format!(
            "deal created{}",
            some(random, 0.5, |_| " in Sales.New".to_owned())
        ),
        3 => format!(
            "deal moved{}",
            one(random, &["", " from A", " to [B, C]", " to any from D"])
        ),
        4 => format!(
            "deal {} {}",
            one(random, &["enters", "leaves"]),
            path(random)
        ),
        5 => format!(
            "{}.x changed{}",
            name(random),
            one(
                random,
                &[
                    "",
                    "(by: user, to > 5)",
                    " from empty to > 5",
                    " to contains \"x\" or created"
                ]
            )
        ),
        6 => format!(
            "contact.tags {} {}",
            one(random, &["gains", "loses", "rises above", "falls below"]),
            text(random)
        ),
        7 => format!(
            "every {}",
            one(
                random,
                &[
                    "day at 10:00",
                    "week on mon..wed, fri at 09:30",
                    "month on day 1",
                    "month on last day",
                    "month on last fri",
                    "year on 1 mar",
                    "15m"
                ]
            )
        ),
        8 => "date 2026-12-31 09:00".to_owned(),
        9 => format!(
            "{} {}",
            one(random, &["2h before", "day of", "3d after"]),
            one(
                random,
                &["deal.meeting", "contact.birthday yearly at 09:00"]
            )
        ),
        10 => format!(
            "first {}({}) per {} each week",
            path(random),
            args(random, 0),
            one(random, &["lead", "(lead, event.channel)"])
        ),
        _ => "order deleted".to_owned(),
    }
}

fn unless(random: &mut Random) -> String {
    format!(
        " unless {}",
        many(random, (1, 3), ", ", |r| format!(
            "{}({})",
            path(r),
            args(r, 0)
        ))
    )
}

fn clause(random: &mut Random) -> String {
    match random.random_range(0..24) {
        0..3 => format!("on {}", pattern(random)),
        3 => format!("on {} {}", pattern(random), block_of_start(random)),
        4 => format!(
            "for {}",
            one(
                random,
                &[
                    "deal",
                    "deal via task.items",
                    "each x of deal where a and b",
                    "each contact where Subscribed"
                ]
            )
        ),
        5 => "by user, api".to_owned(),
        6 | 7 => format!("when {}", expr(random, 3)),
        8 => format!(
            "debounce {}{}{}",
            duration(random),
            some(random, 0.3, |_| " up to 4h".to_owned()),
            some(random, 0.4, unless)
        ),
        9 => format!(
            "until {}{}",
            expr(random, 2),
            some(random, 0.5, |_| " within 2d else drop".to_owned())
        ),
        10 => format!(
            "after {}{}{}",
            duration(random),
            some(random, 0.5, |r| format!(" while {}", expr(r, 2))),
            some(random, 0.5, unless)
        ),
        11 => format!("during {}", expr(random, 2)),
        12 => "mode restart".to_owned(),
        13 => format!(
            "once{}",
            one(
                random,
                &["", " per contact each month", " each day per (a, b)"]
            )
        ),
        14 => format!(
            "cooldown {}",
            one(random, &["1d per contact, x.y", "Marketing", "1d"])
        ),
        15 => format!(
            "limit 3 {}",
            one(random, &["in 1d", "each day per contact else wait"])
        ),
        16 => format!("missed {}", one(random, &["run", "skip", "within 2h"])),
        17 => "zone \"Europe/Berlin\"".to_owned(),
        18 => "priority -10".to_owned(),
        19 => one(random, &["disabled", "backwards", "again"]).to_owned(),
        20 => "as user \"anna@acme.com\"".to_owned(),
        21 => "was OldName".to_owned(),
        22 => format!(
            "allow(some-rule-name{})",
            some(random, 0.5, |r| format!(", {}", text(r)))
        ),
        _ => format!(
            "do {}",
            one(
                random,
                &[
                    "stop this",
                    // without braces, a clause behind it would be its own
                    "{ move to Won as user \"b\" backwards }",
                    "{ move here }",
                    "deal.touch()"
                ]
            )
        ),
    }
}

fn block_of_start(random: &mut Random) -> String {
    let body = block(random, 3, |r| match r.random_range(0..3) {
        0 => "by user".to_owned(),
        1 => format!("when {}", expr(r, 2)),
        _ => "after 5m".to_owned(),
    });
    if body.trim_matches(['{', '}']).trim().is_empty() {
        "{ by api }".to_owned()
    } else {
        body
    }
}

fn action(random: &mut Random, depth: usize) -> String {
    match random.random_range(0..if depth == 0 { 11 } else { 15 }) {
        0..3 => format!(
            "{}.send({})",
            one(random, &["email", "sms", "`set`"]),
            args(random, 2)
        ),
        3 => format!(
            "set {} {} {}",
            path(random),
            one(random, &["=", "+=", "-="]),
            expr(random, 2)
        ),
        4 => format!(
            "move deal to {} as user \"x\" backwards across",
            path(random)
        ),
        5 => format!("create deal({})", args(random, 1)),
        6 => one(
            random,
            &[
                "create task",
                "start Flow",
                "start Flow for contact",
                "stop Flow",
                "stop this",
                "move here",
            ],
        )
        .to_owned(),
        7 => format!("emit {}({})", path(random), args(random, 1)),
        8 => format!("wait {}", duration(random)),
        9 => format!(
            "wait until {}{}",
            expr(random, 2),
            some(random, 0.5, |_| " within 3d else stop".to_owned())
        ),
        10 => format!(
            "goal Name {}",
            if random.random_bool(0.5) {
                format!("on {}", pattern(random))
            } else {
                format!("when {}", expr(random, 2))
            }
        ),
        11 | 12 => {
            let mut out = format!(
                "if {} {}",
                expr(random, 2),
                block(random, 2, |r| action(r, depth - 1))
            );
            for _ in 0..random.random_range(0..3) {
                out.push_str(&format!(
                    "\nelse if {} {}",
                    path(random),
                    block(random, 2, |r| action(r, depth - 1))
                ));
            }
            out + &some(random, 0.5, |r| {
                format!(" else {}", block(r, 2, |r| action(r, depth - 1)))
            })
        }
        _ => format!(
            "for each {} of {} {}{}",
            name(random),
            path(random),
            some(random, 0.5, |r| format!("where {} ", expr(r, 2))),
            block(random, 3, |r| action(r, depth - 1))
        ),
    }
}

fn trigger(random: &mut Random) -> String {
    let head = format!(
        "trigger Name{}{} ",
        some(random, 0.3, |_| " \"A label\"".to_owned()),
        some(random, 0.4, |_| " for deal".to_owned())
    );
    head + &block(random, 6, |r| {
        if r.random_bool(0.2) {
            format!("do {}", block(r, 4, |r| action(r, 2)))
        } else {
            clause(r)
        }
    })
}

fn field(random: &mut Random) -> String {
    let doc = some(random, 0.2, |_| "\n/// What it is.\n".to_owned());
    let ty = one(
        random,
        &[
            "text",
            "money?",
            "list of contact",
            "set of list of x.y?",
            "stage of Sales",
            "contact by email",
        ],
    );
    format!(
        "{doc}{}: {ty}{}{}{}{}",
        name(random),
        some(random, 0.2, |_| " id \"7\"".to_owned()),
        some(random, 0.2, |r| format!(" = {}", expr(r, 1))),
        some(random, 0.1, |_| " was old".to_owned()),
        some(random, 0.1, |_| " silent".to_owned())
    )
}

fn fields(random: &mut Random) -> String {
    let comma = one(random, &["", "", ","]);
    block(random, 4, |r| field(r) + comma)
}

fn params(random: &mut Random) -> String {
    let join = one(random, &[", ", " "]);
    format!("({})", many(random, (1, 3), join, field))
}

fn member(random: &mut Random) -> String {
    match random.random_range(0..3) {
        0 => format!("apply Remind({}) as Name", args(random, 1)),
        _ => trigger(random),
    }
}

fn stage(random: &mut Random) -> String {
    let head = format!(
        "stage {}{}{}",
        name(random),
        some(random, 0.3, |_| " \"Neu\" id \"C9\"".to_owned()),
        one(random, &["", " initial", " success", " was Old"])
    );
    head + &some(random, 0.4, |r| format!(" {}", block(r, 2, member)))
}

fn statement(random: &mut Random) -> String {
    match random.random_range(0..10) {
        0 => format!("given contact c({})", args(random, 1)),
        1 => one(random, &["clock 2026-03-02 10:00", "clock 2026-03-02"]).to_owned(),
        2 => "answer email.send with failure".to_owned(),
        3 => format!("send invoice.paid({}) by user", args(random, 1)),
        4 => format!("set d.amount = {} by user", expr(random, 1)),
        5 => format!("create deal d({}) by api", args(random, 1)),
        6 => one(random, &["delete d", "advance 1d", "start Flow for c"]).to_owned(),
        7 => format!("expect {}", expr(random, 3)),
        8 if random.random_bool(0.2) => one(
            random,
            &[
                "expect stopped Name because cooldown",
                "expect stopped Name for d because when",
            ],
        )
        .to_owned(),
        8 => format!(
            "expect {}fired Name{}",
            one(random, &["", "not "]),
            one(
                random,
                &["", " once", " for d 3 times", " because cooldown"]
            )
        ),
        _ => format!(
            "expect {}called email.send({})",
            one(random, &["", "not "]),
            args(random, 1)
        ),
    }
}

fn item(random: &mut Random) -> String {
    let doc = some(random, 0.2, |_| "/// What it is.\n// Why.\n".to_owned());
    let item = match random.random_range(0..22) {
        0 => "use kommo".to_owned(),
        1 => format!("extend {} {}", path(random), fields(random)),
        2 => format!("entity ticket \"Ticket\" {}", fields(random)),
        3 => format!("group item = {}", many(random, (1, 20), ", ", path)),
        4 => format!(
            "enum x = {}{}",
            one(random, &["", "| "]),
            many(random, (1, 9), " | ", |r| format!(
                "{}{}",
                name(r),
                some(r, 0.3, |_| " \"Label\" id \"1\"".to_owned())
            ))
        ),
        5 => format!(
            "event {} for a, b from webhook \"s\" id body.id {}",
            path(random),
            fields(random)
        ),
        6 => format!(
            "event {} for {}",
            path(random),
            many(random, (1, 3), ", ", path)
        ),
        7 => "feed Blog \"https://acme.com/feed.xml\" every 1h".to_owned(),
        8 => format!(
            "action {} for contact {} emits a.b, c if_unknown hold",
            path(random),
            if random.random_bool(0.5) {
                fields(random)
            } else {
                params(random)
            }
        ),
        9 => format!("action {} {{ to: text = 1..5, .. }}", path(random)),
        10 => format!(
            "known tags [{}]",
            many(random, (0, 12), ", ", |_| "\"VIP\"".to_owned())
        ),
        11 => format!(
            "pipeline Sales \"S\" for deal {}",
            block(random, 4, |r| if r.random_bool(0.8) {
                stage(r)
            } else {
                member(r)
            })
        ),
        12 => format!(
            "condition C{} for deal = {}",
            some(random, 0.4, params),
            expr(random, 4)
        ),
        13 => format!(
            "schedule S zone \"Europe/Berlin\" {}",
            block(random, 3, |r| one(
                r,
                &[
                    "mon..fri 09:00..13:00, 14:00..18:00",
                    "sat, sun 10:00..14:00",
                    "except 2026-12-24..2026-12-26, 2027-01-01"
                ]
            )
            .to_owned())
        ),
        14 => "cooldown Marketing 3d per contact was Old".to_owned(),
        15 => format!(
            "breaker B {{{0}over 25_000 tags changes in 1h{0}pause 1h{0}}}",
            one(random, &[" ", "\n"])
        ),
        16 => format!("flow Onboarding for contact {}", block(random, 4, clause)),
        17 => format!("template T{} {}", params(random), block(random, 2, member)),
        18 => format!("test \"it works\" {}", block(random, 6, statement)),
        _ => trigger(random),
    };
    doc + &item
}

/// A program without errors.
pub(super) fn program(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..random.random_range(1..5) {
        out.push_str(&item(random));
        out.push_str(one(random, &["\n", "\n\n", "\n\n\n\n"]));
    }
    out
}
