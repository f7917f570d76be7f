//! Small declarations: enums, events, actions, known names, conditions, cooldowns.

use super::action::set_op;
use super::{Builder, Kids, Node, at, kids, take};
use crate::ast::{
    ActionDecl, Condition, Cooldown, Enum, Event, Expr, ExprKind, Field, Known, Name, Path, SetOp,
    Update, Variant, Webhook,
};
use crate::parser::Rule;
use crate::span::Span;

impl Builder<'_> {
    pub(super) fn enum_decl(&mut self, inner: &mut Kids<'_>, end: u32) -> Enum {
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

    pub(super) fn event(&mut self, inner: &mut Kids<'_>, end: u32) -> Event {
        let name = self.req_path(inner, "the name of an event", "`event`", end);
        let (mut subjects, mut webhook, mut fields) = (Vec::new(), None, Vec::new());
        let mut updates = Vec::new();
        for node in inner {
            let start = self.start(&node);
            match node.as_rule() {
                Rule::for_list => subjects.extend(self.for_list(node)),
                Rule::webhook => {
                    let found = self.webhook(node);
                    self.set_once(&mut webhook, found, "from", start);
                }
                Rule::fields => fields = self.closed_fields(node),
                Rule::updates => updates.push(self.update(node)),
                _ => self.bad_head(&node, &[&["for", "from", "webhook", "updates"]]),
            }
        }
        Event {
            name,
            subjects,
            webhook,
            fields,
            updates,
        }
    }

    fn update(&mut self, node: Node<'_>) -> Update {
        let span = self.span(&node);
        let mut inner = kids(node);
        let after = "`updates`";
        let field = self.req_path(&mut inner, "a field of a record", after, span.end);
        let Some(op) = take(&mut inner, Rule::set_op) else {
            if !field.is_missing() {
                let after = format!("`updates {}`", field.text());
                self.errors.expected("`=`, `+=` or `-=`", &after, span.end);
            }
            return Update {
                span,
                field,
                op: SetOp::Assign,
                value: Name::missing(span.end),
            };
        };
        let after = format!("`{}`", op.as_str());
        let op = set_op(op.as_str());
        let value = self.req_name(&mut inner, "a field of the event", &after, span.end);
        Update {
            span,
            field,
            op,
            value,
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

    pub(super) fn action_decl(&mut self, inner: &mut Kids<'_>, end: u32) -> ActionDecl {
        let mut decl = ActionDecl {
            name: self.req_path(inner, "the name of an action", "`action`", end),
            subjects: Vec::new(),
            params: Vec::new(),
            open: false,
            emits: Vec::new(),
            if_unknown: None,
            when: None,
        };
        for node in inner {
            let Span { start, end } = self.span(&node);
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
                    self.set_once(&mut decl.if_unknown, word, "if_unknown", start);
                }
                Rule::when_clause => {
                    let test = self.req_expr(&mut kids(node), "a condition", "`when`", end);
                    let twice = decl.when.is_some();
                    self.set_once(&mut decl.when, test, "when", start);
                    if twice {
                        self.errors.add_help("join the two with `and`".to_owned());
                    }
                }
                _ => self.bad_head(&node, &[&["for", "emits", "if_unknown", "when"]]),
            }
        }
        decl
    }

    pub(super) fn known(&mut self, inner: &mut Kids<'_>, end: u32) -> Known {
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

    pub(super) fn condition(&mut self, inner: &mut Kids<'_>, end: u32) -> Condition {
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

    pub(super) fn cooldown(&mut self, inner: &mut Kids<'_>, end: u32) -> Cooldown {
        let name = self.declared(inner, "cooldown", end);
        let after = format!("`cooldown {}`", name.text);
        let duration = self.req_duration(inner, &after, end);
        let (mut per, mut was) = (None, None);
        for node in inner {
            let start = self.start(&node);
            if node.as_rule() == Rule::per {
                let key = self.per(node);
                self.set_once(&mut per, key, "per", start);
            } else {
                let old = self.was_attr(node);
                self.set_once(&mut was, old, "was", start);
            }
        }
        Cooldown {
            name,
            duration,
            per,
            was,
        }
    }
}
