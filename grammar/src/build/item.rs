//! Declarations.

use super::{Builder, Kids, Node, at, first_unit, kids, take};
use crate::ast::{
    ActionDecl, Apply, Clause, ClauseKind, Condition, Cooldown, DurationLit, Entity, Enum, Event,
    Expr, ExprKind, Extend, Feed, Field, Flow, Group, Item, ItemKind, Known, Name, Path, Pipeline,
    Stage, Template, TextLit, Trigger, Variant, Webhook,
};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::{self, ACTIONS, CLAUSES, ITEMS, STAGE_PARTS};

/// Where a declaration stands; decides what it may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    File,
    Pipeline,
    Stage,
    Template,
}

/// The parts of a head that come in any order.
#[derive(Default)]
struct Head {
    label: Option<TextLit>,
    native_id: Option<TextLit>,
    was: Option<Name>,
    subject: Option<Path>,
    marks: Vec<Name>,
}

impl Builder<'_> {
    /// The items of a file.
    pub(super) fn items(&mut self, node: Node<'_>) -> Vec<Item> {
        let mut items = Vec::new();
        for node in node.into_inner() {
            if node.as_rule() != Rule::EOI {
                let end = items.last().map(|item: &Item| item.span.end);
                self.same_line(&node, end);
                items.push(self.item(node, Place::File));
            }
        }
        items
    }

    /// What cannot be read right behind a declaration is no failed declaration of its own.
    fn same_line(&mut self, node: &Node<'_>, end: Option<u32>) {
        let span = self.span(node);
        let between = end.and_then(|end| self.text.get(end as usize..span.start as usize));
        if node.as_rule() != Rule::bad_item
            || between.is_none_or(|text| text.contains('\n'))
            || self.errors.explains(span.start)
        {
            return;
        }
        let word = first_unit(node.as_str());
        if word != "}" {
            let at = Span::new(span.start, span.start + word.len() as u32);
            self.errors
                .at(at, format!("`{word}` cannot follow this declaration"));
        }
    }

    fn item(&mut self, node: Node<'_>, place: Place) -> Item {
        let span = self.span(&node);
        let doc = self.doc(span.start);
        let kind = self.item_kind(node, span, place);
        Item { span, doc, kind }
    }

    fn item_kind(&mut self, node: Node<'_>, span: Span, place: Place) -> ItemKind {
        let rule = node.as_rule();
        if matches!(rule, Rule::bad_item | Rule::bad_member) {
            self.bad_item(span, node.as_str(), place);
            return ItemKind::Bad;
        }
        let mut inner = kids(node);
        let inner = &mut inner;
        let end = span.end;
        match rule {
            Rule::trigger => ItemKind::Trigger(self.trigger(inner, span, place)),
            Rule::apply => ItemKind::Apply(self.apply(inner, end)),
            Rule::use_decl => {
                ItemKind::Use(self.req_path(inner, "the name of a catalogue", "`use`", end))
            }
            Rule::extend => {
                let target = self.req_path(inner, "an entity or event", "`extend`", end);
                self.head(inner, "extend");
                let fields = self.req_fields(inner, "`extend`", end);
                ItemKind::Extend(Extend { target, fields })
            }
            Rule::entity => {
                let name = self.declared(inner, "entity", end);
                let head = self.head(inner, "entity");
                let fields = self.req_fields(inner, "an `entity`", end);
                ItemKind::Entity(Entity {
                    name,
                    label: head.label,
                    fields,
                })
            }
            Rule::group => {
                let name = self.declared(inner, "group", end);
                self.equals(inner, &name);
                let members = self.paths(inner, "an entity", "`=`", end);
                ItemKind::Group(Group { name, members })
            }
            Rule::enum_decl => ItemKind::Enum(self.enum_decl(inner, end)),
            Rule::event => ItemKind::Event(self.event(inner, end)),
            Rule::feed => {
                let name = self.declared(inner, "feed", end);
                let url = self.req_string(
                    inner,
                    "an address between quotes",
                    "the name of a `feed`",
                    end,
                );
                let every: Option<DurationLit> = inner
                    .peek()
                    .is_some()
                    .then(|| self.req_duration(inner, "`every`", end));
                ItemKind::Feed(Feed { name, url, every })
            }
            Rule::action_decl => ItemKind::Action(self.action_decl(inner, end)),
            Rule::known => ItemKind::Known(self.known(inner, end)),
            Rule::pipeline => ItemKind::Pipeline(self.pipeline(inner, end)),
            Rule::condition => ItemKind::Condition(self.condition(inner, end)),
            Rule::schedule => ItemKind::Schedule(self.schedule(inner, end)),
            Rule::cooldown_decl => ItemKind::Cooldown(self.cooldown(inner, end)),
            Rule::breaker => ItemKind::Breaker(self.breaker(inner, end)),
            Rule::flow => {
                let name = match self.flow_name(inner) {
                    Some(name) => name,
                    None => self.declared(inner, "flow", span.start + 4),
                };
                let (label, clauses) = self.trigger_body(inner, "a `flow`", end);
                ItemKind::Flow(Flow {
                    name,
                    label,
                    clauses,
                })
            }
            Rule::template => ItemKind::Template(self.template(inner, end)),
            Rule::test => ItemKind::Test(self.test(inner, end)),
            _ => ItemKind::Bad,
        }
    }

    fn bad_item(&mut self, span: Span, text: &str, place: Place) {
        if self.errors.explains(span.start) {
            return;
        }
        let word = first_unit(text);
        let at = Span::new(span.start, span.start + word.len() as u32);
        let expected: &[&str] = match place {
            Place::File => ITEMS,
            Place::Pipeline => &["stage", "trigger", "apply"],
            Place::Stage | Place::Template => &["trigger", "apply"],
        };
        let message = match place {
            Place::File => format!("`{word}` begins no declaration"),
            Place::Pipeline => format!("`{word}` cannot stand in a pipeline"),
            Place::Stage => format!("`{word}` cannot stand in a stage"),
            Place::Template => format!("`{word}` cannot stand in a template"),
        };
        if word == "}" {
            // Of a block that is not closed, an error tells already.
            if self.unclosed {
                return;
            }
            self.errors.help(
                at,
                "this `}` closes nothing",
                "remove it, or look for a `{` that is missing before it",
            );
        } else if let Some(near) = words::near(word, &[expected]) {
            self.errors
                .at(at, format!("{message}; did you mean `{near}`?"));
        } else if word == "stage" {
            self.errors
                .help(at, message, "a stage stands in a `pipeline`");
        } else if CLAUSES.contains(&word) || ACTIONS.contains(&word) {
            self.errors.help(
                at,
                message,
                format!("`{word}` stands in a `trigger` or a `flow`"),
            );
        } else if ITEMS.contains(&word) {
            self.errors
                .help(at, message, "declare it outside, at the start of a line");
        } else {
            let list = match place {
                Place::File => "`trigger`, `pipeline` or `condition`",
                Place::Pipeline => "`stage`, `trigger` or `apply`",
                Place::Stage | Place::Template => "`trigger` or `apply`",
            };
            self.errors
                .help(at, message, format!("here stands a word such as {list}"));
        }
    }

    /// The name that a declaration gives.
    fn declared(&mut self, inner: &mut Kids<'_>, word: &str, end: u32) -> Name {
        self.req_name(inner, "a name", &format!("`{word}`"), end)
    }

    fn equals(&mut self, inner: &mut Kids<'_>, name: &Name) {
        if let Some(hole) = take(inner, Rule::missing_equals) {
            let offset = self.start(&hole);
            if !name.is_missing() {
                self.errors
                    .expected("`=`", &format!("`{}`", name.text), offset);
            }
        }
    }

    /// Label, id, marks and what else a head holds, up to the body.
    fn head(&mut self, inner: &mut Kids<'_>, word: &str) -> Head {
        let mut head = Head::default();
        while let Some(node) = inner.next_if(|k| {
            matches!(
                k.as_rule(),
                Rule::string
                    | Rule::id_attr
                    | Rule::was_attr
                    | Rule::for_one
                    | Rule::stage_mark
                    | Rule::bad_head
            )
        }) {
            let span = self.span(&node);
            let twice = match node.as_rule() {
                Rule::string => head.label.replace(self.string(&node)).is_some(),
                Rule::id_attr => head.native_id.replace(self.id_attr(node)).is_some(),
                Rule::was_attr => head.was.replace(self.was_attr(node)).is_some(),
                Rule::for_one => head.subject.replace(self.for_one(node)).is_some(),
                Rule::stage_mark => {
                    head.marks.push(self.name(&node));
                    false
                }
                _ => {
                    let near: &[&str] = match word {
                        "stage" => STAGE_PARTS,
                        _ => &["for", "id", "was", "zone", "from"],
                    };
                    self.bad_head(&node, &[near]);
                    false
                }
            };
            if twice {
                self.errors
                    .at(span, format!("this is given twice in the head of `{word}`"));
            }
        }
        head
    }

    fn enum_decl(&mut self, inner: &mut Kids<'_>, end: u32) -> Enum {
        let name = self.declared(inner, "enum", end);
        self.equals(inner, &name);
        let mut variants = Vec::new();
        let mut after = "`=`";
        for node in inner {
            if node.as_rule() == Rule::variant {
                variants.push(self.variant(node));
            } else {
                let offset = self.start(&node);
                if !self.errors.explains(offset) {
                    self.expected_name("the name of a value", after, offset);
                }
            }
            after = "`|`";
        }
        Enum { name, variants }
    }

    fn variant(&mut self, node: Node<'_>) -> Variant {
        let span = self.span(&node);
        let mut inner = kids(node);
        let name = self.req_name(&mut inner, "the name of a value", "`|`", span.end);
        let head = self.head(&mut inner, "enum");
        Variant {
            span,
            name,
            label: head.label,
            native_id: head.native_id,
            was: head.was,
        }
    }

    fn event(&mut self, inner: &mut Kids<'_>, end: u32) -> Event {
        let name = self.req_path(inner, "the name of an event", "`event`", end);
        let (mut subjects, mut webhook, mut fields) = (Vec::new(), None, Vec::new());
        for node in inner {
            match node.as_rule() {
                Rule::for_list => subjects.extend(self.for_list(node)),
                Rule::webhook => webhook = Some(self.webhook(node)),
                Rule::fields => fields = self.closed_fields(node),
                _ => self.bad_head(&node, &[&["for", "from", "webhook"]]),
            }
        }
        Event {
            name,
            subjects,
            webhook,
            fields,
        }
    }

    fn closed_fields(&mut self, node: Node<'_>) -> Vec<Field> {
        let (fields, open) = self.fields(node);
        if let Some(span) = open {
            self.errors
                .at(span, "only an `action` can be open with `..`");
        }
        fields
    }

    fn for_list(&mut self, node: Node<'_>) -> Vec<Path> {
        let end = self.end(&node);
        self.paths(&mut kids(node), "an entity", "`for`", end)
    }

    fn webhook(&mut self, node: Node<'_>) -> Webhook {
        let span = self.span(&node);
        let mut inner = kids(node);
        let source = self.req_string(
            &mut inner,
            "the name of a connector between quotes",
            "`webhook`",
            span.end,
        );
        let id = inner.peek().is_some().then(|| {
            self.req_path(
                &mut inner,
                "where the id stands, such as `body.id`,",
                "`id`",
                span.end,
            )
        });
        Webhook { span, source, id }
    }

    fn action_decl(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionDecl {
        let mut decl = ActionDecl {
            name: self.req_path(inner, "the name of an action", "`action`", end),
            subjects: Vec::new(),
            params: Vec::new(),
            open: false,
            emits: Vec::new(),
            if_unknown: None,
        };
        for node in inner {
            let end = self.end(&node);
            match node.as_rule() {
                Rule::for_list => decl.subjects.extend(self.for_list(node)),
                Rule::fields | Rule::params => {
                    let (fields, open) = self.fields(node);
                    decl.params.extend(fields);
                    decl.open |= open.is_some();
                }
                Rule::emits => {
                    let events = self.paths(&mut kids(node), "an event", "`emits`", end);
                    decl.emits.extend(events);
                }
                Rule::if_unknown => {
                    let word =
                        self.req_name(&mut kids(node), "`hold` or `retry`", "`if_unknown`", end);
                    decl.if_unknown = Some(word);
                }
                _ => self.bad_head(&node, &[&["for", "emits", "if_unknown"]]),
            }
        }
        decl
    }

    fn known(&mut self, inner: &mut Kids<'_>, end: u32) -> Known {
        let kind = self.req_path(inner, "what is known, such as `tags`,", "`known`", end);
        let mut values = Vec::new();
        match inner.next() {
            Some(node) if node.as_rule() == Rule::list => {
                for value in self.list_of(node) {
                    match value {
                        Expr {
                            kind: ExprKind::Text(text),
                            ..
                        } => values.push(text),
                        Expr { span, .. } => {
                            if !self.errors.explains(span.start) {
                                self.errors.at(span, "expected a text between quotes");
                            }
                        }
                    }
                }
            }
            _ => {
                if !kind.is_missing() {
                    let after = format!("`known {}`", kind.text());
                    self.errors
                        .expected("a list such as `[\"VIP\"]`", &after, end);
                }
            }
        }
        Known { kind, values }
    }

    fn pipeline(&mut self, inner: &mut Kids<'_>, end: u32) -> Pipeline {
        let name = self.declared(inner, "pipeline", end);
        let head = self.head(inner, "pipeline");
        let entity = match head.subject {
            Some(entity) => entity,
            None => {
                let offset = inner.peek().map_or(end, |k| self.start(k));
                if !self.errors.explains(offset) {
                    self.errors.help(
                        name.span,
                        "a pipeline says whose it is",
                        "write `for` and an entity before its `{`: `pipeline Sales for deal { … }`",
                    );
                }
                super::name::missing_path(name.span.end)
            }
        };
        if let Some(was) = head.was {
            self.errors.at(
                was.span,
                "a pipeline cannot have an old name; its stages can",
            );
        }
        let (mut stages, mut others) = (Vec::new(), Vec::new());
        if let Some(node) = self.members(inner, "a `pipeline`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                if node.as_rule() == Rule::stage {
                    stages.push(self.stage(node));
                } else {
                    others.push(self.item(node, Place::Pipeline));
                }
            }
            self.close(&mut inner, span);
        }
        Pipeline {
            name,
            label: head.label,
            native_id: head.native_id,
            entity,
            stages,
            others,
        }
    }

    /// The body of a declaration, whatever its kind; an error where there is none.
    pub(super) fn members<'n>(
        &mut self,
        inner: &mut Kids<'n>,
        what: &str,
        end: u32,
    ) -> Option<Node<'n>> {
        match inner.next() {
            Some(node) if node.as_rule() != Rule::missing_block => Some(node),
            hole => {
                let offset = hole.map_or(end, |node| self.start(&node));
                self.missing_block(what, offset);
                None
            }
        }
    }

    fn stage(&mut self, node: Node<'_>) -> Stage {
        let span = self.span(&node);
        let mut inner = kids(node);
        let name = self.req_name(&mut inner, "a name", "`stage`", span.end);
        let head = self.head(&mut inner, "stage");
        let mut items = Vec::new();
        if let Some(node) = take(&mut inner, Rule::stage_body) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                items.push(self.item(node, Place::Stage));
            }
            self.close(&mut inner, span);
        }
        Stage {
            span,
            doc: self.doc(span.start),
            name,
            label: head.label,
            native_id: head.native_id,
            marks: head.marks,
            was: head.was,
            items,
        }
    }

    fn condition(&mut self, inner: &mut Kids<'_>, end: u32) -> Condition {
        let name = self.declared(inner, "condition", end);
        let params = self.params(inner);
        let subject = take(inner, Rule::for_one).map(|node| self.for_one(node));
        let no_equals = at(inner, Rule::missing_equals);
        self.equals(inner, &name);
        let body = if no_equals && inner.peek().is_none() {
            Expr {
                span: Span::empty(end),
                kind: ExprKind::Missing,
            }
        } else {
            self.req_expr(inner, "a condition", "`=`", end)
        };
        Condition {
            name,
            params,
            subject,
            body,
        }
    }

    fn cooldown(&mut self, inner: &mut Kids<'_>, end: u32) -> Cooldown {
        let name = self.declared(inner, "cooldown", end);
        let after = format!("`cooldown {}`", name.text);
        let duration = self.req_duration(inner, &after, end);
        let (mut per, mut was) = (None, None);
        for node in inner {
            match node.as_rule() {
                Rule::per => per = Some(self.per(node)),
                _ => was = Some(self.was_attr(node)),
            }
        }
        Cooldown {
            name,
            duration,
            per,
            was,
        }
    }

    fn flow_name(&mut self, inner: &mut Kids<'_>) -> Option<Name> {
        take(inner, Rule::name).map(|node| self.name(&node))
    }

    fn trigger(&mut self, inner: &mut Kids<'_>, span: Span, place: Place) -> Trigger {
        let name = self.flow_name(inner);
        if name.is_none() && place != Place::Template {
            let after = span.start + "trigger".len() as u32;
            self.errors.help(
                Span::empty(after),
                "expected a name after `trigger`",
                "only the trigger of a template has no name of its own",
            );
        }
        let (label, clauses) = self.trigger_body(inner, "a `trigger`", span.end);
        Trigger {
            name,
            label,
            clauses,
        }
    }

    /// The rest of a trigger or flow: label, `for` and body.
    fn trigger_body(
        &mut self,
        inner: &mut Kids<'_>,
        what: &str,
        end: u32,
    ) -> (Option<TextLit>, Vec<Clause>) {
        let mut label = None;
        let mut clauses: Vec<Clause> = Vec::new();
        while let Some(node) = inner.next() {
            match node.as_rule() {
                Rule::string => label = Some(self.string(&node)),
                Rule::for_clause => {
                    let clause = self.clause(node, None);
                    clauses.push(clause);
                }
                Rule::bad_head => self.bad_head(&node, &[&["for"]]),
                Rule::body => self.body(node, &mut clauses),
                _ => {
                    let offset = self.start(&node);
                    self.missing_block(what, offset);
                }
            }
        }
        debug_assert!(
            clauses
                .iter()
                .all(|c| c.span.end <= end || c.kind == ClauseKind::Bad),
            "clauses lie inside their trigger"
        );
        (label, clauses)
    }

    fn template(&mut self, inner: &mut Kids<'_>, end: u32) -> Template {
        let name = self.declared(inner, "template", end);
        let params = self.params(inner);
        self.head(inner, "template");
        let mut items = Vec::new();
        if let Some(node) = self.members(inner, "a `template`", end) {
            let span = self.span(&node);
            let mut inner = kids(node);
            while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
                items.push(self.item(node, Place::Template));
            }
            self.close(&mut inner, span);
        }
        Template {
            name,
            params,
            items,
        }
    }

    fn apply(&mut self, inner: &mut Kids<'_>, end: u32) -> Apply {
        let template = self.req_path(inner, "a template", "`apply`", end);
        let args = match take(inner, Rule::args) {
            Some(node) => self.args(node),
            None => Vec::new(),
        };
        let (mut name, mut was) = (None, None);
        for node in inner {
            let end = self.end(&node);
            match node.as_rule() {
                Rule::apply_as => {
                    name = Some(self.req_name(&mut kids(node), "a name", "`as`", end))
                }
                _ => was = Some(self.was_attr(node)),
            }
        }
        let name = name.unwrap_or_else(|| {
            if !self.errors.explains(end) {
                self.errors.help(
                    Span::empty(end),
                    "expected `as` and a name after `apply`",
                    "what a template makes is known by the name given here: `apply Remind(Sales.New, 1d) as RemindNew`",
                );
            }
            Name::missing(end)
        });
        Apply {
            template,
            args,
            name,
            was,
        }
    }
}
