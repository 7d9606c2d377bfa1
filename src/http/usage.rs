//! `/api/usage`: the ledger of what engines were used for and what that cost, by day.

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
        identity::RoomId,
        time::Day,
        usage::Amount,
    },
};

/// Which days, and of which room.
#[derive(Deserialize, IntoParams)]
pub struct WhichDays {
    /// The first day in UTC, as `2026-11-21`; without it from the first that is kept.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<Day>,
    /// The last day; without it until today.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<Day>,
    /// Of this room only; without it of all rooms together.
    room_id: Option<RoomId>,
}

/// What one engine was used for on one day.
#[derive(Serialize, ToSchema)]
struct DayOfUse {
    /// In UTC.
    #[schema(examples("2026-11-21"))]
    day: String,
    /// The engine.
    engine: String,
    /// Audio it was given, once for each of its streams, in milliseconds.
    audio_ms: u64,
    /// Tokens of all kinds.
    tokens: u64,
    /// What it cost in US dollars, by the prices in the settings of that time.
    cost_usd: f64,
}

/// The ledger of these days.
#[derive(Serialize, ToSchema)]
struct Usage {
    /// By day and engine, in this order.
    usage: Vec<DayOfUse>,
    /// What it cost together, in US dollars.
    cost_usd: f64,
}

/// What engines were used for and what that cost, by day, as far back as `store.keep_audit` keeps it.
#[utoipa::path(operation_id = "usage", tag = "system", params(WhichDays), responses(
    (status = 200, body = Usage),
    (status = 400, description = "from or to is not a day"),
    (status = 403, description = "Needs the role operator"),
    (status = 503, description = "The store does not work"),
))]
#[get("/api/usage")]
pub async fn usage(
    access: Access,
    environment: Data<Environment>,
    which: Query<WhichDays>,
) -> Result<Json<Usage>, ApiError> {
    access.require(Role::Operator)?;
    let from = which.from.unwrap_or(Day::FIRST);
    let to = which.to.unwrap_or(Day::LAST);
    let store = environment.archive.store();
    let used: Vec<(String, String, Amount)> = match &which.room_id {
        Some(room) => {
            let days = from.to_string()..=to.to_string();
            let records = store.usage(room).await?.into_iter();
            records
                .filter(|record| days.contains(&record.day))
                .map(|record| (record.day, record.engine, record.amount))
                .collect()
        }
        None => {
            let records = store.usage_by_day(from, to).await?.into_iter();
            records
                .map(|record| (record.day, record.engine, record.amount))
                .collect()
        }
    };
    let all: Amount = used.iter().map(|(.., amount)| *amount).sum();
    let usage = used.into_iter().map(|(day, engine, amount)| DayOfUse {
        day,
        engine,
        audio_ms: amount.audio_ms,
        tokens: amount.tokens,
        cost_usd: amount.cost.usd(),
    });
    Ok(Json(Usage {
        usage: usage.collect(),
        cost_usd: all.cost.usd(),
    }))
}
