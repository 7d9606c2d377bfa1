//! The AsyncAPI document at `/asyncapi.json`: all that goes over the WebSocket, made from the types that go over it.
//!
//! Its `components.schemas` are JSON Schema as in `/openapi.json`, so that the same tools make types of both. Nothing in
//! them needs more than the dialect that AsyncAPI 3.0 and OpenAPI 3.1 have in common.

mod channel;
mod messages;

use std::sync::LazyLock;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use serde_json::{Map, Value, json};

/// Where the document lies.
pub const DOCUMENT: &str = "/asyncapi.json";

/// The document as it is sent: it says nothing that changes while the server runs.
static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The whole document.
pub fn document() -> Value {
    let contract = messages::contract();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Interpres",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Live interpretation over a WebSocket. Text frames are JSON objects with a `type`, binary \
                            frames are audio. Fields that are not named here are ignored. Times are RFC 3339 UTC, \
                            durations in milliseconds are named `_ms`, languages are BCP 47. What is asked over HTTP is \
                            described by `/openapi.json`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel::NAME: channel::channel(&contract)},
        "operations": channel::operations(&contract),
        "components": {
            "messages": contract.messages,
            "schemas": contract.schemas,
        },
    })
}

/// The schema `LoggedMessage` of what a room's log holds, and those it refers to, by name.
pub(super) fn logged_messages() -> Map<String, Value> {
    messages::contract().schemas_below(messages::LOGGED_MESSAGE)
}

/// Serves the document.
pub(super) fn routes(config: &mut ServiceConfig) {
    let answer = async || {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(TEXT.as_str())
    };
    config.route(DOCUMENT, web::get().to(answer));
}
