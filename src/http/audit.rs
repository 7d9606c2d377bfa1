//! Who ordered what: noted by the routes that change something for others, shown at `/admin/audit`.

use actix_web::{
    get,
    web::{Data, Json, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use crate::{
    actors::environment::Environment,
    domain::{
        access::{Access, Role},
        time::Timestamp,
    },
    store::record::AuditRecord,
};

/// Records that are shown at most, and without a wish.
const MOST_RECORDS: u32 = 1_000;
const USUAL_RECORDS: u32 = 100;

/// Notes that `access` ordered `action` upon `target`, and how it ended; gives the result back.
///
/// # Errors
/// Those of `result`.
pub(super) fn noted<T>(
    environment: &Environment,
    access: &Access,
    action: &'static str,
    target: &str,
    result: Result<T, ApiError>,
) -> Result<T, ApiError> {
    let outcome = match &result {
        Ok(_) => "done",
        Err(error) => error.code,
    };
    environment.archive.note(AuditRecord {
        at: environment.clock.now(),
        subject: access.subject.clone(),
        role: access.role.name().to_owned(),
        action: action.to_owned(),
        target: target.to_owned(),
        outcome: outcome.to_owned(),
    });
    result
}

/// How many.
#[derive(Deserialize, IntoParams)]
pub struct HowMany {
    /// At most this many, 1 to 1000; 100 without it.
    limit: Option<u32>,
}

/// Something that was ordered.
#[derive(Serialize, ToSchema)]
struct AuditView {
    /// When.
    at: Timestamp,
    /// By whom; null without keys.
    #[schema(required = true)]
    subject: Option<String>,
    /// With which role.
    #[schema(value_type = Role)]
    role: String,
    /// What: `room.close`, `session.erase`.
    action: String,
    /// Upon what: an id or a path.
    target: String,
    /// `done`, or a stable error code.
    outcome: String,
}

/// What was ordered, the newest first.
#[derive(Serialize, ToSchema)]
struct AuditTrail {
    records: Vec<AuditView>,
}

/// Shows what was ordered and by whom, the newest first.
#[utoipa::path(tag = "admin", params(HowMany), responses(
    (status = 200, body = AuditTrail),
    (status = 403, description = "Needs the role admin"),
))]
#[get("/admin/audit")]
pub async fn audit(
    access: Access,
    environment: Data<Environment>,
    many: Query<HowMany>,
) -> Result<Json<AuditTrail>, ApiError> {
    access.require(Role::Admin)?;
    let limit = many.limit.unwrap_or(USUAL_RECORDS).clamp(1, MOST_RECORDS);
    let records = environment.archive.store().audit(limit).await?;
    let records = records.into_iter().map(|record| AuditView {
        at: record.at,
        subject: record.subject,
        role: record.role,
        action: record.action,
        target: record.target,
        outcome: record.outcome,
    });
    Ok(Json(AuditTrail {
        records: records.collect(),
    }))
}
