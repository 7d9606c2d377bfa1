//! `/api/calls`: look at calls, place one, bring one together with somebody, hang one up.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::link;
use crate::{
    actors::{
        call::{
            Call,
            arriving::{Terms, place as place_call, target_of},
            commands::{AttachTo, HangUp, bring},
            interpreting::{look, look_at},
            placing::Begin,
            ticket::{CallView, Ticket},
        },
        environment::Environment,
        room::describing::is_private,
    },
    domain::{
        access::{Access, Role},
        call_route::one_or_many,
        identity::{CallId, RoomId, SessionId},
        language::Language,
        participant::Speaks,
    },
    http::{audit::noted, error::ApiError},
    links::acs::wire::request::CallLocator,
    supervision::Ref,
};

/// How long a route waits for a call.
const PATIENCE: Duration = Duration::from_secs(15);

/// Longest id of somebody or something of the service.
const LONGEST_ID: usize = 512;

/// What is wanted of the calls.
#[derive(Deserialize, IntoParams)]
pub struct Wanted {
    /// Whether each is to say how it is interpreted; `false` asks no room, for whoever only wants to know who waits. `true`
    /// without it.
    interpretation: Option<bool>,
}

/// The calls of this server.
#[derive(Serialize, ToSchema)]
struct CallList {
    /// The newest first; those that are over stay for a while.
    calls: Vec<CallView>,
    /// How many are not over.
    active: usize,
    /// Whether there can be calls: the server has a way to the service.
    configured: bool,
}

/// Lists calls, the newest first, with the last of those that are over.
#[utoipa::path(operation_id = "list_calls", tag = "calls", params(Wanted), responses(
    (status = 200, body = CallList),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/calls")]
pub async fn list(
    access: Access,
    environment: Data<Environment>,
    wanted: Query<Wanted>,
) -> Result<Json<CallList>, ApiError> {
    access.require(Role::Operator)?;
    let calls = &environment.calls;
    let all = calls.all();
    Ok(Json(CallList {
        active: calls.count(),
        configured: calls.link().is_some(),
        calls: match wanted.interpretation {
            Some(false) => all.iter().map(|ticket| CallView::from(&**ticket)).collect(),
            _ => look_at(&environment, &all).await,
        },
    }))
}

/// Shows one call.
#[utoipa::path(operation_id = "show_call", tag = "calls",
    params(("id" = String, Path, description = "Our id of the call, or the service's of our leg")), responses(
    (status = 200, body = CallView),
    (status = 404, description = "No such call"),
))]
#[get("/api/calls/{id}")]
pub async fn show(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
) -> Result<Json<CallView>, ApiError> {
    access.require(Role::Operator)?;
    let ticket = found(&environment, &id)?;
    Ok(Json(look(&environment, &ticket).await))
}

/// Whom to call, or what call to join: one of `room_id`, `server_call_id` and `target`.
#[derive(Deserialize, ToSchema)]
pub struct NewCall {
    /// A room of the service, whose call is joined.
    room_id: Option<String>,
    /// A call that is joined, by the service's id of it.
    server_call_id: Option<String>,
    /// Somebody who is called: a number (`+15550100`) or a raw id.
    #[schema(examples("+15550100"))]
    target: Option<String>,
    /// The number of ours that a phone is shown; needed to call one.
    caller_id: Option<String>,
    /// Where the call is interpreted; without it, in a room of its own.
    into: Option<RoomId>,
    /// What is spoken on it; without it as in `acs.default`.
    speaks: Option<Speaks>,
    /// What is heard on it: a language or several.
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = Option<Vec<Language>>)]
    hears: Option<Vec<Language>>,
}

fn optional<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Vec<Language>>, D::Error> {
    one_or_many(input).map(Some)
}

impl NewCall {
    fn begin(self) -> Result<Begin, ApiError> {
        let named = [&self.room_id, &self.server_call_id, &self.target];
        let is_id = |id: &&String| (1..=LONGEST_ID).contains(&id.len());
        if named
            .iter()
            .filter_map(|id| id.as_ref())
            .any(|id| !is_id(&id))
        {
            let message = format!("an id of the service has 1 to {LONGEST_ID} characters");
            return Err(ApiError::bad_request("invalid_call", message));
        }
        Ok(match (self.room_id, self.server_call_id, self.target) {
            (Some(room_id), None, None) => Begin::Join(CallLocator::Room { room_id }),
            (None, Some(server_call_id), None) => {
                Begin::Join(CallLocator::ServerCall { server_call_id })
            }
            (None, None, Some(target)) => {
                let target = target_of(&target);
                if target.phone_number().is_some() && self.caller_id.is_none() {
                    let message =
                        "a phone is shown who calls: send one of your numbers as caller_id";
                    return Err(ApiError::bad_request("invalid_call", message));
                }
                Begin::Place {
                    target: Box::new(target),
                    caller_id: self.caller_id,
                }
            }
            _ => {
                let message = "send one of room_id, server_call_id and target";
                return Err(ApiError::bad_request("invalid_call", message));
            }
        })
    }
}

