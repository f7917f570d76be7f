//! What a literal of the wrong type was probably meant to be.

use trig_grammar::Span;
use trig_ir::Type;

use super::cx::Cx;

impl Cx<'_> {
    /// What to write where a literal of another type stands than the one that is wanted; nothing where it is no literal.
    pub(super) fn mended(&self, span: Span, wanted: &Type, found: &Type) -> Option<String> {
        let source = self.source(span);
        let quoted = source
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inner| !inner.contains('"'));
        let number = source.starts_with(|c: char| c.is_ascii_digit());
        match (wanted, found, quoted) {
            (Type::Money, Type::Int | Type::Decimal, _) if number => {
                let currency = &self.model.project.currency;
                let currency = currency.as_ref().map_or("EUR", |c| c.as_str());
                Some(format!("an amount has a currency: `{source} {currency}`"))
            }
            (Type::Int | Type::Decimal, Type::Money, _) if number => {
                Some("this is a plain number: leave the currency out".to_owned())
            }
            (Type::Duration, Type::Int, _) if number => Some(format!(
                "a duration has a unit: `{source}m`, `{source}h` or `{source}d`"
            )),
            (Type::Text, Type::Int, _) if number => {
                Some(format!("it is a text: write `\"{source}\"`"))
            }
            (Type::User, _, Some(_)) => Some(format!("a person is written `user {source}`")),
            (Type::Bool, _, Some("true" | "false"))
            | (
                Type::Int
                | Type::Decimal
                | Type::Money
                | Type::Date
                | Type::Time
                | Type::DateTime
                | Type::Duration,
                _,
                Some(_),
            ) => Some(format!(
                "only texts stand in quotes: write it without, {}",
                example(wanted)
            )),
            (Type::Stage(_) | Type::StageOf(_), _, Some(inner)) => self.named_stage(wanted, inner),
            (Type::Enum(id), _, Some(inner)) => {
                let variants = &self.model.enums.get(id.index())?.variants;
                let names = variants.iter().map(|v| v.name.as_str());
                named(inner, names)
            }
            (Type::List(_) | Type::Set(_), _, Some(inner)) => {
                let parts = inner.split([',', ';']).map(str::trim);
                let parts: Vec<String> = parts
                    .filter(|p| !p.is_empty())
                    .map(|p| format!("\"{p}\""))
                    .collect();
                Some(format!("several are a list: `[{}]`", parts.join(", ")))
            }
            _ => None,
        }
    }

    fn named_stage(&self, wanted: &Type, written: &str) -> Option<String> {
        let of = |pipeline: &trig_ir::Pipeline| match wanted {
            Type::Stage(entity) => pipeline.entity == *entity,
            Type::StageOf(id) => self
                .model
                .pipeline(*id)
                .is_some_and(|p| p.name == pipeline.name),
            _ => false,
        };
        let pipelines = self.model.pipelines.iter().filter(|p| of(p));
        let mut stages = pipelines.clone().flat_map(|p| &p.stages);
        let by_id = stages.find(|stage| {
            let id = stage.native_id.as_deref().unwrap_or_default();
            !id.is_empty() && (id == written || written.ends_with(&format!(":{id}")))
        });
        if let Some(stage) = by_id {
            return named(&stage.name, std::iter::once(stage.name.as_str()));
        }
        let names = pipelines.flat_map(|p| p.stages.iter().map(|s| s.name.as_str()));
        named(written, names)
    }
}

/// A name that was written as a text.
fn named<'n>(written: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<String> {
    let words = |text: &str| text.to_lowercase().replace([' ', '_', '-'], "");
    let same = names.clone().find(|name| words(name) == words(written));
    let name = same.or_else(|| crate::nearest(written, names.clone()));
    match name {
        Some(name) => Some(format!("it is a name, not a text: write `{name}`")),
        None => {
            let some: Vec<String> = names.take(4).map(|n| format!("`{n}`")).collect();
            (!some.is_empty())
                .then(|| format!("it is a name, not a text, such as {}", some.join(", ")))
        }
    }
}

fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "`true` or `false`",
        Type::Money => "such as `10_000 USD`",
        Type::Date => "such as `2026-12-31`",
        Type::Time => "such as `09:00`",
        Type::DateTime => "such as `2026-12-31 09:00`",
        Type::Duration => "such as `2h` or `3d`",
        _ => "such as `10`",
    }
}
