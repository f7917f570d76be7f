//! Stages.

use serde_json::Value as Json;
use trig_ir::{EntityId, Pipeline, PipelineId, Stage, StageName, Value};

use super::{Reason, digits, quoted};
use crate::Engine;

pub(super) fn of_entity(engine: &Engine, entity: EntityId, json: &Json) -> Result<Value, Reason> {
    let pipelines = engine.ir().pipelines.iter().filter(|p| p.entity == entity);
    let pipelines: Vec<&Pipeline> = pipelines.collect();
    find(&pipelines, json)
}

pub(super) fn of_pipeline(
    engine: &Engine,
    pipeline: PipelineId,
    json: &Json,
) -> Result<Value, Reason> {
    let pipelines: Vec<&Pipeline> = engine
        .ir()
        .pipelines
        .get(pipeline.index())
        .into_iter()
        .collect();
    find(&pipelines, json)
}

fn is_pipeline(pipeline: &Pipeline, id: &str) -> bool {
    pipeline.native_id.as_deref() == Some(id) || pipeline.name == id
}

fn is_stage(stage: &Stage, id: &str) -> bool {
    stage.native_id.as_deref() == Some(id) || stage.name == id
}

fn find(pipelines: &[&Pipeline], json: &Json) -> Result<Value, Reason> {
    let unreadable = || format!("{} is no stage", quoted(json));
    if let Json::Object(object) = json {
        let stage = match object.get("stage") {
            None | Some(Json::Null) => return Ok(Value::Empty),
            Some(stage) => digits(stage).ok_or_else(unreadable)?,
        };
        let pipeline = object.get("pipeline").and_then(digits);
        return pick(pipelines, pipeline.as_deref(), &stage, json);
    }
    let text = digits(json).ok_or_else(unreadable)?;
    // a native id may have a dot in it: first as it is
    match pick(pipelines, None, &text, json) {
        Err(reason) => match text.split_once('.') {
            Some((pipeline, stage)) => pick(pipelines, Some(pipeline), stage, json),
            None => Err(reason),
        },
        found => found,
    }
}

fn pick(
    pipelines: &[&Pipeline],
    pipeline: Option<&str>,
    stage: &str,
    json: &Json,
) -> Result<Value, Reason> {
    let inside = |p: &&&Pipeline| pipeline.is_none_or(|id| is_pipeline(p, id));
    let mut found = pipelines.iter().filter(inside).flat_map(|p| {
        let stages = p.stages.iter().filter(|s| is_stage(s, stage));
        stages.map(|s| StageName {
            pipeline: p.name.clone(),
            stage: s.name.clone(),
        })
    });
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(Value::Stage(one)),
        (Some(one), Some(other)) => Err(format!(
            "{} is a stage of more than one pipeline: `{one}`, `{other}`",
            quoted(json)
        )),
        (None, _) => Err(format!(
            "{} is no stage of a declared pipeline",
            quoted(json)
        )),
    }
}
