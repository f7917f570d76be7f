//! Declarations.

use super::{Builder, Kids, Node, kids, stray, take};
use crate::ast::{
    DurationLit, Entity, Extend, Feed, Flow, Group, Item, ItemKind, Name, Path, TextLit,
};
use crate::parser::Rule;
use crate::span::Span;
use crate::words::{self, ACTIONS, CLAUSES, ITEMS, STAGE_PARTS};

/// Where a declaration stands; decides what it may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Pipeline,
    Stage,
    Template,
}

/// The parts of a head that come in any order.
#[derive(Default)]
pub(super) struct Head {
    pub(super) label: Option<TextLit>,
    pub(super) native_id: Option<TextLit>,
    pub(super) was: Option<Name>,
    pub(super) subject: Option<Path>,
    pub(super) marks: Vec<Name>,
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
        let (word, at) = stray(node.as_str(), span);
        if word != "}" && !self.foreign_comment(word, at) {
            self.errors
                .at(at, format!("`{word}` cannot follow this declaration"));
        }
    }

    pub(super) fn item(&mut self, node: Node<'_>, place: Place) -> Item {
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
                let (label, clauses) = self.trigger_body(inner, "a `flow`");
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
        let (word, at) = stray(text, span);
        if self.foreign_comment(word, at) {
            return;
        }
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
    pub(super) fn declared(&mut self, inner: &mut Kids<'_>, word: &str, end: u32) -> Name {
        self.req_name(inner, "a name", &format!("`{word}`"), end)
    }

    pub(super) fn equals(&mut self, inner: &mut Kids<'_>, name: &Name) {
        if let Some(hole) = take(inner, Rule::missing_equals) {
            let offset = self.start(&hole);
            if !name.is_missing() {
                self.errors
                    .expected("`=`", &format!("`{}`", name.text), offset);
            }
        }
    }

    /// Label, id, marks and what else a head holds, up to the body.
    pub(super) fn head(&mut self, inner: &mut Kids<'_>, word: &str) -> Head {
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
}
