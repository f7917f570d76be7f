//! `in`: lists, ranges, collections and pipelines.

use trig_grammar::{Span, ast};
use trig_ir::{Expr, StageName, Type, Value};

use super::cx::{Cx, Env, Typed};
use super::operator::{constant_of, is_ordered};
use crate::model::{Decl, Lookup};
use crate::rules;

impl Cx<'_> {
    pub(super) fn membership(&mut self, env: &Env, left: &ast::Expr, right: &ast::Expr) -> Typed {
        let value = self.expr(env, left, None);
        self.known_beside(&value, right);
        self.within(env, value, left.span, right)
    }

    /// Whether `value` is what the right side of `in` says.
    pub(super) fn within(
        &mut self,
        env: &Env,
        value: Typed,
        left: Span,
        right: &ast::Expr,
    ) -> Typed {
        match &right.kind {
            ast::ExprKind::Missing => Typed::poison(),
            ast::ExprKind::Range(low, high) => {
                let (low_expr, high_expr) = (
                    self.value(env, low, &value.ty),
                    self.value(env, high, &value.ty),
                );
                if let (Expr::Const(Value::Money(low)), Expr::Const(Value::Money(high))) =
                    (&low_expr, &high_expr)
                    && low.currency != high.currency
                {
                    self.report(rules::invalid_literal::problem(
                        self.path,
                        right.span,
                        "the two ends of a range are of one currency".to_owned(),
                    ));
                }
                if let (Some(low), Some(high)) = (constant_of(&low_expr), constant_of(&high_expr))
                    && crate::literal::is_reversed(&low, &high)
                {
                    self.report(rules::invalid_literal::RULE.with_help(
                        self.path,
                        right.span,
                        "nothing lies in this range: it ends before it begins",
                        "write the smaller end first",
                    ));
                }
                if !is_ordered(&value.ty) && value.ty != Type::Any {
                    let ty = self.model.type_name(&value.ty);
                    self.report(rules::type_mismatch::message(
                        self.path,
                        left,
                        format!("`{ty}` has no order, so there is no range of it"),
                    ));
                }
                Typed::bool(Expr::Between {
                    value: Box::new(value.expr),
                    low: Box::new(low_expr),
                    high: Box::new(high_expr),
                })
            }
            ast::ExprKind::List(items) => {
                if items.is_empty() {
                    self.report(rules::empty_choice::problem(self.path, right.span, "in"));
                }
                if value.is_poison() {
                    let mut lenient = env.clone();
                    lenient.lenient = true;
                    self.expr(&lenient, right, None);
                    return Typed::poison();
                }
                let list_ty = Type::List(Box::new(value.ty.clone()));
                let mut pipelines = Vec::new();
                if matches!(value.ty, Type::Stage(_)) {
                    // `stage in [Sales, Support.New]`: a pipeline stands for all its stages
                    for item in items {
                        if let Some((id, stages)) = self.pipeline_stages(item) {
                            if let (Type::Stage(entity), Some(pipeline)) =
                                (&value.ty, self.model.pipeline(id))
                                && pipeline.entity != *entity
                            {
                                let name = pipeline.name.clone();
                                self.foreign_pipeline(item.span, &name, *entity);
                            }
                            pipelines.push((item.span, stages));
                        }
                    }
                }
                let rest: Vec<ast::Expr> = items
                    .iter()
                    .filter(|i| pipelines.iter().all(|(span, _)| *span != i.span))
                    .cloned()
                    .collect();
                let list = self.list_of(env, &rest, right.span, &list_ty);
                if matches!(value.ty, Type::Stage(_) | Type::StageOf(_))
                    && let Expr::Const(Value::List(values)) = &list
                {
                    let mut stages: Vec<StageName> = values
                        .iter()
                        .filter_map(|v| {
                            if let Value::Stage(s) = v {
                                Some(s.clone())
                            } else {
                                None
                            }
                        })
                        .collect();
                    stages.extend(pipelines.into_iter().flat_map(|(_, stages)| stages));
                    return Typed::bool(Expr::InStages(Box::new(value.expr), stages));
                }
                Typed::bool(Expr::In(Box::new(value.expr), Box::new(list)))
            }
            ast::ExprKind::Path(path) => {
                if matches!(value.ty, Type::Stage(_) | Type::Any)
                    && let Lookup::Found(_, Decl::Pipeline(id)) =
                        self.model.scope.lookup(self.catalogue, &path.text())
                {
                    if let (Type::Stage(entity), Some(pipeline)) =
                        (&value.ty, self.model.pipeline(id))
                        && pipeline.entity != *entity
                    {
                        let name = pipeline.name.clone();
                        self.foreign_pipeline(right.span, &name, *entity);
                    }
                    return Typed::bool(Expr::InPipeline(Box::new(value.expr), id));
                }
                let collection = self.expr(env, right, None);
                self.refuse_empty_constant(right, &collection.expr, right.span, "in");
                match collection.ty.element() {
                    Some(of) if self.fits(&value.ty, of) => {
                        Typed::bool(Expr::In(Box::new(value.expr), Box::new(collection.expr)))
                    }
                    _ if collection.is_poison() => Typed::poison(),
                    _ => {
                        let wanted = format!("`list of {}`", self.model.type_name(&value.ty));
                        let found = self.model.type_name(&collection.ty);
                        self.report(rules::type_mismatch::problem(
                            self.path, right.span, &wanted, &found,
                        ));
                        Typed::poison()
                    }
                }
            }
            _ => {
                self.report(rules::misplaced_clause::RULE.with_help(
                    self.path,
                    right.span,
                    "after `in` stands a list, a range or a collection",
                    "write `in [a, b]` or `in low..high`",
                ));
                Typed::poison()
            }
        }
    }

    /// A pipeline of another entity than the one whose stage is asked.
    pub(super) fn foreign_pipeline(&mut self, span: Span, name: &str, entity: trig_ir::EntityId) {
        let message = format!(
            "`{name}` is no pipeline for `{}`",
            self.model.entity_name(entity)
        );
        self.report(rules::type_mismatch::message(self.path, span, message));
    }

    fn list_of(&mut self, env: &Env, items: &[ast::Expr], span: Span, ty: &Type) -> Expr {
        let list = ast::Expr {
            span,
            kind: ast::ExprKind::List(items.to_vec()),
        };
        self.expr(env, &list, Some(ty)).expr
    }

    /// The stages of the pipeline that an expression names.
    fn pipeline_stages(&self, expr: &ast::Expr) -> Option<(trig_ir::PipelineId, Vec<StageName>)> {
        let ast::ExprKind::Path(path) = &expr.kind else {
            return None;
        };
        let Lookup::Found(_, Decl::Pipeline(id)) =
            self.model.scope.lookup(self.catalogue, &path.text())
        else {
            return None;
        };
        let pipeline = self.model.pipeline(id)?;
        let stage = |s: &trig_ir::Stage| StageName {
            pipeline: pipeline.name.clone(),
            stage: s.name.clone(),
        };
        Some((id, pipeline.stages.iter().map(stage).collect()))
    }
}
