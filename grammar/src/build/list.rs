//! What stands between brackets: the elements of a list, the arguments of a call.

use super::{Builder, Node, kids, take};
use crate::ast::{Arg, Expr};
use crate::parser::Rule;
use crate::span::Span;

impl Builder<'_> {
    /// The arguments of a call, from its brackets.
    pub(super) fn args(&mut self, node: Node<'_>) -> Vec<Arg> {
        self.tall_args(node).0
    }

    /// The elements of a list, from its brackets.
    pub(super) fn list_of(&mut self, node: Node<'_>) -> Vec<Expr> {
        self.elements(node).0
    }

    /// The elements of a `[list]`, and the height of the tallest.
    pub(super) fn elements(&mut self, node: Node<'_>) -> (Vec<Expr>, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut values = Vec::new();
        let mut height = 0;
        let mut after_comma = true;
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            match node.as_rule() {
                Rule::comma => self.comma(&node, &mut after_comma),
                Rule::expr => {
                    after_comma = false;
                    let value = self.whole(node);
                    height = height.max(value.height);
                    values.push(value.expr);
                }
                _ => self.bad_inside(&node, "`,` or `]`"),
            }
        }
        self.close(&mut inner, span);
        (values, height)
    }

    /// The arguments between round brackets, and the height of the tallest.
    pub(super) fn tall_args(&mut self, node: Node<'_>) -> (Vec<Arg>, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let mut args: Vec<Arg> = Vec::new();
        let mut height = 0;
        let mut after_comma = true;
        while let Some(node) = inner.next_if(|k| k.as_rule() != Rule::missing_close) {
            match node.as_rule() {
                Rule::comma => self.comma(&node, &mut after_comma),
                Rule::arg => {
                    let start = self.start(&node);
                    let (arg, below) = self.arg(node);
                    if !after_comma && let Some(last) = args.last() {
                        let end = last.span.end;
                        if !self.errors.explains(start) {
                            let name = arg.name.as_ref().map_or("", |n| n.text.as_str());
                            self.errors
                                .at(Span::empty(end), format!("expected `,` before `{name}`"));
                        }
                    }
                    after_comma = false;
                    height = height.max(below);
                    args.push(arg);
                }
                _ => self.bad_inside(&node, "`,` or `)`"),
            }
        }
        self.close(&mut inner, span);
        (args, height)
    }

    fn comma(&mut self, node: &Node<'_>, after_comma: &mut bool) {
        if *after_comma {
            let span = self.span(node);
            if !self.errors.explains(span.start) {
                self.errors.at(span, "expected a value before this `,`");
            }
        }
        *after_comma = true;
    }

    fn arg(&mut self, node: Node<'_>) -> (Arg, usize) {
        let span = self.span(&node);
        let mut inner = kids(node);
        let name = take(&mut inner, Rule::arg_name).map(|node| self.colon_name(&node));
        let after = match &name {
            Some(name) => format!("`{}:`", name.text),
            None => "`(`".to_owned(),
        };
        let value = self.tall(&mut inner, "a value", &after, span.end);
        (
            Arg {
                span,
                name,
                value: value.expr,
            },
            value.height,
        )
    }
}
