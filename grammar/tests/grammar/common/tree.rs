//! Trees as short text: what `Debug` writes, read back, without spans and without what says nothing.

use std::fmt::Debug;

/// The widest line of a tree.
const WIDTH: usize = 116;

enum Value {
    Atom(String),
    List(Vec<Value>),
    Tuple(String, Vec<Value>),
    Struct(String, Vec<(String, Value)>),
}

/// A tree, without spans, over several lines.
pub(crate) fn show(tree: &impl Debug) -> String {
    let text = format!("{tree:?}");
    let value = simplify(Reader { rest: &text }.value());
    let mut out = String::new();
    print(&mut out, &value, 0, 0);
    out
}

/// A tree on one line, every span erased: equal for trees that differ in their places only.
pub(crate) fn without_spans(tree: &impl Debug) -> String {
    let text = format!("{tree:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("..") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let start = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let end = after.trim_start_matches(|c: char| c.is_ascii_digit());
        out.push_str(start);
        out.push_str("..");
        rest = end;
    }
    out.push_str(rest);
    out
}

/// Every place where a part reaches out of what it is a part of.
pub(crate) fn unnested(tree: &impl Debug) -> Vec<String> {
    let text = format!("{tree:?}");
    let mut wrong = Vec::new();
    check(&Reader { rest: &text }.value(), (0, u32::MAX), &mut wrong);
    wrong
}

