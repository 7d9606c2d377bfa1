//! `/callbacks/{contextId}`: what the service tells of one call.

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Path, Payload},
};

use super::{Taken, checked, link, read};
use crate::{
    actors::{
        call::{
            callbacks::deliver,
            tally::{Fate, Post},
        },
        environment::Environment,
    },
    http::error::ApiError,
    links::acs::wire::callback,
};

/// Takes what the service tells of a call, in any order and more than once. Always answered at once.
#[utoipa::path(operation_id = "take_callbacks", tag = "acs",
    params(("contextId" = String, Path, description = "The secret of the call's addresses")),
    request_body = serde_json::Value, responses(
    (status = 200, body = Taken, description = "Taken, or known already, or of a call that is not known"),
    (status = 401, description = "No good token of the service"),
    (status = 404, description = "There are no calls on this server"),
    (status = 413, description = "Larger than 1 MiB"),
    (status = 503, description = "The keys of the service cannot be fetched; it is to be sent again"),
))]
#[post("/callbacks/{contextId}")]
pub async fn take(
    request: HttpRequest,
    context: Path<String>,
    body: Payload,
    environment: Data<Environment>,
) -> Result<HttpResponse, ApiError> {
    link(&environment)?;
    let tally = &environment.calls.tally;
    checked(&environment, &request)
        .await
        .inspect_err(|_| tally.note(Post::Callback, Fate::Unauthenticated, 1))?;
    let body = read(&environment, body)
        .await
        .inspect_err(|_| tally.note(Post::Callback, Fate::Unreadable, 1))?;
    match callback::read(&body) {
        Ok(batch) => {
            tally.note(Post::Callback, Fate::Unreadable, batch.unreadable);
            deliver(&environment.into_inner(), &context, batch.events);
        }
        Err(_) => tally.note(Post::Callback, Fate::Unreadable, 1),
    }
    Ok(HttpResponse::Ok().json(Taken::SILENTLY))
}
