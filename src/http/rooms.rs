//! `/api/rooms`: make a room, look at rooms, speak to one, close one.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{audit::noted, error::ApiError};
use crate::{
    actors::{
        environment::Environment,
        erasing::erase_room,
        quotas::SubjectClaim,
        refusal::Refusal,
        room::{
            Room, RoomState,
            describing::{Announce, Describe, RoomView},
        },
    },
    domain::{
        access::{Access, Role},
        budget::{Budget, BudgetFigures},
        identity::RoomId,
        time::Timestamp,
    },
    store::archive::Opening,
    supervision::{ActorRow, AskError, Filter, Ref, StartError, Supervised},
};

/// How long a route waits for an actor.
const PATIENCE: Duration = Duration::from_secs(2);

/// Rooms on one page, at most and without a wish.
const LARGEST_PAGE: usize = 1_000;
const USUAL_PAGE: usize = 100;

/// The longest name of a room, in characters.
const LONGEST_NAME: usize = 100;

/// The longest announcement, in characters.
const LONGEST_ANNOUNCEMENT: usize = 2_000;

/// What a room is made of.
#[derive(Deserialize, ToSchema)]
pub struct NewRoom {
    /// Its id, or one is made.
    #[schema(examples("standup"))]
    room_id: Option<RoomId>,
    /// Its name for people.
    name: Option<String>,
    /// What it may use before its translation stops; what the room used before does not count.
    budget: Option<BudgetFigures>,
}

/// A room that was made.
#[derive(Serialize, ToSchema)]
struct RoomMade {
    room_id: RoomId,
    /// Its name for people.
    #[schema(required = true)]
    name: Option<String>,
    created_at: Timestamp,
}

/// Makes a room, which waits a while for its first participant.
#[utoipa::path(operation_id = "create_room", tag = "rooms", request_body = NewRoom, responses(
    (status = 201, body = RoomMade),
    (status = 409, description = "There is a room of this id, or the caller has made as many as one may"),
    (status = 503, description = "As many rooms run as the server takes"),
))]
#[post("/api/rooms")]
pub async fn create(
    access: Access,
    environment: Data<Environment>,
    wanted: Json<NewRoom>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Client)?;
    let wanted = wanted.into_inner();
    let budget = wanted.budget.map(Budget::try_from).transpose();
    let budget =
        budget.map_err(|invalid| ApiError::bad_request("invalid_budget", invalid.to_string()))?;
    if let Some(name) = &wanted.name
        && (name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control))
    {
        return Err(ApiError::bad_request(
            "invalid_name",
            format!("name has at most {LONGEST_NAME} characters and no control characters"),
        ));
    }
    let environment = environment.into_inner();
    if let (Some(_), Some(id)) = (budget, &wanted.room_id) {
        may_fund(&environment, &access, id).await?;
    }
    let claim = match &access.subject {
        Some(subject) => Some(claim_room(&environment, subject)?),
        None => None,
    };
    environment.admit_room()?;
    let id = wanted
        .room_id
        .unwrap_or_else(|| environment.identities.next().into());
    let state = RoomState {
        name: wanted.name.clone(),
        reserved: true,
        ..RoomState::default()
    };
    if environment.room(&id).is_some() {
        return Err(exists());
    }
    let opening = Opening {
        name: wanted.name.clone(),
        private: false,
        budget,
    };
    if environment.is_stopping() {
        return Err(Refusal::stopping().into());
    }
    let log = environment
        .archive
        .open_log(&id, opening)
        .await
        .map_err(Refusal::from)?;
    // Whoever came first has opened it, without this budget.
    if budget.is_some() && log.funds().0 != budget {
        return Err(exists());
    }
    match Room::start(&environment, &id, state, log) {
        Ok(room) => {
            hold(claim, room);
            Ok(HttpResponse::Created().json(RoomMade {
                room_id: id,
                name: wanted.name,
                created_at: environment.clock.now(),
            }))
        }
        Err(StartError::NameTaken(_)) => Err(exists()),
        Err(_) => Err(ApiError::unavailable(
            "restarting",
            "the server is shutting down; try again in a moment",
        )),
    }
}

