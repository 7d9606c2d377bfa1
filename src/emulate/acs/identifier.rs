//! Who somebody is, as this wire writes it: a raw id, and the same taken apart.

use serde_json::{Map, Value, json};

/// What a person may write for somebody: a phone number stands for its raw id.
pub fn raw_id(text: &str) -> String {
    if text.starts_with('+') {
        format!("4:{text}")
    } else {
        text.to_owned()
    }
}

/// Whether this is a user of Communication Services, the only kind of whom participant events tell.
pub fn is_user(raw: &str) -> bool {
    raw.starts_with("8:acs:")
}

/// The phone number of a raw id.
pub fn phone(raw: &str) -> Option<&str> {
    raw.strip_prefix("4:")
}

/// The whole identifier of a raw id.
pub fn model(raw: &str) -> Value {
    let (kind, inside) = taken_apart(raw);
    let mut model = Map::new();
    model.insert("rawId".into(), raw.into());
    model.insert("kind".into(), kind.into());
    if let Some(inside) = inside {
        model.insert(kind.into(), inside);
    }
    Value::Object(model)
}

/// The same without its kind, as the events about room calls have it.
pub fn model_without_kind(raw: &str) -> Value {
    let mut model = model(raw);
    if let Some(model) = model.as_object_mut() {
        model.remove("kind");
    }
    model
}

fn taken_apart(raw: &str) -> (&'static str, Option<Value>) {
    if let Some(number) = phone(raw) {
        return ("phoneNumber", Some(json!({"value": number})));
    }
    if let Some(rest) = raw.strip_prefix("8:acs:") {
        if let [resource, tenant, user] = rest.split('_').collect::<Vec<_>>()[..] {
            let inside = json!({"userId": user, "tenantId": tenant, "resourceId": resource, "cloud": "public"});
            return ("teamsExtensionUser", Some(inside));
        }
        return ("communicationUser", Some(json!({"id": raw})));
    }
    if let Some(user) = raw.strip_prefix("8:orgid:") {
        let inside = json!({"userId": user, "isAnonymous": false, "cloud": "public"});
        return ("microsoftTeamsUser", Some(inside));
    }
    if let Some(app) = raw.strip_prefix("28:orgid:") {
        let inside = json!({"appId": app, "cloud": "public"});
        return ("microsoftTeamsApp", Some(inside));
    }
    ("unknown", None)
}

/// The raw id of an identifier in a request: its own, or put together from what else it says.
pub fn from_model(model: &Value) -> Option<String> {
    if let Some(raw) = model["rawId"].as_str().filter(|raw| !raw.is_empty()) {
        return Some(raw.to_owned());
    }
    let text = |path: &str| model.pointer(path).and_then(Value::as_str);
    text("/communicationUser/id")
        .map(str::to_owned)
        .or_else(|| text("/phoneNumber/value").map(|number| format!("4:{number}")))
        .or_else(|| text("/microsoftTeamsUser/userId").map(|user| format!("8:orgid:{user}")))
        .or_else(|| text("/microsoftTeamsApp/appId").map(|app| format!("28:orgid:{app}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_can_be_put_together() {
        for raw in ["4:+14255550123", "8:acs:a_b", "8:orgid:c", "28:orgid:d"] {
            let mut model = model(raw);
            assert_eq!(from_model(&model).unwrap(), raw);
            model.as_object_mut().unwrap().remove("rawId");
            assert_eq!(from_model(&model).unwrap(), raw);
        }
        assert_eq!(model("4:+1")["phoneNumber"]["value"], "+1");
        assert_eq!(model("8:acs:r_t_u")["kind"], "teamsExtensionUser");
        assert_eq!(model("48:x"), json!({"rawId": "48:x", "kind": "unknown"}));
        assert_eq!(from_model(&json!({})), None);
        assert_eq!(raw_id("+1"), "4:+1");
    }
}
