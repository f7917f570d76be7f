//! What holds for any text: it parses, spans nest, and what is broken costs only itself.

use crate::common;
use crate::common::tree::{unnested, without_spans};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use trig_grammar::ast::{Clause, ClauseKind, File, Item, ItemKind};
use trig_grammar::{Span, parse};

/// Parses and looks at every item's place.
fn parse_any(text: &str) -> File {
    let file = parse(text);
    let mut end = 0;
    for item in &file.items {
        assert!(
            item.span.start >= end,
            "items overlap at {:?} in {text:?}",
            item.span
        );
        end = item.span.end;
        assert!(
            text.get(item.span.range()).is_some(),
            "{:?} is no part of {text:?}",
            item.span
        );
        let written = &text[item.span.range()];
        assert_eq!(
            written.trim_ascii(),
            written,
            "a span holds space around it"
        );
    }
    for error in &file.errors {
        assert!(
            text.get(error.span.range()).is_some(),
            "{error:?} is no part of {text:?}"
        );
        assert!(
            !error.message.is_empty() && !error.message.ends_with('.'),
            "{error:?}"
        );
    }
    file
}

/// Parses and looks at every place in the tree.
fn parse_closely(text: &str) -> File {
    let file = parse_any(text);
    let wrong = unnested(&file.items);
    assert!(wrong.is_empty(), "{wrong:?} in {text:?}");
    file
}

#[test]
fn every_prefix_parses() {
    common::sources().into_par_iter().for_each(|(_, text)| {
        for (i, (at, _)) in text.char_indices().enumerate() {
            if i % 8 == 0 {
                parse_closely(&text[..at]);
            } else {
                parse_any(&text[..at]);
            }
        }
    });
}

#[test]
fn every_text_after_random_edits_parses() {
    let seed = 20_261_122;
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let corpus: Vec<_> = common::sources()
        .into_iter()
        .chain(common::files("broken"))
        .collect();
    let corpus: Vec<_> = corpus
        .iter()
        .map(|(_, text)| (text, parse(text).items))
        .collect();
    for i in 0..10_000 {
        // A few items that follow one another.
        let (text, items) = &corpus[random.random_range(0..corpus.len())];
        let first = random.random_range(0..items.len());
        let last = items.len().min(first + 3) - 1;
        let mut text = text[items[first].span.to(items[last].span).range()].to_owned();
        for _ in 0..random.random_range(1..4) {
            edit(&mut text, &mut random);
        }
        if i % 8 == 0 {
            parse_closely(&text);
        } else {
            parse_any(&text);
        }
    }
}

/// Removes, doubles or inserts something somewhere.
fn edit(text: &mut String, random: &mut ChaCha8Rng) {
    const BITS: &[&str] = &[
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "`",
        "//",
        "///",
        "\n",
        ",",
        ":",
        ".",
        "..",
        "=",
        "\\",
        " when ",
        " on ",
        " do ",
        " trigger ",
        "\ntrigger ",
        "\npipeline ",
        " not ",
        " if ",
        " else ",
        " any ",
        "é",
        "\u{FEFF}",
        "\r\n",
        "1",
        "d",
        "{}",
    ];
    let boundary = |text: &str, random: &mut ChaCha8Rng| {
        let mut at = random.random_range(0..=text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(text, random);
    match random.next_u32() % 4 {
        0 => text.insert_str(start, BITS[random.random_range(0..BITS.len())]),
        1 => {
            let end = boundary(text, random).clamp(start, text.len().min(start + 40));
            let end = (start..=end)
                .rev()
                .find(|&n| text.is_char_boundary(n))
                .unwrap();
            text.replace_range(start..end, "");
        }
        2 => {
            let end = text[start..]
                .find(char::is_whitespace)
                .map_or(text.len(), |n| start + n);
            let piece = text[start..end].to_owned();
            let to = boundary(text, random);
            text.insert_str(to, &piece);
        }
        _ => {
            if let Some(c) = text[start..].chars().next() {
                text.replace_range(start..start + c.len_utf8(), "");
            }
        }
    }
}

/// All triggers of a file, wherever they stand.
fn triggers(items: &[Item]) -> Vec<&Item> {
    let mut found = Vec::new();
    for item in items {
        match &item.kind {
            ItemKind::Trigger(_) => found.push(item),
            ItemKind::Template(template) => found.extend(triggers(&template.items)),
            ItemKind::Pipeline(pipeline) => {
                found.extend(
                    pipeline
                        .stages
                        .iter()
                        .flat_map(|stage| triggers(&stage.items)),
                );
                found.extend(triggers(&pipeline.others));
            }
            _ => {}
        }
    }
    found.sort_by_key(|item| item.span.start);
    found
}

fn clauses(item: &Item) -> &[Clause] {
    match &item.kind {
        ItemKind::Trigger(trigger) => &trigger.clauses,
        _ => &[],
    }
}

/// The tokens of a piece of text, braces left out: words, numbers, texts, signs.
fn tokens(text: &str, within: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = within.start as usize;
    while at < within.end as usize {
        let rest = &text[at..within.end as usize];
        let c = rest.chars().next().unwrap();
        let length = if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if let Some(body) = rest.strip_prefix("\"\"\"") {
            body.find("\"\"\"").unwrap() + 6
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let found = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                found
            });
            end.unwrap() + 2
        } else if c.is_alphanumeric() || c == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())
        } else {
            let two = ["==", "!=", "<=", ">=", "+=", "-=", ".."];
            if two.iter().any(|sign| rest.starts_with(sign)) {
                2
            } else {
                c.len_utf8()
            }
        };
        if !c.is_whitespace() && c != '{' && c != '}' {
            found.push(Span::new(at as u32, (at + length) as u32));
        }
        at += length;
    }
    found
}

