//! What must hold at the moment at which an action is done.

use trig_grammar::ast;
use trig_ir::{ActionId, Expr};

use super::cx::{Cx, Env, EventFields};
use crate::model::{Decl, Lookup, full_name, short};

impl Cx<'_> {
    /// `action … when EXPR`, over the parameters.
    pub(super) fn action_when(&mut self, node: &ast::ActionDecl) -> Option<(ActionId, Expr)> {
        let expr = node.when.as_ref()?;
        let text = node.name.text();
        let Lookup::Found(full, Decl::Action(id)) = self.model.scope.lookup(self.catalogue, &text)
        else {
            return None;
        };
        if *full != full_name(self.catalogue, &text) {
            return None;
        }
        let sig = self.model.actions.get(id.index())?;
        let env = Env {
            candidate: Some(EventFields {
                what: format!("`{}`", short(full)),
                fields: sig.decl.params.clone(),
            }),
            ..Env::default()
        };
        Some((id, self.condition(&env, expr)))
    }
}
