//! What comes from a server held against its contract (`static/contract/`): whatever a test does over a real socket, what
//! comes must be in the documents, and nothing that is not.

use std::{collections::HashMap, path::PathBuf, sync::LazyLock};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// The documents that are checked in.
static ASYNCAPI: LazyLock<Value> = LazyLock::new(|| read("asyncapi.json"));
static OPENAPI: LazyLock<Value> = LazyLock::new(|| read("openapi.json"));

/// What each type of message from the server must be.
static MESSAGES: LazyLock<HashMap<String, Validator>> = LazyLock::new(|| {
    let kinds = kinds(&ASYNCAPI, "ServerMessage");
    let validators = kinds
        .into_iter()
        .map(|(kind, name)| (kind, strict_validator(&ASYNCAPI, &name)));
    validators.collect()
});

/// What each answer over HTTP must be, by method, path and status.
static ANSWERS: LazyLock<Vec<Answer>> = LazyLock::new(|| {
    let mut answers = Vec::new();
    for (path, operations) in OPENAPI["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let schema = &response["content"]["application/json"]["schema"];
                answers.push(Answer {
                    method: method.to_uppercase(),
                    path: path.split('/').map(str::to_owned).collect(),
                    status: status.clone(),
                    validator: (!schema.is_null()).then(|| validator(&OPENAPI, schema.clone())),
                });
            }
        }
    }
    answers
});

struct Answer {
    method: String,
    path: Vec<String>,
    status: String,
    /// Absent: there is no JSON.
    validator: Option<Validator>,
}

/// Where a document lies.
pub fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("static/contract")
        .join(name)
}

/// The OpenAPI document.
pub fn openapi() -> &'static Value {
    &OPENAPI
}

fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(place(name))
        .unwrap_or_else(|error| panic!("{name}: {error}; make contract"));
    serde_json::from_str(&text).unwrap()
}

/// The types of a union's messages, with the names of their schemas.
pub fn kinds(document: &Value, union: &str) -> Vec<(String, String)> {
    let schemas = &document["components"]["schemas"];
    let members = schemas[union]["oneOf"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let name = name_of(member).unwrap();
            let kind = schemas[name]["properties"]["type"]["const"].as_str();
            (kind.unwrap().to_owned(), name.to_owned())
        })
        .collect()
}

/// A validator of one schema of a document, which lets in nothing that the document does not name.
pub fn strict_validator(document: &Value, name: &str) -> Validator {
    let schema = json!({"$ref": format!("#/components/schemas/{name}")});
    validator(document, schema)
}

fn validator(document: &Value, schema: Value) -> Validator {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut whole = strict(&schema, schemas, false);
    let strict_schemas: Map<String, Value> = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), loose_at_the_top(schema, schemas)))
        .collect();
    whole["components"] = json!({"schemas": strict_schemas});
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

fn name_of(reference: &Value) -> Option<&str> {
    reference["$ref"]
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// A schema by its name: strict in its parts, while whoever refers to it decides about further fields, because parts of
/// one object come from several.
fn loose_at_the_top(schema: &Value, schemas: &Map<String, Value>) -> Value {
    strict(schema, schemas, true)
}

/// The schema, with every object closed to fields that it does not name.
fn strict(schema: &Value, schemas: &Map<String, Value>, is_part: bool) -> Value {
    let Value::Object(words) = schema else {
        return schema.clone();
    };
    let mut closed: Map<String, Value> = words
        .iter()
        .map(|(word, said)| {
            let said = match (word.as_str(), said) {
                ("allOf" | "oneOf" | "anyOf", Value::Array(parts)) => parts
                    .iter()
                    .map(|part| strict(part, schemas, true))
                    .collect(),
                ("properties", Value::Object(properties)) => properties
                    .iter()
                    .map(|(name, property)| (name.clone(), strict(property, schemas, false)))
                    .collect(),
                ("items" | "additionalProperties", said) => strict(said, schemas, false),
                _ => said.clone(),
            };
            (word.clone(), said)
        })
        .collect();
    if !is_part && names_fields(schema, schemas) {
        closed.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    closed.into()
}

/// Whether a schema names the fields of an object, itself or by what it refers to.
fn names_fields(schema: &Value, schemas: &Map<String, Value>) -> bool {
    let referred = name_of(schema).and_then(|name| schemas.get(name));
    let parts = ["allOf", "oneOf"].map(|word| schema[word].as_array());
    schema.get("properties").is_some()
        || referred.is_some_and(|schema| names_fields(schema, schemas))
        || parts
            .into_iter()
            .flatten()
            .flatten()
            .any(|part| names_fields(part, schemas))
}

/// What is wrong with an instance, in words; nothing if it is valid.
pub fn complaints(validator: &Validator, instance: &Value) -> Vec<String> {
    validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Holds a message from the server against the contract.
pub fn check_message(message: &Value) {
    let kind = message["type"].as_str().unwrap_or_default();
    let validator = MESSAGES
        .get(kind)
        .unwrap_or_else(|| panic!("/asyncapi.json knows no {kind:?}: {message}"));
    let complaints = complaints(validator, message);
    assert!(complaints.is_empty(), "{complaints:#?}\n{message:#}");
}

/// Holds an answer over HTTP against the contract, where it is that of a route.
pub fn check_answer(method: &str, path: &str, status: u16, body: &Value) {
    let path: Vec<&str> = path
        .split('?')
        .next()
        .unwrap_or_default()
        .split('/')
        .collect();
    let fits = |answer: &&Answer| {
        answer.method == method
            && answer.path.len() == path.len()
            && answer
                .path
                .iter()
                .zip(&path)
                .all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    // An address without a parameter goes before one with.
    let Some(best) = ANSWERS.iter().filter(fits).min_by_key(|answer| {
        answer
            .path
            .iter()
            .filter(|part| part.starts_with('{'))
            .count()
    }) else {
        return;
    };
    let of_route = || {
        ANSWERS
            .iter()
            .filter(|answer| answer.path == best.path && answer.method == method)
    };
    let answer = of_route()
        .find(|answer| answer.status == status.to_string())
        .or_else(|| of_route().find(|answer| answer.status == "default" && status >= 400))
        .unwrap_or_else(|| panic!("/openapi.json knows no {status} of {method} {path:?}: {body}"));
    let Some(validator) = &answer.validator else {
        assert!(
            body.is_null(),
            "{method} {path:?} answers {status} without JSON: {body}"
        );
        return;
    };
    let complaints = complaints(validator, body);
    assert!(
        complaints.is_empty(),
        "{method} {path:?} {status}: {complaints:#?}\n{body:#}"
    );
}
