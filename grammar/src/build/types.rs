//! Fields, parameters and their types.

use super::name::missing_path;
use super::{Builder, Kids, MAX_COLLECTIONS, Node, kids, stray, take};
use crate::ast::{Field, Name, Path, TextLit, Type, TypeKind};
use crate::parser::Rule;
use crate::span::Span;

impl Builder<'_> {
    /// The next `{ fields }`; an error where there is none.
    pub(super) fn req_fields(&mut self, inner: &mut Kids<'_>, what: &str, end: u32) -> Vec<Field> {
        if let Some(node) = take(inner, Rule::fields) {
            return self.fields(node).0;
        }
        let offset = self.hole(inner, Rule::missing_block, end);
        self.missing_block(what, offset);
        Vec::new()
    }

    /// The parameters between round brackets, if there are any.
    pub(super) fn params(&mut self, inner: &mut Kids<'_>) -> Vec<Field> {
        match take(inner, Rule::params) {
            Some(node) => {
                let (fields, open) = self.fields(node);
                if let Some(span) = open {
                    self.errors
                        .at(span, "only an `action` can be open with `..`");
                }
                fields
            }
            None => Vec::new(),
        }
    }

    /// Fields between brackets, and where `..` stands among them.
    pub(super) fn fields(&mut self, node: Node<'_>) -> (Vec<Field>, Option<Span>) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut fields = Vec::new();
        let mut open = None;
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            match node.as_rule() {
                Rule::field => fields.push(self.field(node)),
                Rule::open => open = Some(self.span(&node)),
                _ => self.bad_field(&node),
            }
        }
        self.close(&mut inner, span);
        (fields, open)
    }

    fn bad_field(&mut self, node: &Node<'_>) {
        let span = self.span(node);
        if self.errors.explains(span.start) {
            return;
        }
        let (word, at) = stray(node.as_str(), span);
        if self.foreign_comment(word, at) {
            return;
        }
        if word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            self.errors.help(
                at,
                format!("expected `:` and a type after `{word}`"),
                "a field is written `name: type`",
            );
        } else {
            self.errors.help(
                at,
                format!("expected a field, found `{word}`"),
                "a field is written `name: type`",
            );
        }
    }

    fn field(&mut self, node: Node<'_>) -> Field {
        let span = self.span(&node);
        let mut field = Field {
            span,
            doc: self.doc(span.start),
            name: Name::missing(span.start),
            ty: missing_type(span.start),
            native_id: None,
            default: None,
            was: None,
            silent: false,
        };
        for node in kids(node) {
            let Span { start, end } = self.span(&node);
            match node.as_rule() {
                Rule::arg_name => field.name = self.colon_name(&node),
                Rule::type_ => field.ty = self.type_of(node, &field.name),
                Rule::missing_type => {
                    let after = format!("`{}:`", field.name.text);
                    self.expected_name("a type", &after, end);
                    field.ty = missing_type(end);
                }
                Rule::id_attr => {
                    let id = self.id_attr(node);
                    self.set_once(&mut field.native_id, id, "id", start);
                }
                Rule::default => {
                    let value = self.req_expr(&mut kids(node), "a value", "`=`", end);
                    self.set_once(&mut field.default, value, "=", start);
                }
                Rule::was_attr => {
                    let was = self.was_attr(node);
                    self.set_once(&mut field.was, was, "was", start);
                }
                _ => self.mark_once(&mut field.silent, "silent", start),
            }
        }
        field
    }

    /// `id "…"`.
    pub(super) fn id_attr(&mut self, node: Node<'_>) -> TextLit {
        let end = self.end(&node);
        self.req_string(&mut kids(node), "an id between quotes", "`id`", end)
    }

    /// `was NAME`.
    pub(super) fn was_attr(&mut self, node: Node<'_>) -> Name {
        let end = self.end(&node);
        self.req_name(&mut kids(node), "the old name", "`was`", end)
    }

    /// `name` is that of the field: `deal: by id` is a deal.
    fn type_of(&mut self, node: Node<'_>, name: &Name) -> Type {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut collections = Vec::new();
        while let Some(node) = take(&mut inner, Rule::collection) {
            if collections.len() == MAX_COLLECTIONS {
                let span = self.span(&node);
                self.errors.at(
                    span,
                    format!(
                        "a type holds at most {MAX_COLLECTIONS} collections inside one another"
                    ),
                );
            }
            collections.push((self.start(&node), node.as_str().starts_with("list")));
        }
        collections.truncate(MAX_COLLECTIONS);
        let start = inner.peek().map_or(span.end, |k| self.start(k));
        let mut kind = if let Some(node) = take(&mut inner, Rule::path) {
            TypeKind::Named(self.path(&node))
        } else if let Some(node) = take(&mut inner, Rule::stage_of) {
            let end = self.end(&node);
            TypeKind::StageOf(self.req_path(&mut kids(node), "a pipeline", "`stage of`", end))
        } else {
            TypeKind::Named(Path {
                span: name.span,
                names: vec![name.clone()],
            })
        };
        let optional = take(&mut inner, Rule::optional).is_some();
        if let Some(node) = take(&mut inner, Rule::by_part) {
            let end = self.end(&node);
            let entity = match kind {
                TypeKind::Named(path) => path,
                _ => missing_path(start),
            };
            let field = self.req_name(&mut kids(node), "a field", "`by`", end);
            kind = TypeKind::By { entity, field };
        }
        // `list of deal?` is an optional list: the mark belongs to the whole.
        let innermost = collections.is_empty() && optional;
        let mut ty = Type {
            span: Span::new(start, span.end),
            kind,
            optional: innermost,
        };
        let outermost = collections.len();
        for (i, (start, list)) in collections.into_iter().rev().enumerate() {
            let inner = Box::new(ty);
            ty = Type {
                span: Span::new(start, span.end),
                kind: if list {
                    TypeKind::List(inner)
                } else {
                    TypeKind::Set(inner)
                },
                optional: optional && i + 1 == outermost,
            };
        }
        ty
    }
}

fn missing_type(offset: u32) -> Type {
    Type {
        span: Span::empty(offset),
        kind: TypeKind::Missing,
        optional: false,
    }
}
