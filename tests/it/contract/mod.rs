//! The contract: `/openapi.json` and `/asyncapi.json` say what really goes over the wire, and the files that the page is
//! made against are those documents.

mod answers;
mod client_messages;
mod conversation;
mod document;
mod files;
mod server_messages;

use serde_json::Value;

/// The AsyncAPI document.
fn asyncapi() -> Value {
    interpres::http::asyncapi::document()
}
