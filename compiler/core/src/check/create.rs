//! `create`: a new record.

use trig_grammar::ast;
use trig_ir::{ActionKind, Type};

use super::call::given;
use super::cx::{Cx, Env};
use crate::rules;

impl Cx<'_> {
    pub(super) fn create(
        &mut self,
        env: &Env,
        path: &ast::Path,
        args: &[ast::Arg],
    ) -> Option<ActionKind> {
        let id = self.entity(path)?;
        let entity = self.model.entity(id)?;
        let fields = entity.fields.clone();
        let name = entity.name.clone();
        let lowered = self.arguments(env, &name, &fields, args, false);
        // a record of a pipeline is born in a stage
        let stage = fields.iter().find(|f| f.ty == Type::Stage(id));
        if let Some(stage) = stage
            && self.model.pipelines_of(id).next().is_some()
            && !given(&fields, args, stage)
        {
            let ty = self.model.type_name(&stage.ty);
            self.report(rules::missing_argument::problem(
                self.path,
                path.span,
                &name,
                &stage.name,
                &ty,
            ));
        }
        Some(ActionKind::Create {
            entity: id,
            args: lowered,
        })
    }
}
