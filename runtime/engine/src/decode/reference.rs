//! References to records.

use serde_json::Value as Json;
use smol_str::SmolStr;
use trig_ir::{EntityId, RecordKey};

use super::{Reason, digits, quoted};
use crate::Engine;

/// A native id in a connector; `entity/id`, `entity/id@connector` with the entity's full name; or an object with `id`,
/// and `connector` and `entity` where they differ from what is expected.
pub(super) fn read(
    engine: &Engine,
    id: EntityId,
    json: &Json,
    from: &SmolStr,
) -> Result<RecordKey, Reason> {
    let decl = engine.ir().entities.get(id.index());
    let decl = decl.ok_or_else(|| "its entity is not declared".to_owned())?;
    let mut connector = from.clone();
    let mut native = json;
    if let Json::Object(object) = json {
        native = object
            .get("id")
            .ok_or_else(|| format!("{} has no `id`", quoted(json)))?;
        if let Some(Json::String(name)) = object.get("connector") {
            connector = name.into();
        }
        if let Some(entity) = object.get("entity")
            && entity.as_str().and_then(|e| engine.index().entity_id(e)) != Some(id)
        {
            return Err(format!("{} is no `{}`", quoted(json), decl.name));
        }
    }
    let no_id = || format!("{} is no id of `{}`", quoted(native), decl.name);
    let mut id = digits(native).ok_or_else(no_id)?;
    if let Some((entity, rest)) = id.split_once('/') {
        if entity == decl.name {
            // an id may have an `@` in it, too: no connector has a name with a dot
            let (rest, named) = match rest.rsplit_once('@') {
                Some((rest, name)) if !name.is_empty() && !name.contains('.') => {
                    (rest, Some(SmolStr::new(name)))
                }
                _ => (rest, None),
            };
            connector = named.unwrap_or(connector);
            id = rest.to_owned();
        } else if engine.ir().entities.iter().any(|e| e.name == entity) {
            return Err(format!("{} is no `{}`", quoted(json), decl.name));
        }
    }
    if id.is_empty() {
        return Err(no_id());
    }
    if !declared(engine, &decl.name, from, &connector) && !engine.ir().project.connectors.is_empty()
    {
        return Err(format!(
            "{} names the connector `{connector}`, which is not declared",
            quoted(json)
        ));
    }
    Ok(RecordKey {
        entity: decl.name.clone(),
        connector,
        id: id.into(),
    })
}

/// Whether there is such a connector: of the project, the one that sent it, the catalogue's own name, or the project
/// itself.
fn declared(engine: &Engine, entity: &str, from: &str, connector: &str) -> bool {
    let project = &engine.ir().project;
    let catalogue = entity.rsplit_once('.').map(|(catalogue, _)| catalogue);
    connector == from
        || catalogue == Some(connector)
        || connector == project.id
        || project.connectors.iter().any(|name| name == connector)
}
