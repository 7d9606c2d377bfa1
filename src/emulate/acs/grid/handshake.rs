//! The subscription is validated before anything is delivered, in the way of its schema.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::{moment, service::Service},
    Grid, Schema,
    event::TOPIC,
};

/// Who asks, in the handshake of CloudEvents.
const ORIGIN: &str = "eventgrid.azure.net";

/// How long the emulator waits before it asks again, outside: the server may start after it.
const PAUSE: Duration = Duration::from_secs(1);

/// Asks until the subscription is validated.
pub async fn subscribe(service: &Arc<Service>) {
    let Some(grid) = &service.grid else {
        return;
    };
    let mut last = String::new();
    while !grid.is_validated() {
        let asked = match grid.schema {
            Schema::EventGrid => by_event(service, grid).await,
            Schema::CloudEvents => by_options(service, grid).await,
        };
        match asked {
            Ok(()) => {
                grid.validated.send_replace(true);
                service.timeline.tell(None, "subscription validated");
            }
            Err(why) => {
                // The same is said once, however often it is tried.
                if why != last {
                    service
                        .timeline
                        .tell(None, format!("subscription not validated: {why}"));
                    last = why;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn by_event(service: &Service, grid: &Grid) -> Result<(), String> {
    let code = &grid.code;
    let url = format!(
        "{}/eventsubscriptions/emulated/validate?id={code}",
        service.base()
    );
    let body = json!([{
        "id": Uuid::from_u128(rand::random()).to_string(),
        "topic": TOPIC,
        "subject": "",
        "data": {"validationCode": code, "validationUrl": url},
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "eventTime": moment::in_event(OffsetDateTime::now_utc()),
        "metadataVersion": "1",
        "dataVersion": "1",
    }]);
    let answer = service
        .http
        .post(&grid.url)
        .header("aeg-event-type", "SubscriptionValidation")
        .header("aeg-subscription-name", "EMULATED")
        .json(&body)
        .send()
        .await
        .map_err(|error| error.without_url().to_string())?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(format!("answered {status} instead of 200"));
    }
    let answer: Value = answer
        .json()
        .await
        .map_err(|_| "the answer is not JSON".to_owned())?;
    if answer["validationResponse"] == code.as_str() {
        Ok(())
    } else {
        Err("validationResponse at the top of the answer is not the code".to_owned())
    }
}

async fn by_options(service: &Service, grid: &Grid) -> Result<(), String> {
    let answer = service
        .http
        .request(reqwest::Method::OPTIONS, &grid.url)
        .header("WebHook-Request-Origin", ORIGIN)
        .header("WebHook-Request-Rate", "120")
        .send()
        .await
        .map_err(|error| error.without_url().to_string())?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(format!("answered {status} instead of 200"));
    }
    let allowed = answer
        .headers()
        .get("WebHook-Allowed-Origin")
        .and_then(|value| value.to_str().ok());
    match allowed {
        Some("*" | ORIGIN) => Ok(()),
        Some(_) => Err("WebHook-Allowed-Origin names somebody else".to_owned()),
        None => Err("there is no WebHook-Allowed-Origin".to_owned()),
    }
}

/// The code of a validation by hand.
#[derive(Deserialize)]
pub struct Code {
    id: String,
}

/// `GET /eventsubscriptions/emulated/validate?id=…`: somebody opens the address that the validation event names.
pub async fn manual(service: Data<Service>, code: Query<Code>) -> HttpResponse {
    match &service.grid {
        Some(grid) if grid.code == code.id => {
            grid.validated.send_replace(true);
            service
                .timeline
                .tell(None, "subscription validated by hand");
            HttpResponse::Ok().body("Webhook successfully validated as a subscription endpoint")
        }
        _ => HttpResponse::BadRequest().finish(),
    }
}
