//! What a test or a person asks of the emulator itself: faults, the invoice, how many tokens there are.

use actix_web::{
    HttpResponse,
    web::{Data, Json, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{fault::Fault, server::Service};
use crate::emulate::fault::FaultError;

/// Faults to add.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFaults {
    /// As `--fault` takes them.
    faults: Vec<String>,
}

/// Adds faults, to open sessions too; answers with all of them.
pub async fn add_faults(service: Data<Service>, wanted: Json<NewFaults>) -> HttpResponse {
    let faults: Result<Vec<Fault>, FaultError> =
        wanted.faults.iter().map(|fault| fault.parse()).collect();
    match faults.and_then(|faults| service.faults.add(faults)) {
        Ok(()) => HttpResponse::Ok().json(listed(&service)),
        Err(error) => HttpResponse::BadRequest()
            .json(json!({"error": {"code": error.code(), "message": error.to_string()}})),
    }
}

/// The faults there are.
pub async fn list_faults(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(listed(&service))
}

/// Takes all faults out.
pub async fn clear_faults(service: Data<Service>) -> HttpResponse {
    service.faults.clear();
    HttpResponse::Ok().json(listed(&service))
}

fn listed(service: &Service) -> Value {
    json!({"faults": service.faults.texts()})
}

/// In which form the invoice is wanted.
#[derive(Deserialize)]
pub struct Form {
    format: Option<String>,
}

/// The invoice: JSON, or text with `?format=text`.
pub async fn invoice(service: Data<Service>, form: Query<Form>) -> HttpResponse {
    let statement = service.invoice.statement();
    match form.format.as_deref() {
        Some("text") => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(statement.text()),
        _ => HttpResponse::Ok().json(statement),
    }
}

/// How many tokens were given, and how many of them are good now.
pub async fn tokens(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(service.identity.count())
}
