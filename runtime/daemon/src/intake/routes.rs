//! The addresses, and what is done under each.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use smol_str::SmolStr;
use tokio::sync::oneshot;
use trig_engine::Arrival;

use super::answer::Rejected;
use super::body;
use super::normalise;
use super::typed;
use crate::position::MAX_INPUTS;
use crate::registry::{Registry, Site};
use crate::shard::{Accepted, Control, Shard, Until};
use crate::store::InputPayload;

/// What the addresses lead to.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// The workspaces.
    pub registry: Registry,
    /// The writer.
    pub shard: Shard,
    /// Whether only this machine can reach the socket.
    pub loopback: bool,
}

/// The same answer whether the connector or its secret is wrong, so that neither can be found out alone.
const NO_HOOK: &str = "there is no such hook";

/// Names, as they are said in a sentence.
pub(crate) fn list(names: &[SmolStr]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// All addresses.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/healthz", get(health).fallback(|| wrong_method("GET")))
        .route(
            "/v1/{workspace}/events",
            post(events).fallback(|| wrong_method("POST")),
        )
        .route(
            "/v1/{workspace}/status",
            get(status).fallback(|| wrong_method("GET")),
        )
        .route(
            "/v1/{workspace}/flows/{flow}/start",
            post(start).fallback(|| wrong_method("POST")),
        )
        .route(
            "/hooks/{workspace}/{connector}/{secret}",
            post(hook).fallback(|| wrong_method("POST")),
        )
        .fallback(|| async { Rejected::not_found("there is nothing at this address") })
        .with_state(Arc::new(door))
}

async fn wrong_method(allowed: &'static str) -> Rejected {
    Rejected::method(allowed)
}

#[derive(Deserialize)]
struct Wait {
    wait: Option<String>,
}

impl Wait {
    fn until(&self) -> Result<Until, Rejected> {
        match self.wait.as_deref() {
            None => Ok(Until::Durable),
            Some("applied") => Ok(Until::Applied),
            Some(other) => Err(Rejected::new(
                StatusCode::BAD_REQUEST,
                format!("`wait={other}` is not known; there is `wait=applied`"),
            )),
        }
    }
}

async fn health(State(door): State<Arc<Door>>) -> Response {
    if door.shard.is_closing() {
        return Rejected::closing().into_response();
    }
    Json(json!({"status": "ok"})).into_response()
}

async fn status(
    State(door): State<Arc<Door>>,
    Path(workspace): Path<SmolStr>,
    headers: HeaderMap,
) -> Result<Response, Rejected> {
    let site = door.site(&workspace)?;
    door.authorize(&site, &headers)?;
    let (answer, status) = oneshot::channel();
    door.shard.ask(Control::Status {
        workspace: workspace.clone(),
        answer,
    });
    let status = status
        .await
        .map_err(|_| Rejected::closing())?
        .ok_or_else(|| door.no_workspace(&workspace))?;
    let mut value = serde_json::to_value(status)
        .map_err(|e| Rejected::new(StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))?;
    if let Some(object) = value.as_object_mut() {
        object.insert(
            "reload".into(),
            site.failed_reload.clone().unwrap_or_default(),
        );
    }
    Ok(Json(value).into_response())
}

async fn events(
    State(door): State<Arc<Door>>,
    Path(workspace): Path<SmolStr>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejected> {
    let site = door.site(&workspace)?;
    door.authorize(&site, &headers)?;
    let until = wait.until()?;
    let body = body::read(&headers, body, site.config.max_body).await?;
    let arrivals = normalise::events(&headers, &body)?;
    door.take(workspace, "events".into(), arrivals, until).await
}

async fn start(
    State(door): State<Arc<Door>>,
    Path((workspace, flow)): Path<(SmolStr, SmolStr)>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejected> {
    let site = door.site(&workspace)?;
    door.authorize(&site, &headers)?;
    let until = wait.until()?;
    let content_type = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if !content_type.is_some_and(typed::is_json) {
        // a web page of somebody else's may post anything but this without being asked first
        return Err(Rejected::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "this address takes JSON: send `application/json`",
        ));
    }
    let body = body::read(&headers, body, site.config.max_body).await?;
    let arrival = super::start::arrival(&site, flow, &body)?;
    door.take(workspace, "start".into(), vec![arrival], until)
        .await
}

async fn hook(
    State(door): State<Arc<Door>>,
    Path((workspace, connector, secret)): Path<(SmolStr, SmolStr, String)>,
    Query(wait): Query<Wait>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejected> {
    let site = door
        .registry
        .get(&workspace)
        .ok_or_else(|| Rejected::not_found(NO_HOOK))?;
    let known = site
        .config
        .connectors
        .get(&connector)
        .filter(|c| c.secret.admits(&secret, door.loopback))
        .ok_or_else(|| Rejected::not_found(NO_HOOK))?;
    let until = wait.until()?;
    let body = body::read(&headers, body, site.config.max_body).await?;
    let arrivals = normalise::hook(&known.kind, &connector, &headers, &body)?;
    door.take(workspace, connector, arrivals, until).await
}

impl Door {
    fn site(&self, workspace: &str) -> Result<Arc<Site>, Rejected> {
        self.registry
            .get(workspace)
            .ok_or_else(|| self.no_workspace(workspace))
    }

    /// Which others there are is said on this machine only: elsewhere, whoever knocks is not known yet.
    fn no_workspace(&self, workspace: &str) -> Rejected {
        let mut reason = format!("there is no workspace `{workspace}`");
        if self.loopback {
            let ids = self.registry.ids();
            match ids.as_slice() {
                [] => reason.push_str("; none runs"),
                [one] => reason.push_str(&format!("; there is `{one}`")),
                several => reason.push_str(&format!("; there are {}", list(several))),
            }
        }
        Rejected::not_found(&reason)
    }

    fn authorize(&self, site: &Site, headers: &HeaderMap) -> Result<(), Rejected> {
        let given = headers
            .get(AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
            .unwrap_or_default();
        if site.config.token.admits(given, self.loopback) {
            Ok(())
        } else {
            Err(Rejected::unauthorized())
        }
    }

    /// Makes it durable, and answers.
    async fn take(
        &self,
        workspace: SmolStr,
        via: SmolStr,
        arrivals: Vec<Arrival>,
        until: Until,
    ) -> Result<Response, Rejected> {
        if arrivals.len() > MAX_INPUTS {
            return Err(Rejected::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a body holds at most {MAX_INPUTS} events"),
            ));
        }
        let payload = InputPayload::encode(&via, &arrivals)
            .map_err(|e| Rejected::new(StatusCode::INTERNAL_SERVER_ERROR, e.to_string()))?;
        let answer = self.shard.take(workspace, via, arrivals, payload, until);
        let accepted = answer.await??;
        Ok(accepted_response(accepted, until))
    }
}

fn accepted_response(accepted: Accepted, until: Until) -> Response {
    let status = match until {
        Until::Durable => StatusCode::ACCEPTED,
        Until::Applied => StatusCode::OK,
    };
    (status, [(CONTENT_TYPE, "application/json")], Json(accepted)).into_response()
}
