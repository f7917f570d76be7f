//! A project of many realistic triggers, the same for the same seed.

use std::fmt::Write as _;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const STAGES: &[&str] = &[
    "New",
    "Contacted",
    "Qualified",
    "Proposal",
    "Negotiation",
    "Won",
    "Lost",
];
const CHANNELS: &[&str] = &["whatsapp", "instagram", "telegram", "live_chat", "email"];
const TAGS: &[&str] = &[
    "VIP",
    "New",
    "partner",
    "cold",
    "renewal",
    "trial",
    "b2b",
    "churn risk",
];
const WORDS: &[&str] = &[
    "price", "discount", "invoice", "delivery", "refund", "contract", "meeting", "demo",
];
const TEMPLATES: &[&str] = &["welcome", "tips", "offer", "thanks", "reminder", "survey"];
const SOURCES: &[&str] = &["Google", "Facebook", "newsletter", "partner", "direct"];

/// The files of a project: `files` of them, with `triggers` triggers each.
pub(crate) fn project(files: usize, triggers: usize, seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..files)
        .map(|file| self::file(&mut random, file, triggers))
        .collect()
}

fn file(random: &mut ChaCha8Rng, file: usize, triggers: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "// Part {file} of the project.\nuse kommo\n");
    let _ = writeln!(
        out,
        "pipeline Sales{file} \"Sales {file}\" id \"C{file}\" for deal {{\n    stage New \"New\" id \"C{file}:NEW\" initial\n    stage Contacted\n    stage Qualified\n    stage Proposal\n    stage Negotiation\n    stage Won success\n    stage Lost failure\n}}\n"
    );
    let _ = writeln!(
        out,
        "condition Big{file} for deal = amount in 10_000..100_000 USD and tags has any [\"VIP\", \"partner\"]\n"
    );
    let _ = writeln!(
        out,
        "schedule Hours{file} zone \"Europe/Berlin\" {{\n    mon..fri 09:00..13:00, 14:00..18:00\n    sat 10:00..14:00\n    except 2026-12-24..2026-12-26, 2027-01-01\n}}\n"
    );
    for number in 0..triggers {
        trigger(random, &mut out, file, number);
    }
    out
}

fn one<'t>(random: &mut ChaCha8Rng, words: &[&'t str]) -> &'t str {
    words.choose(random).copied().unwrap_or_default()
}

fn trigger(random: &mut ChaCha8Rng, out: &mut String, file: usize, number: usize) {
    if number.is_multiple_of(4) {
        let _ = writeln!(
            out,
            "/// Part of the {} campaign; ask the owner before changing it.",
            one(random, SOURCES)
        );
    }
    let _ = writeln!(
        out,
        "trigger T{file}_{number} \"Trigger {number} of {file}\" for deal {{"
    );
    start(random, out, file);
    if random.random_bool(0.2) {
        start(random, out, file);
    }
    if random.random_bool(0.8) {
        let _ = writeln!(out, "    when     {}", condition(random, file));
    }
    if random.random_bool(0.5) {
        let _ = writeln!(
            out,
            "    after    {}m  unless call.outbound(contact: event.contact), message.outgoing(by: user, contact: event.contact)",
            random.random_range(1..60)
        );
    }
    if random.random_bool(0.4) {
        let _ = writeln!(
            out,
            "    during   {}Hours{file}",
            if random.random_bool(0.3) { "not " } else { "" }
        );
    }
    if random.random_bool(0.5) {
        let _ = writeln!(
            out,
            "    cooldown {}d per contact",
            random.random_range(1..30)
        );
    }
    if random.random_bool(0.2) {
        let _ = writeln!(
            out,
            "    limit    {} each day per contact else wait",
            random.random_range(1..9)
        );
    }
    if random.random_bool(0.2) {
        let _ = writeln!(out, "    // only what is still open, see the handbook");
    }
    actions(random, out, file);
    out.push_str("}\n\n");
}

