//! JSON bodies of connectors whose events the project types itself.

use std::ops::Bound;

use rust_decimal::Decimal;
use serde_json::Value as Json;
use smol_str::SmolStr;
use trig_ir::{
    EntityId, Event, EventId, EventKind, Field, Money, RecordKey, Type, Value, Webhook,
    WebhookValue,
};

use crate::apply::Run;
use crate::decode::{coerce, currency, decode, read_as};
use crate::eval::{minor_digits, same};
use crate::state::Fields;
use crate::{Arrival, Audit};

/// What stands in a body where a path leads: members, one in the other; a number is an index of an array.
fn at<'j>(body: &'j Json, path: &[SmolStr]) -> Option<&'j Json> {
    path.iter().try_fold(body, |json, step| match json {
        Json::Object(object) => object.get(step.as_str()),
        Json::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// The id by which a body is known again.
fn identity(body: &Json, webhook: &Webhook) -> Option<SmolStr> {
    match at(body, webhook.id.as_ref()?)? {
        Json::String(id) if !id.is_empty() => Some(id.into()),
        Json::Number(id) => Some(id.to_string().into()),
        _ => None,
    }
}

/// An event that a body is, and what of it could not be read.
struct Read {
    fields: Fields,
    unreadable: Vec<(SmolStr, String)>,
}

impl Run<'_> {
    /// A body is every event of its connector whose fields it has, as far as they may not be empty.
    pub(crate) fn webhook(&mut self, arrival: &Arrival, body: &Json) {
        let engine = self.engine;
        let mut reasons = Vec::new();
        let mut fits = false;
        for (id, event) in (0u32..).map(EventId).zip(&engine.ir().events) {
            let webhook = event.webhook.as_ref();
            let Some(webhook) = webhook.filter(|w| w.source == arrival.source) else {
                continue;
            };
            let read = match self.read(event, webhook, body) {
                Ok(read) => read,
                Err(reason) => {
                    reasons.push(format!("it is no `{}`: {reason}", event.name));
                    continue;
                }
            };
            fits = true;
            if let Some(native) = identity(body, webhook) {
                // several events of one body each have their own
                let known = format!("{} {native}", event.name).into();
                if !self.state.see(&arrival.source, &known, self.now) {
                    self.audit(Audit::Duplicate {
                        source: arrival.source.clone(),
                        id: native,
                    });
                    continue;
                }
            }
            for (field, reason) in read.unreadable {
                self.unhandled(Some(&field), reason);
            }
            self.happened(EventKind::Event(id), read.fields, &arrival.by);
        }
        if fits {
            return;
        }
        if reasons.is_empty() {
            let source = &arrival.source;
            reasons.push(format!("no event is read from the webhook `{source}`"));
        }
        self.unhandled(None, reasons.join("; "));
    }

    /// The event that a body is, or why it is not.
    fn read(&self, event: &Event, webhook: &Webhook, body: &Json) -> Result<Read, String> {
        let mut fields = Fields::default();
        let mut unreadable = Vec::new();
        for field in &event.fields {
            let from = webhook.fields.iter().find(|(name, _)| *name == field.name);
            let value = from.map_or(Ok(Value::Empty), |(_, from)| {
                self.field(field, from, body, &webhook.source)
            });
            let value = match value {
                Ok(value) if value.is_empty() && !field.optional => {
                    return Err(format!("`{}` has no value", field.name));
                }
                Ok(value) => value,
                Err(reason) if !field.optional => {
                    return Err(format!("`{}`: {reason}", field.name));
                }
                Err(reason) => {
                    unreadable.push((field.name.clone(), reason));
                    Value::Empty
                }
            };
            fields.set(field.name.clone(), value);
        }
        Ok(Read { fields, unreadable })
    }

    fn field(
        &self,
        field: &Field,
        from: &WebhookValue,
        body: &Json,
        source: &SmolStr,
    ) -> Result<Value, String> {
        self.body_value(&field.ty, from, body, source)
    }

    /// A value out of a body, as one of a type.
    fn body_value(
        &self,
        ty: &Type,
        from: &WebhookValue,
        body: &Json,
        source: &SmolStr,
    ) -> Result<Value, String> {
        let engine = self.engine;
        match from {
            WebhookValue::Const(value) => {
                let typed = coerce(engine, ty, value.clone());
                typed.ok_or_else(|| format!("{value} does not fit it"))
            }
            WebhookValue::At(path) => match at(body, path) {
                Some(json) => decode(engine, ty, json, source),
                None => Ok(Value::Empty),
            },
            WebhookValue::Minor(amount, code) => {
                let amount = self.body_value(&Type::Decimal, amount, body, source)?;
                let code = self.body_value(&Type::Text, code, body, source)?;
                minor(&amount, &code)
            }
            WebhookValue::Find {
                entity,
                field,
                value,
            } => self.found(*entity, field, value, body, source),
        }
    }

    /// The record that has a value in a field: the least by key.
    fn found(
        &self,
        entity: EntityId,
        field: &SmolStr,
        from: &WebhookValue,
        body: &Json,
        source: &SmolStr,
    ) -> Result<Value, String> {
        let engine = self.engine;
        let Some(decl) = engine.ir().entities.get(entity.index()) else {
            return Ok(Value::Empty);
        };
        let declared = decl.field(field);
        let ty = declared.map_or(&Type::Text, |field| &field.ty);
        let value = self.body_value(ty, from, body, source)?;
        if value.is_empty() {
            return Ok(Value::Empty);
        }
        let key = match (declared, &value) {
            (None, Value::Text(id)) if field == "id" => self.of_id(&decl.name, id),
            (Some(declared), value) => {
                let first = first_of(&decl.name);
                let at = engine.index().field(entity, field);
                let stored = at.and_then(|at| engine.index().stored_name(entity, at));
                let has = |key: &RecordKey, fields: &Fields| {
                    let there = stored.and_then(|stored| fields.get(stored));
                    there
                        .or_else(|| fields.get(field))
                        .map(|there| read_as(engine, &declared.ty, there, &key.connector))
                        .is_some_and(|there| same(&there, value))
                };
                self.state
                    .records
                    .scan(Bound::Included(&first))
                    .take_while(|(key, _)| key.entity == decl.name)
                    .find(|(key, record)| has(key, &record.fields))
                    .map(|(key, _)| key.clone())
            }
            _ => None,
        };
        Ok(key.map_or(Value::Empty, Value::Record))
    }

    /// The record of an id, of the first connector that has one.
    fn of_id(&self, entity: &SmolStr, id: &SmolStr) -> Option<RecordKey> {
        let mut from = first_of(entity);
        // from connector to connector
        loop {
            let (key, _) = self.state.records.scan(Bound::Included(&from)).next()?;
            if key.entity != *entity {
                return None;
            }
            let wanted = RecordKey {
                id: id.clone(),
                ..key.clone()
            };
            if self.state.records.has(&wanted) {
                return Some(wanted);
            }
            from = RecordKey {
                connector: format!("{}\0", key.connector).into(),
                ..first_of(entity)
            };
        }
    }
}

fn first_of(entity: &SmolStr) -> RecordKey {
    RecordKey {
        entity: entity.clone(),
        connector: SmolStr::default(),
        id: SmolStr::default(),
    }
}

/// An amount in minor units, and its currency.
fn minor(amount: &Value, code: &Value) -> Result<Value, String> {
    let (amount, code) = match (amount, code) {
        (Value::Empty, _) | (_, Value::Empty) => return Ok(Value::Empty),
        (Value::Decimal(amount), Value::Text(code)) => (amount, code),
        _ => return Err(format!("{amount} {code} is no amount")),
    };
    let currency = currency(code).ok_or_else(|| format!("`{code}` is no currency"))?;
    let unit = Decimal::new(1, minor_digits(&currency));
    let amount = amount.checked_mul(unit);
    let amount = amount.ok_or_else(|| "the amount is out of range".to_owned())?;
    Ok(Value::Money(Money { currency, amount }))
}
