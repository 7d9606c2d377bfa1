//! `/api/access`: what the caller may do with the key they have, for the page to show what is open to it.

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::AccessPolicy;
use crate::domain::access::{Access, Role};

/// The address, which everybody may ask who has no key yet.
pub(super) const PATH: &str = "/api/access";

/// Whether this server asks for keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Authentication {
    /// It serves its own machine only, and asks nobody there.
    None,
    /// Everybody shows a key or a token.
    Required,
}

/// What the caller may do.
#[derive(Serialize, ToSchema)]
pub(super) struct Granted {
    authentication: Authentication,
    /// The role held; null without one, which opens what is public.
    #[schema(required = true)]
    role: Option<Role>,
    /// The name that owns what the caller makes; null for nobody in particular.
    #[schema(required = true)]
    subject: Option<String>,
}

/// Says what the caller may do with the key they show, or without one. A key that opens nothing is refused.
#[utoipa::path(tag = "system", responses(
    (status = 200, description = "What the caller may do", body = Granted),
    (status = 401, description = "The key or token is wrong, or has expired"),
))]
#[get("/api/access")]
pub(super) async fn granted(policy: Data<AccessPolicy>, access: Option<Access>) -> Json<Granted> {
    let authentication = match **policy {
        AccessPolicy::Loopback => Authentication::None,
        AccessPolicy::Keys(_) => Authentication::Required,
    };
    let (role, subject) = match access {
        Some(access) => (Some(access.role), access.subject),
        None => (None, None),
    };
    Json(Granted {
        authentication,
        role,
        subject,
    })
}
