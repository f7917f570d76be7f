//! Declarations.

use trig_grammar::ast::{Item, ItemKind};

use crate::plan::Plan;

impl Plan<'_> {
    pub(super) fn item(&mut self, item: &Item) {
        let Item { span, doc: _, kind } = item;
        self.member(*span);
        match kind {
            ItemKind::Use(_) | ItemKind::Feed(_) | ItemKind::Cooldown(_) | ItemKind::Bad => {}
            ItemKind::Extend(extend) => self.fields(&extend.fields),
            ItemKind::Entity(entity) => self.fields(&entity.fields),
            ItemKind::Group(group) => self.paths(&group.members),
            ItemKind::Enum(decl) => self.enum_decl(decl),
            ItemKind::Event(event) => self.event(event, *span),
            ItemKind::Action(action) => self.action_decl(action, *span),
            ItemKind::Known(known) => self.known(known),
            ItemKind::Pipeline(pipeline) => self.pipeline(pipeline),
            ItemKind::Condition(condition) => self.condition(condition),
            ItemKind::Schedule(schedule) => self.schedule(schedule),
            ItemKind::Breaker(breaker) => self.breaker(breaker),
            ItemKind::Trigger(trigger) => self.clauses(&trigger.clauses, *span),
            ItemKind::Flow(flow) => self.clauses(&flow.clauses, *span),
            ItemKind::Template(template) => {
                self.params_of(template.name.span, &template.params);
                for item in &template.items {
                    self.item(item);
                }
            }
            ItemKind::Apply(apply) => self.args(apply.template.span, &apply.args),
            ItemKind::Test(test) => {
                for statement in &test.statements {
                    self.statement(statement);
                }
            }
        }
    }
}