/// Calls somebody, or joins a call.
#[utoipa::path(operation_id = "place_call", tag = "calls", request_body = NewCall, responses(
    (status = 201, body = CallView),
    (status = 400, description = "It is not said whom to call, or from which number"),
    (status = 403, description = "Needs the role operator, or the room of ours is somebody's own"),
    (status = 404, description = "There are no calls on this server"),
    (status = 409, description = "One of ours is in that call already"),
    (status = 503, description = "There are as many calls as the server takes"),
))]
#[post("/api/calls")]
pub async fn place(
    access: Access,
    environment: Data<Environment>,
    wanted: Json<NewCall>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    let environment = environment.into_inner();
    link(&environment)?;
    let id: CallId = environment.identities.next().into();
    let placed = begin(&environment, &id, wanted.into_inner()).await;
    let ticket = noted(&environment, &access, "call.place", id.as_str(), placed)?;
    Ok(HttpResponse::Created().json(CallView::from(&*ticket)))
}

async fn begin(
    environment: &Arc<Environment>,
    id: &CallId,
    wanted: NewCall,
) -> Result<Arc<Ticket>, ApiError> {
    let default = &environment.settings.acs.default;
    let speaks = wanted
        .speaks
        .clone()
        .unwrap_or_else(|| default.speaks.clone());
    let hears = wanted
        .hears
        .clone()
        .unwrap_or_else(|| default.hears.clone());
    let mut terms = Terms::own(id, speaks, hears);
    if let Some(room) = wanted.into.clone() {
        // Else somebody would be called for nothing: the room does not take them.
        if is_private(environment, &room).await {
            let message = "this room is private to another session; choose another one as into";
            return Err(ApiError::forbidden(message));
        }
        terms.room = room;
        terms.waits = false;
    }
    Ok(place_call(environment, id.clone(), terms, wanted.begin()?)?)
}

/// Who comes together with a call: one of the two.
#[derive(Deserialize, ToSchema)]
pub struct Attachment {
    /// The room to which the call goes.
    room_id: Option<RoomId>,
    /// The session that comes to the room of the call.
    session_id: Option<SessionId>,
}

/// Brings a call to a room, or a session to the room of the call.
#[utoipa::path(operation_id = "attach_call", tag = "calls",
    params(("id" = String, Path, description = "Our id of the call, or the service's of our leg")),
    request_body = Attachment, responses(
    (status = 200, body = CallView),
    (status = 400, description = "Neither a room nor a session, or both"),
    (status = 403, description = "Needs the role operator, or the room is somebody's own"),
    (status = 404, description = "No such call or session"),
    (status = 409, description = "The room takes nobody more"),
))]
#[post("/api/calls/{id}/attach")]
pub async fn attach(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
    wanted: Json<Attachment>,
) -> Result<Json<CallView>, ApiError> {
    access.require(Role::Operator)?;
    let environment = environment.into_inner();
    let attached = attached(&environment, &id, wanted.into_inner()).await;
    let ticket = noted(&environment, &access, "call.attach", &id, attached)?;
    Ok(Json(CallView::from(&*ticket)))
}

async fn attached(
    environment: &Arc<Environment>,
    id: &str,
    wanted: Attachment,
) -> Result<Arc<Ticket>, ApiError> {
    let (ticket, call) = running(environment, id)?;
    match (wanted.room_id, wanted.session_id) {
        (Some(room), None) => call
            .ask(AttachTo(room), PATIENCE)
            .await
            .map_err(|error| unanswered(&error))??,
        (None, Some(session)) => {
            if environment.session(&session).is_none() {
                let message = format!("nobody is attached to a session {session}");
                return Err(ApiError::not_found("session_not_found", message));
            }
            let room = ticket.state.read(|state| state.room.clone());
            bring(environment, &session, &room).await?;
        }
        _ => {
            let message = "send either room_id or session_id";
            return Err(ApiError::bad_request("invalid_attachment", message));
        }
    }
    Ok(ticket)
}

/// Hangs up our leg of a call; the others of the call go on, unless `acs.terminate` is set.
#[utoipa::path(operation_id = "hang_up_call", tag = "calls",
    params(("id" = String, Path, description = "Our id of the call, or the service's of our leg")), responses(
    (status = 202, description = "It is being hung up"),
    (status = 403, description = "Needs the role operator"),
    (status = 404, description = "No such call, or it is over"),
))]
#[post("/api/calls/{id}/hangup")]
pub async fn hang_up(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    let hung_up = match running(&environment, &id) {
        Ok((_, call)) => call
            .ask(HangUp, PATIENCE)
            .await
            .map_err(|error| unanswered(&error)),
        Err(error) => Err(error),
    };
    noted(&environment, &access, "call.hangup", &id, hung_up)?;
    Ok(HttpResponse::Accepted().finish())
}

fn found(environment: &Environment, id: &str) -> Result<Arc<Ticket>, ApiError> {
    environment.calls.find(id).ok_or_else(not_found)
}

fn running(environment: &Environment, id: &str) -> Result<(Arc<Ticket>, Ref<Call>), ApiError> {
    let ticket = found(environment, id)?;
    let call = Call::running(environment, &ticket).ok_or_else(|| {
        ApiError::not_found("call_ended", "the call is over; GET /api/calls shows why")
    })?;
    Ok((ticket, call))
}

fn not_found() -> ApiError {
    ApiError::not_found(
        "call_not_found",
        "there is no such call; GET /api/calls lists those there are",
    )
}

fn unanswered(error: &crate::supervision::AskError) -> ApiError {
    match error {
        crate::supervision::AskError::Gone => {
            ApiError::not_found("call_ended", "the call is over; GET /api/calls shows why")
        }
        _ => ApiError::unavailable(
            "call_unavailable",
            format!("the call did not answer ({error}); try again in a moment"),
        ),
    }
}
