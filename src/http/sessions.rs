//! `/api/sessions`: sessions made, seen and ended without a WebSocket. A client attaches to one it made here with
//! `join_session` or `recover_session` and the token.

use std::time::Duration;

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{audit::noted, error::ApiError, ownership::may_use, rooms::Erasure};
use crate::{
    actors::{
        environment::Environment,
        erasing::{end_session, erase_session},
        limit::Limit,
        refusal::Refusal,
        session::making::{NewSession, new_record},
    },
    domain::{
        access::{Access, Role},
        identity::{RoomId, SessionId},
        session_config::{ConfigPatch, SessionConfig},
        time::Timestamp,
    },
    store::{archive::ArchiveError, record::SessionRecord},
};

/// Sessions on one page, at most and without a wish.
const LARGEST_PAGE: u32 = 1_000;
const USUAL_PAGE: u32 = 100;

/// How long a page may take to be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a session is made of.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewSession)]
pub struct Wanted {
    /// Its id, or one is made.
    session_id: Option<SessionId>,
    /// Who owns it, where no keys are configured; with a key its bearer does.
    user_id: Option<String>,
    /// How it is to be served, as in `create_session`.
    #[schema(value_type = Option<ConfigPatch>, examples(json!({"room_id": "standup", "speaks": "en", "hears": ["es"]})))]
    config: Option<Value>,
    /// Any JSON of at most 4 KB, kept and given back.
    data: Option<Value>,
}

/// A session that was made.
#[derive(Serialize, ToSchema)]
struct SessionMade {
    session_id: SessionId,
    room_id: RoomId,
    /// Lets whoever has it attach to the session.
    resume_token: String,
    status: CreatedStatus,
    created_at: Timestamp,
    /// `false` if the store does not work, and the session lives in memory for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    durable: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// What became of the wish for a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CreatedStatus {
    Created,
}

/// Something that is not as it should be.
#[derive(Serialize, ToSchema)]
#[schema(as = StoreWarning)]
struct Warning {
    /// `not_durable`.
    code: &'static str,
    message: &'static str,
}

/// Makes a session, which is stored when this is answered.
#[utoipa::path(operation_id = "create_session", tag = "sessions", request_body = Wanted, responses(
    (status = 201, body = SessionMade),
    (status = 400, description = "`invalid_config`: a field of config is wrong; `data_too_large`"),
    (status = 409, description = "`session_exists`, `too_many_own_sessions`"),
    (status = 503, description = "`too_many_sessions`, `store_unavailable`"),
))]
#[post("/api/sessions/create")]
pub async fn create(
    access: Access,
    environment: Data<Environment>,
    wanted: Json<Wanted>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Client)?;
    if environment.is_stopping() {
        return Err(Refusal::stopping().into());
    }
    let wanted = wanted.into_inner();
    let wanted = NewSession {
        session_id: wanted.session_id,
        user_id: wanted.user_id,
        config: wanted.config.map(patch).transpose()?,
        data: wanted.data,
    };
    let record = new_record(&environment, &access, wanted)?;
    let mut made = SessionMade {
        session_id: record.id.clone(),
        room_id: record.room().clone(),
        resume_token: environment.tokens.issue(&record.id, &record.private_room),
        status: CreatedStatus::Created,
        created_at: record.created_at,
        durable: None,
        warnings: Vec::new(),
    };
    let stored = environment.archive.store_session(record).await;
    if matches!(stored, Err(ArchiveError::OwnerFull)) {
        environment.counters.limits.note(Limit::SessionsPerOwner);
    }
    if !stored? {
        made.durable = Some(false);
        made.warnings.push(Warning {
            code: "not_durable",
            message: "the store does not work now; the session is lost if the server ends before it does again",
        });
    }
    Ok(HttpResponse::Created().json(made))
}

fn patch(config: Value) -> Result<ConfigPatch, ApiError> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        ApiError::bad_request(
            "invalid_config",
            format!("config.{}: {}", error.path(), error.inner()),
        )
    })
}

/// Which sessions.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// Only those after this one: the `next` of the page before.
    after: Option<SessionId>,
    /// At most this many, 1 to 1000; 100 without it.
    limit: Option<u32>,
}

/// A session in a list.
#[derive(Serialize, ToSchema)]
struct SessionRow {
    session_id: SessionId,
    room_id: RoomId,
    /// Whether the room is its own.
    private: bool,
    /// As others see it.
    name: String,
    /// Whose it is; null if it is nobody's.
    #[schema(required = true)]
    owner: Option<String>,
    created_at: Timestamp,
    /// When something last happened in it.
    active_at: Timestamp,
    /// Whether it is served by this process now: a socket is attached, or was a moment ago.
    attached: bool,
}

