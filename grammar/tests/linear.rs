//! The parser's work grows with the length of a text and no faster, whatever the text. Counted, not timed: pest counts its
//! calls, process-wide, so this test has a process of its own.

use std::num::NonZeroUsize;

use trig_grammar::parse;

/// How many calls of the parser a byte may cost.
const CALLS: usize = 1_000;

#[test]
fn work_grows_with_length_only() {
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "`",
        "\"\"\"",
        "\\",
        "/",
        "//",
        "///",
        "\n",
        " ",
        "\t",
        ".",
        "..",
        ",",
        ":",
        "=",
        "-",
        "- ",
        "not ",
        "if ",
        "if a then ",
        "any a in b where ",
        "a.",
        "a ",
        "a(",
        "a[",
        "({[",
        "({",
        "(}",
        "{)",
        "{(}",
        "(]",
        "a(b ",
        "1",
        "1_",
        "1 ",
        "9:",
        "1h",
        "a`",
        "`a",
        "\"\\",
        "\"a\n",
        "\"\"\"\n",
        "on ",
        "on a ",
        "do { ",
        "when ( ",
        "{ do ",
        "trigger ",
        "\ntrigger ",
        "trigger A {",
        "trigger A { ",
        "\ntrigger A {",
        "trigger A { on a } ",
        "stage A {",
        "pipeline A {\nstage B {",
        "condition A = (",
        "\ncondition A = (",
        "use a.",
        "enum a = a | ",
        "group a = b, ",
        "event a ",
        "on deal created or ",
        "limit ",
        "unless a, ",
        "// x\n",
        "/// x\n",
        "x // y\n",
        "é",
        "\u{FEFF}",
        "foo { ",
        "foo ( ",
        "}\n",
        "{\n",
        "(a, ",
        "(a: ",
        "[a, ",
        "a: list of ",
        "list of ",
        "else if ",
        "else ",
        "test \"a\" { ",
        "per (",
        "every ",
        "first ",
    ];
    for piece in pieces {
        for head in [
            "",
            "trigger A { ",
            "condition A = ",
            "flow A { do { ",
            "test \"t\" { ",
            "entity A { ",
            "pipeline A { ",
        ] {
            let text = format!("{head}{}", piece.repeat(8_000 / piece.len()));
            costs_little(&text);
        }
    }
    // Many groups that are open at once.
    for open in [
        "(", "[", "{", "( [", "{ (", "a(", "[ a, ", "(a: ", "foo (\n", "foo {\n", "do {\n",
    ] {
        let depth = 60 / open.bytes().filter(|b| b"([{".contains(b)).count();
        for head in [
            "",
            "trigger A { ",
            "trigger A { foo ",
            "condition A = ",
            "flow A { do { foo ",
            "pipeline A { foo ",
        ] {
            for piece in ["a ", "a\n", "on a ", "\"a\" ", ", ", "} ", ") "] {
                costs_little(&format!(
                    "{head}{}{}",
                    open.repeat(depth - 3),
                    piece.repeat(8_000 / piece.len())
                ));
            }
        }
    }
}

fn costs_little(text: &str) {
    pest::set_call_limit(NonZeroUsize::new(CALLS * text.len()));
    let file = parse(text);
    let gave_up = file
        .errors
        .iter()
        .any(|e| e.message.starts_with("the file cannot be read"));
    let start: String = text.chars().take(80).collect();
    assert!(
        !gave_up,
        "{start:?}, and so on, costs more than {CALLS} calls a byte"
    );
}
