//! What the routes cannot say of themselves one by one: what every error looks like, that a query holds no null, and the
//! messages that transcripts and the WebSocket have in common.

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
            .map(|(path, operations)| (template(&path), completed_operations(operations)))
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

fn completed_operations(mut operations: Value) -> Value {
    let operations_by_method = operations.as_object_mut().into_iter();
    for operation in operations_by_method.flat_map(Map::values_mut) {
        if let Some(responses) = operation["responses"].as_object_mut() {
            name_errors(responses);
        }
        if let Some(parameters) = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut)
        {
            for parameter in parameters {
                take_null_out(&mut parameter["schema"]);
            }
        }
    }
    operations
}

/// Every error has one shape, those too that a route does not name.
fn name_errors(responses: &mut Map<String, Value>) {
    responses
        .entry("default")
        .or_insert_with(|| json!({"description": "Any other error"}));
    for (status, response) in responses {
        let is_error = status.starts_with(['4', '5', 'd']);
        if is_error && response.get("content").is_none() {
            response["content"] = json!({
                "application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}},
            });
        }
    }
}

/// A parameter is there or not; what is optional in Rust is said to be null too.
fn take_null_out(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = choices.as_slice() {
            *schema = only.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_never_null() {
        for (schema, without) in [
            (
                json!({"type": ["string", "null"], "a": 1}),
                json!({"type": "string", "a": 1}),
            ),
            (
                json!({"oneOf": [{"$ref": "x"}, {"type": "null"}]}),
                json!({"$ref": "x"}),
            ),
            (
                json!({"type": ["string", "integer", "null"]}),
                json!({"type": ["string", "integer"]}),
            ),
            (json!({"type": "boolean"}), json!({"type": "boolean"})),
        ] {
            let mut schema = schema;
            take_null_out(&mut schema);
            assert_eq!(schema, without);
        }
    }

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