/// A session.
#[derive(Serialize, ToSchema)]
struct SessionView {
    #[serde(flatten)]
    row: SessionRow,
    /// How it is served.
    config: SessionConfig,
    /// What its maker gave to keep; null if it gave nothing.
    #[schema(required = true)]
    data: Option<Value>,
    /// The last number of its room's log that was written to it.
    seq: u64,
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
struct SessionList {
    sessions: Vec<SessionRow>,
    /// What to send as `after` for the next page, if there may be one.
    #[schema(required = true)]
    next: Option<SessionId>,
}

/// What is shown of a session that is stored so; one that is attached here is shown as it is now.
fn row(environment: &Environment, stored: &SessionRecord) -> SessionRow {
    SessionRow {
        session_id: stored.id.clone(),
        room_id: stored.room().clone(),
        private: stored.config.room_id.is_none(),
        name: stored.config.name.clone(),
        owner: stored.owner.clone(),
        created_at: stored.created_at,
        active_at: stored.active_at,
        attached: environment.session(&stored.id).is_some(),
    }
}

/// Lists the sessions, attached or not, in the order of their ids.
#[utoipa::path(operation_id = "list_sessions", tag = "sessions", params(Which), responses(
    (status = 200, body = SessionList),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/sessions")]
pub async fn list(
    access: Access,
    environment: Data<Environment>,
    which: Query<Which>,
) -> Result<Json<SessionList>, ApiError> {
    access.require(Role::Operator)?;
    let which = which.into_inner();
    let limit = which.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let store = environment.archive.store();
    let reading = store.sessions(which.after.as_ref(), limit);
    let page = tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| {
            ApiError::unavailable(
                "store_unavailable",
                "the store does not answer; try again in a moment",
            )
        })??;
    let full = page.len() == limit as usize;
    let last = page.last().filter(|_| full);
    let next = last.map(|last| last.id.clone());
    let rows = page
        .iter()
        .map(|stored| match environment.archive.held(&stored.id) {
            Some(held) => row(&environment, &held.lock().record),
            None => row(&environment, stored),
        });
    Ok(Json(SessionList {
        sessions: rows.collect(),
        next,
    }))
}

async fn find(environment: &Environment, id: &SessionId) -> Result<SessionRecord, ApiError> {
    let found = environment.archive.peek(id).await?;
    found.ok_or_else(|| {
        ApiError::not_found(
            "session_not_found",
            format!("there is no session {id}, or it has expired"),
        )
    })
}

/// Shows a session to its owner or an operator.
#[utoipa::path(operation_id = "show_session", tag = "sessions", params(("id" = SessionId, Path, description = "The session")), responses(
    (status = 200, body = SessionView),
    (status = 403, description = "It is somebody else's"),
    (status = 404, description = "There is none"),
))]
#[get("/api/sessions/{id}")]
pub async fn show(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
) -> Result<Json<SessionView>, ApiError> {
    access.require(Role::Client)?;
    let session = find(&environment, &id.parse()?).await?;
    may_use(&access, &session)?;
    Ok(Json(SessionView {
        row: row(&environment, &session),
        seq: session.cursor,
        config: session.config,
        data: session.data,
    }))
}

/// Ends a session; its clients are told. What it said stays for transcripts, unless it is to be erased: then it goes from
/// every room, with its translations and its comings and goings. An operator may erase one that has ended already.
#[utoipa::path(operation_id = "end_session", tag = "sessions", params(("id" = SessionId, Path, description = "The session"), Erasure), responses(
    (status = 204, description = "Ended, and erased if that was asked"),
    (status = 403, description = "It is somebody else's"),
    (status = 404, description = "There is none"),
    (status = 503, description = "It did not end, or the store does not work; nothing is promised"),
))]
#[delete("/api/sessions/{id}")]
pub async fn end(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
    erasure: Query<Erasure>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Client)?;
    let session: SessionId = id.parse()?;
    match find(&environment, &session).await {
        Ok(found) => may_use(&access, &found)?,
        Err(_) if erasure.erase && access.role >= Role::Operator => {}
        Err(error) => return Err(error),
    }
    let environment = environment.into_inner();
    let ended = async {
        end_session(&environment, &session).await?;
        if erasure.erase {
            erase_session(&environment, &session).await?;
        }
        Ok(())
    };
    let action = if erasure.erase {
        "session.erase"
    } else {
        "session.delete"
    };
    let ended = ended.await;
    noted(&environment, &access, action, &id, ended)?;
    Ok(HttpResponse::NoContent().finish())
}
