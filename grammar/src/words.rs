//! The words that mean something at the head of an item, a clause, an action or a statement, and what was probably
//! meant by a word that is none of them.

pub(crate) const ITEMS: &[&str] = &[
    "use",
    "extend",
    "entity",
    "group",
    "enum",
    "event",
    "feed",
    "action",
    "known",
    "pipeline",
    "condition",
    "schedule",
    "cooldown",
    "breaker",
    "trigger",
    "flow",
    "template",
    "apply",
    "test",
];

/// Whether a word begins an item: one of a file, or a stage of a pipeline.
pub(crate) fn begins_item(word: &str) -> bool {
    ITEMS.contains(&word) || word == "stage"
}

/// Who can cause an event, as a message lists them.
pub(crate) const ACTORS: &str = "`customer`, `user`, `api` or `automation`";

pub(crate) const CLAUSES: &[&str] = &[
    "on",
    "for",
    "by",
    "when",
    "debounce",
    "until",
    "after",
    "during",
    "mode",
    "once",
    "cooldown",
    "limit",
    "missed",
    "zone",
    "priority",
    "disabled",
    "backwards",
    "again",
    "as",
    "was",
    "allow",
    "do",
];

/// Words that go on with a clause.
pub(crate) const CLAUSE_PARTS: &[&str] = &[
    "while", "unless", "within", "per", "each", "else", "where", "of", "via", "up", "at", "yearly",
];

/// Words after the path of a pattern.
pub(crate) const PATTERN_TAILS: &[&str] = &[
    "created", "moved", "enters", "leaves", "deleted", "changed", "gains", "loses", "rises",
    "falls", "from", "to",
];

pub(crate) const OPERATORS: &[&str] = &[
    "and", "or", "not", "in", "has", "is", "contains", "like", "starts", "ends", "empty", "any",
    "all", "none", "with",
];

pub(crate) const ACTIONS: &[&str] = &[
    "move", "set", "create", "start", "stop", "emit", "wait", "if", "else", "for", "goal",
];

pub(crate) const STATEMENTS: &[&str] = &[
    "given", "clock", "answer", "send", "set", "create", "delete", "start", "advance", "expect",
];

pub(crate) const STAGE_PARTS: &[&str] = &[
    "initial", "success", "failure", "id", "was", "stage", "trigger", "apply",
];

/// What other languages, or the systems' own pages, call something that has another name here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("rule", "trigger"),
    ("automation", "trigger"),
    ("workflow", "flow"),
    ("robot", "trigger"),
    ("sequence", "flow"),
    ("series", "flow"),
    ("function", "condition"),
    ("segment", "condition"),
    ("import", "use"),
    ("include", "use"),
    ("funnel", "pipeline"),
    ("field", "extend"),
    ("object", "entity"),
    ("delay", "after"),
    ("wait", "after"),
    ("filter", "when"),
    ("if", "when"),
    ("where", "when"),
    ("then", "do"),
    ("action", "do"),
    ("actions", "do"),
    ("run", "do"),
    ("trigger", "on"),
    ("event", "on"),
    ("only", "during"),
    ("schedule", "during"),
    ("cancel", "unless"),
    ("except", "unless"),
    ("timezone", "zone"),
    ("added", "gains"),
    ("adds", "gains"),
    ("removed", "loses"),
    ("removes", "loses"),
    ("updated", "changed"),
    ("modified", "changed"),
    ("becomes", "changed"),
    ("assert", "expect"),
    ("verify", "expect"),
    ("sleep", "advance"),
    ("wait", "advance"),
    ("fire", "send"),
    ("emit", "send"),
    ("update", "set"),
    ("change", "set"),
    ("assign", "set"),
    ("add", "set"),
    ("goto", "move"),
    ("return", "stop this"),
    ("exit", "stop this"),
    ("end", "stop this"),
];

/// The reserved words: no bare name is one of them.
pub(crate) const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "has", "is", "contains", "like", "starts", "ends", "if", "then",
    "else", "true", "false", "empty", "on", "when", "during", "until", "after", "while", "unless",
    "per", "do",
];

/// The word of the lists that `word` was probably meant to be.
pub(crate) fn near(word: &str, lists: &[&[&'static str]]) -> Option<&'static str> {
    let length = word.chars().count();
    // A long word is no slip of a short one, and would take long to compare.
    if !(2..=16).contains(&length) {
        return None;
    }
    let lower = word.to_lowercase();
    let allowed = if length <= 5 { 1 } else { 2 };
    let slip = slip(&lower, word, allowed, lists);
    // a slip of the pen is nearer than another language
    slip.or_else(|| {
        let mut here = ELSEWHERE.iter().filter(|(there, _)| *there == lower);
        let meant = here.find(|(_, here)| {
            let head = here.split(' ').next().unwrap_or(here);
            lists.iter().any(|list| list.contains(&head))
        });
        meant.map(|(_, here)| *here)
    })
}

fn slip(
    lower: &str,
    word: &str,
    allowed: usize,
    lists: &[&[&'static str]],
) -> Option<&'static str> {
    lists
        .iter()
        .flat_map(|list| list.iter().copied())
        .filter(|&candidate| candidate != word)
        // Of a word as short as `on` nearly every other is a slip.
        .filter(|candidate| candidate.len() > 2 || candidate.get(..1) == lower.get(..1))
        .map(|candidate| (strsim::damerau_levenshtein(lower, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}