/// A claim of this subject on one more room.
fn claim_room(environment: &Environment, subject: &str) -> Result<SubjectClaim, ApiError> {
    environment.quotas.claim_room(subject).map_err(|limit| {
        environment.counters.limits.note(limit);
        let most = environment.settings.room.max_per_subject;
        ApiError::conflict(
            "too_many_own_rooms",
            format!(
                "you have made {most} rooms that still run, which is all that one subject may have \
                 (room.max_per_subject); close one first"
            ),
        )
    })
}

/// Keeps the claim for as long as the room runs.
fn hold(claim: Option<SubjectClaim>, room: Ref<Room>) {
    if let Some(claim) = claim {
        actix_web::rt::spawn(async move {
            room.ended().await;
            drop(claim);
        });
    }
}

/// Which rooms.
#[derive(Deserialize, IntoParams)]
pub struct Which {
    /// Only those after this one: the `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<RoomId>,
    /// At most this many, 1 to 1000; 100 without it.
    limit: Option<usize>,
}

/// A page of the rooms that run.
#[derive(Serialize, ToSchema)]
struct RoomList {
    /// The rooms, without those that did not answer in time.
    rooms: Vec<RoomView>,
    /// How many run altogether.
    total: usize,
    /// What to send as `after` for the next page, if there is one.
    #[schema(required)]
    next: Option<String>,
}

/// Lists the rooms that run, in the order of their ids.
#[utoipa::path(operation_id = "list_rooms", tag = "rooms", params(Which), responses(
    (status = 200, body = RoomList),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/rooms")]
pub async fn list(
    access: Access,
    environment: Data<Environment>,
    which: Query<Which>,
) -> Result<Json<RoomList>, ApiError> {
    access.require(Role::Operator)?;
    let which = which.into_inner();
    let limit = which.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let filter = Filter::all().kind(<Room as Supervised>::KIND);
    let after = which.after.map(|id| format!("rooms/{id}"));
    let after = after.as_deref().unwrap_or_default();
    let page = environment.tree.page(&filter, after, limit);
    let last = page.rows.last().filter(|_| page.more);
    let next = last.map(|last| id_of(last).to_owned());
    let running = page
        .rows
        .iter()
        .filter_map(|row| environment.tree.lookup::<Room>(row.path.as_str()));
    let views = running.map(|room| async move { room.ask(Describe, PATIENCE).await });
    let rooms = futures_util::future::join_all(views).await;
    Ok(Json(RoomList {
        rooms: rooms.into_iter().flatten().collect(),
        total: page.total,
        next,
    }))
}

/// The room of `rooms/{room}`.
fn id_of(row: &ActorRow) -> &str {
    row.path.as_str().rsplit('/').next().unwrap_or_default()
}

/// Shows one room: who is there, who is listened to, which translations run.
#[utoipa::path(operation_id = "show_room", tag = "rooms", params(("id" = RoomId, Path, description = "The room")), responses(
    (status = 200, body = RoomView),
    (status = 404, description = "No such room runs"),
))]
#[get("/api/rooms/{id}")]
pub async fn show(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
) -> Result<Json<RoomView>, ApiError> {
    access.require(Role::Client)?;
    let id: RoomId = id.parse()?;
    let room = running(&environment, &id)?;
    room.ask(Describe, PATIENCE)
        .await
        .map(Json)
        .map_err(|error| unanswered(&id, &error))
}

/// What becomes of what was said.
#[derive(Deserialize, IntoParams)]
pub struct Erasure {
    /// Whether it is erased, completely and for good; without it transcripts stay.
    #[serde(default)]
    pub(super) erase: bool,
}

