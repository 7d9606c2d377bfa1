//! `/api/rooms`: make a room, look at rooms, speak to one, close one.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Data, Json, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use crate::{
    actors::{
        environment::Environment,
        refusal::Refusal,
        room::{
            Room, RoomState,
            describing::{Announce, Describe, RoomView},
        },
    },
    domain::{
        access::{Access, Role},
        identity::RoomId,
    },
    store::archive::Opening,
    supervision::{AskError, Filter, Ref, StartError, Supervised},
};

/// How long a route waits for an actor.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest name of a room, in characters.
const LONGEST_NAME: usize = 100;

/// The longest announcement, in characters.
const LONGEST_ANNOUNCEMENT: usize = 2_000;

/// What a room is made of.
#[derive(Deserialize, ToSchema)]
pub struct NewRoom {
    /// Its id, or one is made.
    #[schema(value_type = Option<String>, example = "standup")]
    room_id: Option<RoomId>,
    /// Its name for people.
    name: Option<String>,
    /// Not available yet: budgets come with engines that cost money.
    budget: Option<serde_json::Value>,
}

/// A room that was made.
#[derive(Serialize, ToSchema)]
struct RoomMade {
    room_id: String,
    name: Option<String>,
    created_at: String,
}

/// Makes a room, which waits a while for its first participant.
#[utoipa::path(tag = "rooms", request_body = NewRoom, responses(
    (status = 201, body = RoomMade),
    (status = 409, description = "There is a room of this id"),
))]
#[post("/api/rooms")]
pub async fn create(
    access: Access,
    environment: Data<Environment>,
    wanted: Json<NewRoom>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Client)?;
    let wanted = wanted.into_inner();
    if wanted.budget.is_some() {
        return Err(ApiError::bad_request(
            "budget_unavailable",
            "no engine here costs money, so a room cannot carry a budget; leave it out",
        ));
    }
    if let Some(name) = &wanted.name
        && (name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control))
    {
        return Err(ApiError::bad_request(
            "invalid_name",
            format!("name has at most {LONGEST_NAME} characters and no control characters"),
        ));
    }
    let environment = environment.into_inner();
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
    };
    let log = environment
        .archive
        .open_log(&id, opening)
        .await
        .map_err(Refusal::from)?;
    match Room::start(&environment, &id, state, log) {
        Ok(_) => Ok(HttpResponse::Created().json(RoomMade {
            room_id: id.to_string(),
            name: wanted.name,
            created_at: environment.clock.now().to_string(),
        })),
        Err(StartError::NameTaken(_)) => Err(exists()),
        Err(_) => Err(ApiError::unavailable(
            "restarting",
            "the server is shutting down; try again in a moment",
        )),
    }
}

/// All rooms that run.
#[derive(Serialize, ToSchema)]
struct RoomList {
    rooms: Vec<RoomView>,
}

/// Lists the rooms that run.
#[utoipa::path(tag = "rooms", responses((status = 200, body = RoomList)))]
#[get("/api/rooms")]
pub async fn list(
    access: Access,
    environment: Data<Environment>,
) -> Result<Json<RoomList>, ApiError> {
    access.require(Role::Operator)?;
    let filter = Filter::all().kind(<Room as Supervised>::KIND);
    let running = environment
        .tree
        .snapshot(&filter)
        .into_iter()
        .filter_map(|row| environment.tree.lookup::<Room>(row.path.as_str()));
    let views = running.map(|room| async move { room.ask(Describe, PATIENCE).await });
    let rooms = futures_util::future::join_all(views).await;
    Ok(Json(RoomList {
        rooms: rooms.into_iter().flatten().collect(),
    }))
}

/// Shows one room: who is there, who is listened to, which translations run.
#[utoipa::path(tag = "rooms", params(("id" = String, Path, description = "The room")), responses(
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
    let room = running(&environment, &id)?;
    room.ask(Describe, PATIENCE)
        .await
        .map(Json)
        .map_err(|error| unanswered(&id, &error))
}

/// Closes a room: its sessions end, and everybody in it is told.
#[utoipa::path(tag = "rooms", params(("id" = String, Path, description = "The room")), responses(
    (status = 204, description = "Closed"),
    (status = 404, description = "No such room runs"),
))]
#[delete("/api/rooms/{id}")]
pub async fn close(
    access: Access,
    environment: Data<Environment>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    let room = running(&environment, &id)?;
    room.stop(Room::CLOSED);
    match tokio::time::timeout(PATIENCE, room.ended()).await {
        Ok(_) => Ok(HttpResponse::NoContent().finish()),
        Err(_) => Ok(HttpResponse::Accepted().finish()),
    }
}

/// What everybody is to read.
#[derive(Deserialize, ToSchema)]
pub struct Announcement {
    message: String,
}

/// How many were reached.
#[derive(Serialize, ToSchema)]
struct Announced {
    sockets: usize,
}

/// Shows a message to everybody in a room.
#[utoipa::path(tag = "rooms", params(("id" = String, Path, description = "The room")), request_body = Announcement, responses(
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
    let message = announcement.into_inner().message;
    if message.trim().is_empty() || message.chars().count() > LONGEST_ANNOUNCEMENT {
        return Err(ApiError::bad_request(
            "invalid_message",
            format!("message has 1 to {LONGEST_ANNOUNCEMENT} characters"),
        ));
    }
    let room = running(&environment, &id)?;
    let sockets = room
        .ask(Announce { message }, PATIENCE)
        .await
        .map_err(|error| unanswered(&id, &error))?;
    Ok(Json(Announced { sockets }))
}

fn exists() -> ApiError {
    ApiError::conflict(
        "room_exists",
        "there is a room of this id; choose another, or join it",
    )
}

fn running(environment: &Arc<Environment>, id: &str) -> Result<Ref<Room>, ApiError> {
    let parsed: RoomId = id
        .parse()
        .map_err(|error: crate::domain::identity::IdentityError| {
            ApiError::bad_request("invalid_id", error.to_string())
        })?;
    environment.room(&parsed).ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> ApiError {
    ApiError::not_found(
        "room_not_found",
        format!("no room {id} is running; GET /api/rooms lists those that are"),
    )
}

fn unanswered(id: &str, error: &AskError) -> ApiError {
    match error {
        AskError::Gone => not_found(id),
        _ => ApiError::unavailable(
            "room_unavailable",
            format!("the room did not answer ({error}); try again in a moment"),
        ),
    }
}
