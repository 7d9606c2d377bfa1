//! What the routes cannot say of themselves one by one: what every error looks like, and the messages that transcripts
//! and the WebSocket have in common.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use crate::http::asyncapi;

/// The document as it is sent.
pub(super) fn completed(document: OpenApi) -> Value {
    // A document is maps, lists and texts: what can be in it can be in JSON.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Some(paths) = document["paths"].as_object_mut() {
        *paths = std::mem::take(paths)
            .into_iter()
            .map(|(path, operations)| (template(&path), with_errors(operations)))
            .collect();
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in asyncapi::logged_messages() {
            schemas.entry(name).or_insert(schema);
        }
    }
    document
}

/// A path without the patterns of its parameters: `{path:.*}` is `{path}`.
fn template(path: &str) -> String {
    path.split_inclusive('}')
        .map(|part| match part.split_once(':') {
            Some((before, _)) if part.ends_with('}') => format!("{before}}}"),
            _ => part.to_owned(),
        })
        .collect()
}

/// Every error has one shape, those too that a route does not name.
fn with_errors(mut operations: Value) -> Value {
    let shape = json!({"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}});
    for operation in operations
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        let Some(responses) = operation["responses"].as_object_mut() else {
            continue;
        };
        responses
            .entry("default")
            .or_insert_with(|| json!({"description": "Any other error"}));
        for (status, response) in responses {
            let is_error = status.starts_with(['4', '5', 'd']);
            if is_error && response.get("content").is_none() {
                response["content"] = shape.clone();
            }
        }
    }
    operations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_patterns_of_their_parameters() {
        for (path, plain) in [
            ("/api/rooms", "/api/rooms"),
            ("/api/rooms/{id}", "/api/rooms/{id}"),
            (
                "/admin/actors/{path:.*}/panic",
                "/admin/actors/{path}/panic",
            ),
            ("/a/{b:[0-9]+}/c/{d}", "/a/{b}/c/{d}"),
        ] {
            assert_eq!(template(path), plain);
        }
    }
}