/// Closes a room: its sessions end, and everybody in it is told. What was said stays for transcripts, unless it is to be
/// erased; then it is no matter whether the room runs.
#[utoipa::path(operation_id = "close_room", tag = "rooms", params(("id" = RoomId, Path, description = "The room"), Erasure), responses(
    (status = 204, description = "Closed, and erased if that was asked"),
    (status = 202, description = "It is being closed"),
    (status = 404, description = "No such room runs; to be erased: nor is one stored"),
    (status = 503, description = "It did not end, or the store does not work; nothing is promised"),
))]
#[delete("/api/rooms/{id}")]
pub async fn close(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
    erasure: Query<Erasure>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    let room: RoomId = id.parse()?;
    let environment = environment.into_inner();
    if !erasure.erase {
        let closed = end(&environment, &room).await;
        let ended = noted(&environment, &access, "room.close", &id, closed)?;
        return Ok(match ended {
            true => HttpResponse::NoContent().finish(),
            false => HttpResponse::Accepted().finish(),
        });
    }
    let erased = erase(&environment, &room).await;
    noted(&environment, &access, "room.erase", &id, erased)?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends a room that runs; `false` if it has not ended yet.
async fn end(environment: &Arc<Environment>, id: &RoomId) -> Result<bool, ApiError> {
    let room = running(environment, id)?;
    room.stop(Room::CLOSED);
    Ok(tokio::time::timeout(PATIENCE, room.ended()).await.is_ok())
}

async fn erase(environment: &Arc<Environment>, id: &RoomId) -> Result<(), ApiError> {
    if environment.room(id).is_some() {
        if !end(environment, id).await? {
            return Err(ApiError::unavailable(
                "room_unavailable",
                "the room does not end; try again in a moment",
            ));
        }
    } else if environment.archive.store().room(id).await?.is_none() {
        return Err(ApiError::not_found(
            "room_not_found",
            format!("no room {id} is running or stored"),
        ));
    }
    Ok(erase_room(environment, id).await?)
}

/// What everybody is to read.
#[derive(Deserialize, ToSchema)]
pub struct Announcement {
    message: String,
}

impl Announcement {
    /// The message, if it is one.
    ///
    /// # Errors
    /// `invalid_message` if there is nothing in it, or too much.
    pub(super) fn checked(self) -> Result<String, ApiError> {
        if self.message.trim().is_empty() || self.message.chars().count() > LONGEST_ANNOUNCEMENT {
            return Err(ApiError::bad_request(
                "invalid_message",
                format!("message has 1 to {LONGEST_ANNOUNCEMENT} characters"),
            ));
        }
        Ok(self.message)
    }
}

/// How many were reached.
#[derive(Serialize, ToSchema)]
pub(super) struct Announced {
    pub(super) sockets: usize,
}

/// Shows a message to everybody in a room.
#[utoipa::path(operation_id = "announce_to_room", tag = "rooms", params(("id" = RoomId, Path, description = "The room")), request_body = Announcement, responses(
    (status = 200, body = Announced),
    (status = 404, description = "No such room runs"),
))]
#[post("/api/rooms/{id}/announce")]
pub async fn announce(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
    announcement: Json<Announcement>,
) -> Result<Json<Announced>, ApiError> {
    access.require(Role::Operator)?;
    let message = announcement.into_inner().checked()?;
    let room: RoomId = id.parse()?;
    let environment = environment.into_inner();
    let told = tell(&environment, &room, message).await;
    let sockets = noted(&environment, &access, "room.announce", &id, told)?;
    Ok(Json(Announced { sockets }))
}

async fn tell(
    environment: &Arc<Environment>,
    id: &RoomId,
    message: String,
) -> Result<usize, ApiError> {
    running(environment, id)?
        .ask(Announce { message }, PATIENCE)
        .await
        .map_err(|error| unanswered(id, &error))
}

/// Whether the caller may give this room a budget: in place of one it has, only operators may.
async fn may_fund(environment: &Environment, access: &Access, id: &RoomId) -> Result<(), ApiError> {
    let stored = environment.archive.store().room(id).await?;
    if stored.is_some_and(|room| room.budget.is_some()) {
        access.require(Role::Operator)?;
    }
    Ok(())
}

fn exists() -> ApiError {
    ApiError::conflict(
        "room_exists",
        "there is a room of this id; choose another, or join it",
    )
}

fn running(environment: &Arc<Environment>, id: &RoomId) -> Result<Ref<Room>, ApiError> {
    environment.room(id).ok_or_else(|| not_found(id))
}

fn not_found(id: &RoomId) -> ApiError {
    ApiError::not_found(
        "room_not_found",
        format!("no room {id} is running; GET /api/rooms lists those that are"),
    )
}

fn unanswered(id: &RoomId, error: &AskError) -> ApiError {
    match error {
        AskError::Gone => not_found(id),
        _ => ApiError::unavailable(
            "room_unavailable",
            format!("the room did not answer ({error}); try again in a moment"),
        ),
    }
}