fn check(value: &Value, outer: (u32, u32), wrong: &mut Vec<String>) {
    match value {
        Value::Atom(word) => {
            if let Some((start, end)) = word.split_once("..")
                && let (Ok(start), Ok(end)) = (start.parse::<u32>(), end.parse::<u32>())
                && (start > end || start < outer.0 || end > outer.1)
            {
                wrong.push(format!("{word} reaches out of {}..{}", outer.0, outer.1));
            }
        }
        Value::List(values) | Value::Tuple(_, values) => {
            for value in values {
                check(value, outer, wrong);
            }
        }
        Value::Struct(name, fields) => {
            let own = fields
                .iter()
                .find(|(name, _)| name == "span")
                .and_then(|(_, v)| match v {
                    Value::Atom(word) => word.split_once(".."),
                    _ => None,
                });
            let inner = own.map_or(outer, |(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
            for (field, value) in fields {
                // A doc comment stands before what it belongs to; `deal: by id` names its entity by the field's name.
                let apart = field == "doc" || (name == "By" && field == "entity");
                let own = field == "span";
                check(
                    value,
                    if apart {
                        (0, u32::MAX)
                    } else if own {
                        outer
                    } else {
                        inner
                    },
                    wrong,
                );
            }
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, length: usize) -> String {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken.to_owned()
    }

    fn value(&mut self) -> Value {
        if self.eat("[") {
            return Value::List(self.until("]"));
        }
        if self.rest.starts_with('"') {
            let mut escaped = false;
            let end = self.rest[1..].find(|c| {
                let found = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                found
            });
            return Value::Atom(self.take(end.unwrap() + 2));
        }
        let length = self
            .rest
            .find([' ', ',', '(', ')', ']', '}'])
            .unwrap_or(self.rest.len());
        let word = self.take(length);
        if self.eat("(") {
            return Value::Tuple(word, self.until(")"));
        }
        if self.eat(" { ") {
            let mut fields = Vec::new();
            while !self.eat(" }") {
                self.eat(", ");
                let length = self.rest.find(": ").unwrap();
                let name = self.take(length);
                self.eat(": ");
                fields.push((name, self.value()));
            }
            return Value::Struct(word, fields);
        }
        Value::Atom(word)
    }

    fn until(&mut self, end: &str) -> Vec<Value> {
        let mut values = Vec::new();
        while !self.eat(end) {
            self.eat(", ");
            values.push(self.value());
        }
        values
    }
}

fn simplify(value: Value) -> Value {
    match value {
        Value::Atom(_) => value,
        Value::List(values) => Value::List(values.into_iter().map(simplify).collect()),
        Value::Tuple(name, values) => {
            let mut values: Vec<_> = values.into_iter().map(simplify).collect();
            let transparent = [
                "Some", "Path", "Number", "Text", "Duration", "Time", "Date", "Literal", "Value",
            ];
            if values.len() == 1 && transparent.contains(&name.as_str()) {
                return values.remove(0);
            }
            // An item's kind and what it holds have the same name.
            if values.len() == 1
                && let Value::Struct(inner, _) = &values[0]
                && *inner == name
            {
                return values.remove(0);
            }
            Value::Tuple(name, values)
        }
        Value::Struct(name, fields) => {
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| (name, simplify(value)))
                .filter(|(name, value)| !name.ends_with("span") && says_something(value))
                .collect();
            short(name, fields)
        }
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Atom(word) => word != "None" && word != "false",
        Value::List(values) => !values.is_empty(),
        _ => true,
    }
}

fn short(name: String, mut fields: Vec<(String, Value)>) -> Value {
    let atom = |fields: &[(String, Value)], name: &str| {
        fields
            .iter()
            .find(|(n, _)| n == name)
            .and_then(|(_, v)| match v {
                Value::Atom(word) => Some(word.clone()),
                _ => None,
            })
    };
    let number = |name: &str| atom(&fields, name).map_or(0, |word| word.parse::<u32>().unwrap());
    match name.as_str() {
        "Name" | "Number" => {
            let text = atom(&fields, "text").unwrap();
            let text = text.trim_matches('"');
            Value::Atom(if text.is_empty() { "MISSING" } else { text }.to_owned())
        }
        "TimeLit" => Value::Atom(format!("{:02}:{:02}", number("hour"), number("minute"))),
        "DateLit" => {
            let (year, month, day) = (number("year"), number("month"), number("day"));
            Value::Atom(format!("{year:04}-{month:02}-{day:02}"))
        }
        "MonthDayLit" => Value::Atom(format!("{}/{}", number("day"), number("month"))),
        "Path" if fields.iter().any(|(n, _)| n == "names") => match fields.pop() {
            Some((_, Value::List(names))) => {
                Value::Atom(names.iter().map(line).collect::<Vec<_>>().join("."))
            }
            _ => Value::Atom("NO NAMES".to_owned()),
        },
        // A pattern.
        "Path" => match fields.as_slice() {
            [(_, path)] => Value::Atom(line(path)),
            _ => Value::Struct(name, fields),
        },
        "DurationLit" => match fields.pop() {
            Some((_, Value::List(parts))) => {
                Value::Atom(parts.iter().map(line).collect::<Vec<_>>().join(" "))
            }
            _ => Value::Atom("MISSING".to_owned()),
        },
        "TextLit" => match fields.pop() {
            None => Value::Atom("\"\"".to_owned()),
            Some((_, Value::List(mut parts))) if parts.len() == 1 => parts.remove(0),
            Some((_, parts)) => Value::Tuple("text".to_owned(), vec![parts]),
        },
        "Binary" => {
            let [(_, op), (_, left), (_, right)] = fields.try_into().ok().unwrap();
            Value::Tuple(line(&op), vec![left, right])
        }
        // A wrapper of a span and a kind.
        _ if fields.len() == 1 && ["kind", "paths"].contains(&fields[0].0.as_str()) => {
            fields.remove(0).1
        }
        _ => Value::Struct(name, fields),
    }
}

fn line(value: &Value) -> String {
    let join = |values: &[Value]| values.iter().map(line).collect::<Vec<_>>().join(", ");
    match value {
        Value::Atom(word) => word.clone(),
        Value::List(values) => format!("[{}]", join(values)),
        Value::Tuple(name, values) => format!("{name}({})", join(values)),
        Value::Struct(name, fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", line(value)))
                .collect();
            format!("{name} {{ {} }}", fields.join(", "))
        }
    }
}

fn print(out: &mut String, value: &Value, indent: usize, used: usize) {
    let short = line(value);
    if used + short.len() <= WIDTH || matches!(value, Value::Atom(_)) {
        out.push_str(&short);
        return;
    }
    let (open, close, parts): (String, _, Vec<(String, &Value)>) = match value {
        Value::Atom(_) => return,
        Value::List(values) => (
            "[".into(),
            "]",
            values.iter().map(|v| (String::new(), v)).collect(),
        ),
        Value::Tuple(name, values) => (
            format!("{name}("),
            ")",
            values.iter().map(|v| (String::new(), v)).collect(),
        ),
        Value::Struct(name, fields) => (
            format!("{name} {{"),
            "}",
            fields.iter().map(|(n, v)| (format!("{n}: "), v)).collect(),
        ),
    };
    out.push_str(&open);
    for (name, value) in parts {
        out.push('\n');
        out.push_str(&" ".repeat(indent + 2));
        out.push_str(&name);
        print(out, value, indent + 2, indent + 2 + name.len());
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push_str(close);
}
