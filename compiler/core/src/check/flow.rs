//! Flows: triggers that nothing but `start` starts.

use trig_grammar::{Span, ast};
use trig_ir::{ActionKind, EntityId, EventKind, Field, Pattern, Place, Root, Start, Trigger, Type};

use super::cx::{Cx, Env, EventFields};
use super::pattern::Shape;
use super::trigger::Opening;
use crate::rules;

impl Cx<'_> {
    /// Lowers a flow. `None` where too much is wrong with it; what is wrong has been said.
    pub(super) fn flow(&mut self, node: &ast::Flow) -> Option<Trigger> {
        let name = &node.name;
        if name.is_missing() {
            return None;
        }
        self.refuse_clauses(&node.clauses);
        let c = self.clauses(&node.clauses);
        let (subject, lenient) = match c.subject {
            Some((ast::ForClause::Subject { entity, .. }, _)) => match self.entity(entity) {
                Some(id) => (Some(id), false),
                None => (None, true),
            },
            _ => (None, c.each.is_some()),
        };
        let shape = self.started(name, subject);
        let mut env = Env {
            subject,
            event: Some(shape.fields.clone()),
            lenient,
            ..Env::default()
        };
        let shapes = vec![Some(shape.clone())];
        let guards = self.guards(&mut env, &c, &shapes, None, name.span);
        let start = Start {
            loc: self.loc(name.span),
            pattern: Pattern {
                event: shape.event.clone(),
                or_created: false,
                filter: None,
                first: None,
                text: format!("start {}", name.text),
            },
            clock: None,
            subject: subject.map(|_| Place::field(Root::Event, "record")),
            finer: Vec::new(),
            guards: Vec::new(),
            after: None,
        };
        // what a flow sees of its start is its subject
        env.event = Some(EventFields {
            what: "the start of a flow".to_owned(),
            fields: Vec::new(),
        });
        let opening = Opening {
            name,
            label: node.label.as_ref(),
            flow: true,
            home: None,
            shapes,
            starts: vec![start],
            guards,
            each: None,
        };
        Some(self.assemble(env, &c, opening))
    }

    fn started(&self, name: &ast::Name, subject: Option<EntityId>) -> Shape {
        let record = subject.map(|id| Field {
            name: "record".into(),
            ty: Type::Entity(id),
            optional: false,
            native_id: None,
            silent: false,
            was: None,
        });
        Shape {
            event: EventKind::Started(name.text.as_str().into()),
            fields: EventFields {
                what: "the start of a flow".to_owned(),
                fields: record.into_iter().collect(),
            },
            subjects: subject.into_iter().collect(),
            derived: None,
        }
    }

    /// Clauses that mean nothing in a flow.
    fn refuse_clauses(&mut self, clauses: &[ast::Clause]) {
        use ast::ClauseKind as K;
        for clause in clauses {
            let keyword = super::clauses::keyword(&clause.kind);
            let help = match &clause.kind {
                K::On { .. } => "begin it elsewhere: `trigger NAME { on EVENT  do start FLOW }`",
                K::For(ast::ForClause::Each(_)) => {
                    "write `for ENTITY`, and start it for each: `for each x of y { start FLOW for x }`"
                }
                K::For(ast::ForClause::Subject { via: Some(_), .. }) => {
                    "write `for ENTITY` alone: whoever starts it says for which record"
                }
                K::By(_) => "write `by` at the trigger that starts it",
                K::After { .. } | K::Debounce { .. } => "begin its `do` with `wait 10m`",
                K::Until { .. } | K::During(_) => "begin its `do` with `wait until …`",
                K::As(_) => "write it at the action: `move to STAGE as user \"…\"`",
                K::Missed(_) => "a flow has no clock of its own that could be missed",
                _ => continue,
            };
            self.report(rules::misplaced_clause::RULE.with_help(
                self.path,
                clause.span,
                format!("`{keyword}` does not stand in a flow: actions start it, with `start`"),
                help,
            ));
        }
    }

    pub(super) fn start_flow(
        &mut self,
        env: &Env,
        path: &ast::Path,
        subject: Option<&ast::Path>,
    ) -> Option<ActionKind> {
        let flow = self.flow_sig(path)?;
        let subject = match (flow.subject, subject) {
            (None, None) => None,
            (None, Some(of)) => {
                self.place(env, of)?;
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    of.span,
                    format!("`{}` runs for nobody in particular", flow.name),
                    format!("write `start {}`", flow.name),
                ));
                return None;
            }
            (Some(wanted), None) => {
                if env.subject != Some(wanted) {
                    self.foreign_subject(env, path.span, &flow.name, wanted, "start");
                    return None;
                }
                Some(Place::root(Root::Subject))
            }
            (Some(wanted), Some(of)) => {
                let (place, ty, _) = self.place(env, of)?;
                let wanted_ty = Type::Entity(wanted);
                if ty == wanted_ty {
                    Some(place)
                } else {
                    if ty.element() == Some(&wanted_ty) {
                        let name = self.model.entity_name(wanted);
                        let help = format!(
                            "write `for each {name} of {} {{ start {} for {name} }}`",
                            of.text(),
                            flow.name
                        );
                        let message = format!("`{}` are several records", of.text());
                        self.report(
                            rules::misplaced_clause::RULE
                                .with_help(self.path, of.span, message, help),
                        );
                    } else if ty != Type::Any {
                        let (wanted, found) = (
                            format!("`{}`", self.model.entity_name(wanted)),
                            self.model.type_name(&ty),
                        );
                        self.report(rules::type_mismatch::problem(
                            self.path, of.span, &wanted, &found,
                        ));
                    }
                    return None;
                }
            }
        };
        Some(ActionKind::Start {
            flow: flow.name,
            subject,
        })
    }

    pub(super) fn stop_flow(&mut self, env: &Env, path: &ast::Path) -> Option<ActionKind> {
        let flow = self.flow_sig(path)?;
        if let Some(wanted) = flow.subject
            && env.subject != Some(wanted)
        {
            self.foreign_subject(env, path.span, &flow.name, wanted, "stop");
            return None;
        }
        Some(ActionKind::Stop {
            flow: Some(flow.name),
        })
    }

    /// A flow for another kind of record than the subject.
    fn foreign_subject(&mut self, env: &Env, span: Span, flow: &str, wanted: EntityId, word: &str) {
        if env.lenient {
            return;
        }
        let wanted = self.model.entity_name(wanted);
        let message = format!(
            "`{flow}` runs for a `{wanted}`, and the subject here is {}",
            env.subject.map_or("nothing".to_owned(), |s| format!(
                "a `{}`",
                self.model.entity_name(s)
            ))
        );
        let help = if word == "start" {
            format!("say for whom: `start {flow} for PATH`, where PATH leads to a `{wanted}`")
        } else {
            format!("a flow is stopped for the subject: do it in a trigger `for {wanted}`")
        };
        self.report(rules::type_mismatch::message(self.path, span, message).help(help));
    }
}
