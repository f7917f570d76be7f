//! The project whose guards are asked about, and how an SMT solver is told of its fields.

/// The manifest.
pub(crate) const MANIFEST: &str =
    "[project]\nid = \"oracle\"\nlanguage = \"1\"\nzone = \"UTC\"\ncurrency = \"USD\"\n";

/// A record with a field of each type, and what guards ask of it.
pub(crate) const PROJECT: &str = r#"use crm
enum color = red | green | blue
entity other { vip: bool? }
entity thing {
    stage: stage
    flag: bool?
    sure: bool
    n: int?
    m: int
    d: decimal?
    price: money?
    day: date?
    at: datetime?
    hour: time?
    span: duration?
    color: color?
    name: text?
    title: text
    link: url?
    owner: user?
    tags: set of tag
    words: list of text
    friend: other?
}
pipeline P for thing {
    stage A initial
    stage B
    stage C success
}
pipeline Q for thing {
    stage D initial
    stage E success
}
schedule Office zone "Europe/Berlin" { mon..fri 09:00..18:00 }
schedule Late zone "America/New_York" { fri 20:00..02:00  sat, sun 00:00..24:00  except 2026-03-07 }
"#;

/// The stages, in the order of their numbers.
pub(crate) const STAGES: [&str; 5] = ["P.A", "P.B", "P.C", "Q.D", "Q.E"];
/// The variants.
pub(crate) const COLORS: [&str; 3] = ["red", "green", "blue"];

/// The variables, and what is always so of them. `e_x`: the field `x` is `empty`; `x`: its value, if it is not.
pub(crate) const DECLARATIONS: &str = r#"
(set-option :timeout 3000)
(declare-const stage Int) (declare-const e_stage Bool)
(declare-const flag Bool) (declare-const e_flag Bool)
(declare-const sure Bool)
(declare-const n Int) (declare-const e_n Bool)
(declare-const m Int)
(declare-const d Real) (declare-const e_d Bool)
(declare-const price Real) (declare-const currency Int) (declare-const e_price Bool)
(declare-const day Int) (declare-const e_day Bool)
(declare-const at Int) (declare-const e_at Bool)
(declare-const hour Int) (declare-const e_hour Bool)
(declare-const span Int) (declare-const e_span Bool)
(declare-const color Int) (declare-const e_color Bool)
(declare-const name String) (declare-const e_name Bool)
(declare-const title String)
(declare-const link String) (declare-const e_link Bool)
(declare-const owner Int) (declare-const e_owner Bool)
(declare-const tag_a Bool) (declare-const tag_b Bool) (declare-const tag_c Bool) (declare-const tag_other Bool)
(declare-const word_x Bool) (declare-const word_y Bool) (declare-const word_other Bool)
(declare-const vip Bool) (declare-const e_vip Bool) (declare-const e_friend Bool)
(declare-const by Int)
(declare-const now Int)
(assert (and (>= stage 0) (<= stage 4)))
(assert (not e_stage))
(assert (and (>= color 0) (<= color 2)))
(assert (and (>= by 0) (<= by 3)))
(assert (>= (str.len name) 1))
(assert (>= (str.len title) 1))
(assert (>= (str.len link) 1))
"#;
