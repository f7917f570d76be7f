//! Texts made to break a parser: whatever is fed in, a tree comes out, and the time it takes grows with the length only.

use crate::common;
use proptest::prelude::*;
use trig_grammar::parse;

const VOCABULARY: &[&str] = &[
    "trigger",
    "pipeline",
    "stage",
    "flow",
    "condition",
    "schedule",
    "test",
    "template",
    "apply",
    "event",
    "action",
    "enum",
    "entity",
    "extend",
    "group",
    "known",
    "feed",
    "cooldown",
    "breaker",
    "use",
    "on",
    "for",
    "each",
    "by",
    "when",
    "after",
    "during",
    "until",
    "while",
    "unless",
    "do",
    "once",
    "limit",
    "mode",
    "zone",
    "was",
    "as",
    "user",
    "allow",
    "and",
    "or",
    "not",
    "in",
    "has",
    "any",
    "all",
    "none",
    "contains",
    "starts",
    "ends",
    "with",
    "like",
    "is",
    "empty",
    "if",
    "then",
    "else",
    "true",
    "false",
    "per",
    "day",
    "every",
    "first",
    "date",
    "from",
    "to",
    "changed",
    "moved",
    "created",
    "enters",
    "gains",
    "rises",
    "above",
    "set",
    "move",
    "here",
    "wait",
    "goal",
    "emit",
    "create",
    "stop",
    "this",
    "expect",
    "given",
    "fired",
    "clock",
    "where",
    "of",
    "via",
    "list",
    "id",
    "silent",
    "emits",
    "updates",
    "body",
    "name",
    "deal",
    "a",
    "b",
    "`q`",
    "`",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ".",
    "..",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "+=",
    "|",
    "?",
    "//",
    "///",
    "\"t\"",
    "\"{a.b}\"",
    "\"",
    "\"\"\"",
    "\\",
    "1",
    "10_000",
    "3.5",
    "50%",
    "USD",
    "2h",
    "1h30m",
    "09:00",
    "2026-12-31",
    "1 mar",
    "\n",
    "\n\n",
    "\r\n",
    "é",
    "\u{FEFF}",
    "\u{0}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses(text in any::<String>()) {
        parse(&text);
    }

    #[test]
    fn any_signs_parse(text in "[\\x00-\\x7fäж\u{2028}]{0,200}") {
        parse(&text);
    }

    #[test]
    fn any_words_of_the_language_parse(words in prop::collection::vec((prop::sample::select(VOCABULARY), any::<bool>()), 0..120)) {
        let mut text = String::new();
        for (word, space) in words {
            text.push_str(word);
            if space {
                text.push(' ');
            }
        }
        let file = parse(&text);
        let wrong = common::tree::unnested(&file.items);
        prop_assert!(wrong.is_empty(), "{wrong:?} in {text:?}");
        for error in &file.errors {
            prop_assert!(text.get(error.span.range()).is_some(), "{error:?}");
        }
    }

    #[test]
    fn any_words_in_a_trigger_leave_the_next_one_alone(words in prop::collection::vec(prop::sample::select(VOCABULARY), 0..40)) {
        // Braces, and what makes a brace part of a text, decide where a block ends.
        let inside: Vec<_> = words.into_iter().filter(|word| !word.contains(['{', '}', '"', '`', '/']) && !word.contains('\n')).collect();
        let text = format!("trigger A {{ on x {} }}\ntrigger B {{ on deal created do deal.touch() }}", inside.join(" "));
        let file = parse(&text);
        prop_assert!(!file.unclosed, "{text}");
        let last = file.items.last().map(|item| text[item.span.range()].to_owned());
        prop_assert_eq!(last.as_deref(), Some("trigger B { on deal created do deal.touch() }"), "{}", text);
    }
}

#[test]
fn brackets_that_nest_too_deep_are_one_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        let text = format!(
            "condition X = {}a{}",
            open.repeat(10_000),
            close.repeat(10_000)
        );
        let file = parse(&text);
        assert_eq!(file.errors.len(), 1, "{:?}", file.errors);
        assert_eq!(file.errors[0].message, "brackets nest more than 64 deep");
        assert_eq!(file.errors[0].span.start, 14 + 64);
        assert!(file.items.is_empty());
    }
}

#[test]
fn brackets_may_nest_as_deep_as_the_limit() {
    let deep = |n: usize| format!("condition X = {}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(64)).errors.is_empty());
    assert_eq!(parse(&deep(65)).errors.len(), 1);
    let lists = format!("condition X = a in {}b{}", "[".repeat(64), "]".repeat(64));
    assert!(parse(&lists).errors.is_empty());
    let calls = format!(
        "trigger X {{ on a do {}1{} }}",
        "f(a: ".repeat(63),
        ")".repeat(63)
    );
    assert!(parse(&calls).errors.is_empty());
    let blocks = format!(
        "flow X {{ do {{ {} stop this {} }} }}",
        "if a { ".repeat(62),
        "}".repeat(62)
    );
    assert!(parse(&blocks).errors.is_empty());
}

#[test]
fn long_chains_are_errors_and_no_deep_trees() {
    for (i, (head, link, tail)) in [
        ("condition X = a ", "or a ", ""),
        ("condition X = a ", "and a ", ""),
        ("condition X = ", "not ", "a"),
        ("condition X = a ", "or else a ", ""),
        ("condition X = a ", "- a ", ""),
        ("condition X = ", "- ", "a"),
        ("condition X = ", "if a then b else ", "c"),
        ("condition X = ", "any a in b where ", "c"),
        ("flow X { do { if a { } ", "else if a { } ", "} }"),
        ("entity X { a: ", "list of ", "text }"),
    ]
    .into_iter()
    .enumerate()
    {
        let n = if i == 0 { 100_000 } else { 20_000 };
        let text = format!("{head}{}{tail}\ncondition Good = a", link.repeat(n));
        let file = parse(&text);
        assert!(!file.errors.is_empty(), "{head}{link}… gives no error");
        assert!(
            file.errors.len() <= 3,
            "{head}{link}… gives {} errors",
            file.errors.len()
        );
        assert_eq!(file.items.len(), 2, "{head}{link}…");
    }
}

/// Chains inside brackets multiply: the depth of the whole tree is bounded, not that of each bracket.
#[test]
fn chains_in_brackets_give_no_deep_trees() {
    let mut text = "a".to_owned();
    for _ in 0..60 {
        text = format!("({}{text}{})", "not ".repeat(50), " or b".repeat(50));
    }
    let file = parse(&format!("condition X = {text}"));
    assert!(!file.errors.is_empty());
    let mut text = "stop this".to_owned();
    for _ in 0..50 {
        text = format!(
            "if a {{ }} {} else {{ {text} }}",
            "else if b { } ".repeat(20)
        );
    }
    let file = parse(&format!("flow X {{ do {{ {text} }} }}"));
    assert!(
        file.errors.iter().any(|e| e.message.contains("nest")),
        "{:?}",
        file.errors
    );
}

/// A stack as small as that of a thread of an editor's server is enough.
#[test]
fn a_small_stack_is_enough() {
    let texts = [
        format!(
            "condition X = {}a{}",
            "(not a or b and -c * f(x: [1, ".repeat(20),
            "]))".repeat(20)
        ),
        format!(
            "flow X {{ do {{ if a {{ {} }} }} }}",
            "if b { } else ".repeat(90)
        ),
        format!("condition X = a {}", "or else a ".repeat(200)),
    ];
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            for text in texts {
                let file = parse(&text);
                assert!(!file.items.is_empty(), "{:?}", file.errors);
            }
        })
        .unwrap()
        .join()
        .unwrap();
}