fn start(random: &mut ChaCha8Rng, out: &mut String, file: usize) {
    let stage = one(random, STAGES);
    let word = one(random, WORDS);
    let channel = one(random, CHANNELS);
    let _ = match random.random_range(0..8) {
        0 => writeln!(
            out,
            "    on       call.missed(line: \"+49 30 {}\")",
            random.random_range(100_000..999_999)
        ),
        1 => writeln!(
            out,
            "    on       message.incoming(channel in [{channel}, whatsapp], text contains any [\"{word}\", \"price\"])"
        ),
        2 => writeln!(out, "    on       deal enters Sales{file}.{stage}"),
        3 => writeln!(
            out,
            "    on       deal moved from Sales{file}.New to Sales{file}.{stage}"
        ),
        4 => writeln!(
            out,
            "    on       deal.amount changed from empty to > {} USD",
            random.random_range(1..90) * 1000
        ),
        5 => writeln!(
            out,
            "    on       contact.tags gains \"{}\"",
            one(random, TAGS)
        ),
        6 => writeln!(
            out,
            "    on       {}h before deal.meeting_time",
            random.random_range(1..48)
        ),
        _ => writeln!(
            out,
            "    on       every week on mon, thu at {:02}:30",
            random.random_range(7..19)
        ),
    };
}

fn condition(random: &mut ChaCha8Rng, file: usize) -> String {
    let mut out = atom(random, file);
    for _ in 0..random.random_range(0..4) {
        let join = if random.random_bool(0.7) { "and" } else { "or" };
        let next = atom(random, file);
        let _ = write!(out, " {join} {next}");
    }
    out
}

fn atom(random: &mut ChaCha8Rng, file: usize) -> String {
    match random.random_range(0..8) {
        0 => format!("Big{file}"),
        1 => format!(
            "stage in [{}, {}]",
            one(random, STAGES),
            one(random, STAGES)
        ),
        2 => format!("amount >= {} USD", random.random_range(1..90) * 500),
        3 => format!(
            "tags has any [\"{}\", \"{}\"]",
            one(random, TAGS),
            one(random, TAGS)
        ),
        4 => format!("utm.source == \"{}\"", one(random, SOURCES)),
        5 => format!("utm.campaign contains \"{}\"", one(random, WORDS)),
        6 => format!(
            "not (contact.score < {} or contact.email is empty)",
            random.random_range(1..100)
        ),
        _ => format!(
            "(amount or else 0 USD) * 2 > {} USD",
            random.random_range(1..90) * 500
        ),
    }
}

fn actions(random: &mut ChaCha8Rng, out: &mut String, file: usize) {
    if random.random_bool(0.3) {
        let _ = writeln!(
            out,
            "    do       move deal to Sales{file}.{}",
            one(random, STAGES)
        );
        return;
    }
    out.push_str("    do {\n");
    for _ in 0..random.random_range(1..5) {
        let template = one(random, TEMPLATES);
        let _ = match random.random_range(0..6) {
            0 => writeln!(
                out,
                "        email.send(to: contact, template: \"{template}\", list: \"News\")"
            ),
            1 => writeln!(
                out,
                "        sms.send(to: contact, text: \"Hello {{contact.name}}, we are open again {{Hours{file}.next_open}}\")"
            ),
            2 => writeln!(
                out,
                "        task.create(title: \"Call back {{contact.name}}\", assignee: deal.owner, due: {}h)",
                random.random_range(1..48)
            ),
            3 => writeln!(out, "        set tags += \"{}\"", one(random, TAGS)),
            4 => writeln!(
                out,
                "        if contact.score > {} {{\n            create deal(name: \"{{contact.name}}\", stage: Sales{file}.New)\n        }} else {{\n            wait until Hours{file}\n            user.notify(to: contact.owner, text: \"{template}\")\n        }}",
                random.random_range(1..100)
            ),
            _ => writeln!(out, "        set score += {}", random.random_range(1..20)),
        };
    }
    out.push_str("    }\n");
}
