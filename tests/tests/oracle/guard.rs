//! Random guards: as a person writes them, and as they are told to an SMT solver.

use crate::dice::Dice;
use crate::schedule::Calendar;
use crate::world::{COLORS, STAGES};

/// A truth value, in Trig and in SMT-LIB.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) trig: String,
    pub(crate) smt: String,
}

fn said(trig: impl Into<String>, smt: impl Into<String>) -> Said {
    Said {
        trig: trig.into(),
        smt: smt.into(),
    }
}

/// The kinds of atoms.
pub(crate) const KINDS: [&str; 20] = [
    "bool",
    "enum",
    "stage",
    "int",
    "decimal",
    "money",
    "date",
    "datetime",
    "time",
    "duration",
    "equality",
    "prefix",
    "suffix",
    "contains",
    "glob",
    "tags",
    "list",
    "name",
    "emptiness",
    "schedule",
];

/// What guards are made of.
pub(crate) struct Maker<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) calendar: &'a Calendar,
    /// Of which kinds atoms are made.
    pub(crate) palette: &'a [&'static str],
    /// How many atoms of each kind there are.
    pub(crate) counts: &'a mut std::collections::BTreeMap<&'static str, u64>,
}

impl Maker<'_> {
    pub(crate) fn guard(&mut self, depth: u32) -> Said {
        if depth == 0 || self.dice.percent(25) {
            return self.atom();
        }
        match self.dice.below(5) {
            0 => {
                let inner = self.guard(depth - 1);
                said(
                    format!("not ({})", inner.trig),
                    format!("(not {})", inner.smt),
                )
            }
            word => {
                let parts: Vec<Said> = (0..2 + self.dice.below(2))
                    .map(|_| self.guard(depth - 1))
                    .collect();
                let word = if word < 3 { "and" } else { "or" };
                let trig: Vec<String> = parts.iter().map(|p| format!("({})", p.trig)).collect();
                let smt: Vec<&str> = parts.iter().map(|p| p.smt.as_str()).collect();
                said(
                    trig.join(&format!(" {word} ")),
                    format!("({word} {})", smt.join(" ")),
                )
            }
        }
    }

    fn atom(&mut self) -> Said {
        let kind = self.dice.pick(self.palette);
        *self.counts.entry(kind).or_default() += 1;
        match kind {
            "bool" => self.truth(),
            "enum" => self.color(),
            "stage" => self.stage(),
            "int" => self.int(),
            "decimal" => {
                let at = self.dice.between(-4, 4);
                let (trig, smt) = (decimal(at), real(at));
                self.compared("d", "(not e_d)", &trig, &smt)
            }
            "money" => self.money(),
            "date" => {
                let n = self.dice.between(0, 5);
                self.compared(
                    "day",
                    "(not e_day)",
                    &format!("2026-01-{:02}", n + 1),
                    &n.to_string(),
                )
            }
            "datetime" => {
                let n = self.dice.between(0, 5);
                self.compared(
                    "at",
                    "(not e_at)",
                    &format!("2026-01-05 1{n}:30"),
                    &(n * 3_600_000).to_string(),
                )
            }
            "time" => {
                let n = self.dice.between(0, 5);
                let seconds = (10 + n) * 3600 + 15 * 60;
                let (trig, smt) = (format!("1{n}:15"), seconds.to_string());
                self.compared("hour", "(not e_hour)", &trig, &smt)
            }
            "duration" => {
                let n = self.dice.between(1, 5);
                self.compared(
                    "span",
                    "(not e_span)",
                    &format!("{n}h"),
                    &(n * 3_600_000).to_string(),
                )
            }
            "equality" | "prefix" | "suffix" | "contains" => self.text(kind),
            "glob" => self.glob(),
            "tags" => self.tags(),
            "list" => {
                let word = self.dice.pick(&["x", "y"]);
                said(format!("words has \"{word}\""), format!("word_{word}"))
            }
            "name" => self.owner(),
            "emptiness" => self.empty(),
            _ => self.open(),
        }
    }

    fn truth(&mut self) -> Said {
        match self.dice.below(4) {
            0 => said("flag == true", "(and (not e_flag) flag)"),
            1 => said("flag == false", "(and (not e_flag) (not flag))"),
            2 => said("friend.vip == true", "(and (not e_vip) vip)"),
            _ => said("sure", "sure"),
        }
    }

    fn color(&mut self) -> Said {
        let one = self.dice.below(3);
        let other = self.dice.below(3);
        let (a, b) = (COLORS[one], COLORS[other]);
        match self.dice.below(3) {
            0 => said(
                format!("color == {a}"),
                format!("(and (not e_color) (= color {one}))"),
            ),
            1 => said(
                format!("color != {a}"),
                format!("(not (and (not e_color) (= color {one})))"),
            ),
            _ => said(
                format!("color in [{a}, {b}]"),
                format!("(and (not e_color) (or (= color {one}) (= color {other})))"),
            ),
        }
    }

    fn stage(&mut self) -> Said {
        let one = self.dice.below(5);
        let other = self.dice.below(5);
        let (a, b) = (STAGES[one], STAGES[other]);
        match self.dice.below(4) {
            0 => said(format!("stage == {a}"), format!("(= stage {one})")),
            1 => said(format!("stage != {a}"), format!("(not (= stage {one}))")),
            2 => said("stage in P", "(<= stage 2)"),
            _ => said(
                format!("stage in [{a}, {b}]"),
                format!("(or (= stage {one}) (= stage {other}))"),
            ),
        }
    }

    fn int(&mut self) -> Said {
        let n = self.dice.between(-3, 3);
        match self.dice.below(5) {
            0 => {
                let high = n + self.dice.between(0, 3);
                said(
                    format!("n in {n}..{high}"),
                    format!(
                        "(and (not e_n) (>= n {}) (<= n {}))",
                        smt_int(n),
                        smt_int(high)
                    ),
                )
            }
            1 => {
                let least = self.dice.between(-3, 3);
                said(
                    format!("(n or else {least}) > {n}"),
                    format!("(> (ite e_n {} n) {})", smt_int(least), smt_int(n)),
                )
            }
            2 => self.compared("m", "true", &n.to_string(), &smt_int(n)),
            _ => self.compared("n", "(not e_n)", &n.to_string(), &smt_int(n)),
        }
    }

    fn money(&mut self) -> Said {
        let (currency, number) = self.dice.pick(&[("USD", 0), ("EUR", 1)]);
        let at = self.dice.between(0, 6);
        if self.dice.percent(15) {
            return said(
                format!("price.currency == \"{currency}\""),
                format!("(and (not e_price) (= currency {number}))"),
            );
        }
        let there = format!("(and (not e_price) (= currency {number}))");
        self.compared(
            "price",
            &there,
            &format!("{} {currency}", decimal(at)),
            &real(at),
        )
    }

    fn compared(&mut self, field: &str, there: &str, trig: &str, smt: &str) -> Said {
        let op = self.dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
        let test = match op {
            "==" | "!=" => format!("(and {there} (= {field} {smt}))"),
            op => format!("(and {there} ({op} {field} {smt}))"),
        };
        let smt = if op == "!=" {
            format!("(not {test})")
        } else {
            test
        };
        said(format!("{field} {op} {trig}"), smt)
    }

    fn text(&mut self, kind: &str) -> Said {
        let (field, there) = self
            .dice
            .pick(&[("name", "(not e_name)"), ("title", "true")]);
        let part = self.dice.pick(&["a", "b", "ab", "ba", "aa", "AB"]);
        // in any case
        let folded: Vec<String> = part
            .to_lowercase()
            .chars()
            .map(|c| {
                format!(
                    "(re.union (str.to_re \"{c}\") (str.to_re \"{}\"))",
                    c.to_uppercase()
                )
            })
            .collect();
        let parts = folded.join(" ");
        let pattern = |before: &str, behind: &str| {
            format!("(and {there} (str.in_re {field} (re.++ {before} {parts} {behind})))")
        };
        let (none, all) = ("(str.to_re \"\")", "re.all");
        match kind {
            "equality" if self.dice.percent(30) => said(
                format!("{field} in [\"{part}\", \"b\"]"),
                format!("(and {there} (or (= {field} \"{part}\") (= {field} \"b\")))"),
            ),
            "equality" => said(
                format!("{field} == \"{part}\""),
                format!("(and {there} (= {field} \"{part}\"))"),
            ),
            "prefix" => said(
                format!("{field} starts with \"{part}\""),
                pattern(none, all),
            ),
            "suffix" => said(format!("{field} ends with \"{part}\""), pattern(all, none)),
            _ => said(format!("{field} contains \"{part}\""), pattern(all, all)),
        }
    }

    /// The patterns are few, and what they mean written down for each: a URL without scheme, in small letters.
    fn glob(&mut self) -> Said {
        let www = "(re.opt (str.to_re \"www.\"))";
        let asked = "(re.opt (re.++ (str.to_re \"?\") re.all))";
        let free = "(re.* (re.diff re.allchar (str.to_re \"?\")))";
        let text = |t: &str| format!("(str.to_re \"{t}\")");
        let seq = |parts: &[&str]| format!("(re.++ {})", parts.join(" "));
        let (pattern, regex) = match self.dice.below(4) {
            0 => ("a.de/x", seq(&[www, &text("a.de/x"), asked])),
            1 => {
                let deep = seq(&[&text("/"), free]);
                (
                    "a.de/*",
                    seq(&[www, &text("a.de"), &format!("(re.opt {deep})"), asked]),
                )
            }
            2 => ("*.de/x", seq(&[free, &text(".de/x"), asked])),
            _ => (
                "a.de/*?b=1",
                seq(&[www, &text("a.de/"), "re.all", &text("?b=1")]),
            ),
        };
        said(
            format!("link like \"{pattern}\""),
            format!("(and (not e_link) (str.in_re link {regex}))"),
        )
    }

    fn tags(&mut self) -> Said {
        let one = self.dice.pick(&["a", "b", "c"]);
        let other = self.dice.pick(&["a", "b", "c"]);
        let (trig, smt) = match self.dice.below(4) {
            0 => (
                format!("has \" {} \"", one.to_uppercase()),
                format!("tag_{one}"),
            ),
            1 => (
                format!("has any [\"{one}\", \"{other}\"]"),
                format!("(or tag_{one} tag_{other})"),
            ),
            2 => (
                format!("has all [\"{one}\", \"{other}\"]"),
                format!("(and tag_{one} tag_{other})"),
            ),
            _ => (
                format!("has none [\"{one}\", \"{other}\"]"),
                format!("(not (or tag_{one} tag_{other}))"),
            ),
        };
        said(format!("tags {trig}"), smt)
    }

    fn owner(&mut self) -> Said {
        let one = self.dice.between(1, 3);
        let other = self.dice.between(1, 3);
        let is = |n: i64| format!("(= owner {n})");
        match self.dice.below(2) {
            0 => said(
                format!("owner == user \"{one}\""),
                format!("(and (not e_owner) {})", is(one)),
            ),
            _ => said(
                format!("owner in [user \"{one}\", user \"{other}\"]"),
                format!("(and (not e_owner) (or {} {}))", is(one), is(other)),
            ),
        }
    }

    fn empty(&mut self) -> Said {
        let (field, smt) = self.dice.pick(&[
            ("flag", "e_flag"),
            ("n", "e_n"),
            ("d", "e_d"),
            ("price", "e_price"),
            ("day", "e_day"),
            ("color", "e_color"),
            ("name", "e_name"),
            ("link", "e_link"),
            ("owner", "e_owner"),
            ("tags", "(not (or tag_a tag_b tag_c tag_other))"),
            ("words", "(not (or word_x word_y word_other))"),
        ]);
        match self.dice.below(2) {
            0 => said(format!("{field} is empty"), smt),
            _ => said(format!("{field} is not empty"), format!("(not {smt})")),
        }
    }

    fn open(&mut self) -> Said {
        let name = self.dice.pick(&["Office", "Late"]);
        said(name, self.calendar.smt(name))
    }
}

/// A half of a number.
fn decimal(n: i64) -> String {
    format!(
        "{}{}.{}",
        if n < 0 { "-" } else { "" },
        n.abs() / 2,
        n.abs() % 2 * 5
    )
}

fn real(n: i64) -> String {
    let value = format!("(/ {}.0 2.0)", n.abs());
    if n < 0 { format!("(- {value})") } else { value }
}

fn smt_int(n: i64) -> String {
    if n < 0 {
        format!("(- {})", n.abs())
    } else {
        n.to_string()
    }
}