/// Whether `few` is in `many`, in the same order.
fn all_in(few: &[String], many: &[String]) -> bool {
    let mut rest = many.iter();
    few.iter().all(|one| rest.any(|other| other == one))
}

#[test]
fn a_token_that_is_missing_costs_its_clause_alone() {
    let mut deletions = 0;
    for (name, text) in common::sources() {
        let file = parse(&text);
        let before = triggers(&file.items);
        for (i, trigger) in before.iter().enumerate() {
            let others: Vec<_> = before
                .iter()
                .enumerate()
                .filter(|&(j, _)| j != i)
                .map(|(_, item)| without_spans(item))
                .collect();
            for (j, clause) in clauses(trigger).iter().enumerate() {
                for token in tokens(&text, clause.span) {
                    // Without its first word, what is left of a clause may go on with the one before: `once`, `each day`.
                    let joins = token.start == clause.span.start;
                    let mates: Vec<_> = clauses(trigger)
                        .iter()
                        .enumerate()
                        .filter(|&(k, _)| k != j && !(joins && k + 1 == j))
                        .map(|(_, clause)| without_spans(clause))
                        .collect();
                    let mut edited = text.clone();
                    edited.replace_range(token.range(), "");
                    let at = format!("{name}: without `{}` at {token:?}", &text[token.range()]);
                    let file = parse_any(&edited);
                    let after = triggers(&file.items);
                    let all: Vec<_> = after.iter().map(without_spans).collect();
                    assert!(
                        all_in(&others, &all),
                        "{at}, another trigger is lost or changed"
                    );
                    let own: Vec<_> = after
                        .get(i)
                        .map(|item| clauses(item))
                        .unwrap_or_default()
                        .iter()
                        .map(without_spans)
                        .collect();
                    assert!(
                        all_in(&mates, &own),
                        "{at}, another clause is lost or changed"
                    );
                    deletions += 1;
                }
            }
        }
    }
    assert!(deletions > 1_000, "only {deletions} deletions");
}

#[test]
fn a_clause_that_cannot_be_read_is_one_bad_clause() {
    let file = parse("trigger A {\n  on deal moved\n  wen a == 1\n  do deal.touch()\n}");
    let triggers = triggers(&file.items);
    let kinds: Vec<_> = clauses(triggers[0]).iter().map(|c| &c.kind).collect();
    assert!(
        matches!(
            kinds.as_slice(),
            [ClauseKind::On { .. }, ClauseKind::Bad, ClauseKind::Do(_)]
        ),
        "{kinds:?}"
    );
    assert_eq!(file.errors.len(), 1);
}
