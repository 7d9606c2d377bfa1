//! Somebody calls: answered, rejected, redirected, given up; callbacks as recorded, signed with the keys that are served.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::Jwk};
use serde_json::{Value, json};

use super::{
    product::{Came, Product},
    stand::{Emulator, VERSION, answer_body, assert_same_form, golden, media},
};
use crate::support::server::http_client;

fn caller() -> Value {
    json!({"caller": {"identifier": "+14255550123", "language": "en"}, "to": "+18005550100"})
}

/// The claims of a token, checked with what the emulator publishes.
pub async fn verified(emulator: &Emulator, authorization: &str) -> Result<Value, String> {
    let get = async |url: String| {
        let answer = http_client().get(url).send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let path = "/calling/.well-known/acsopenidconfiguration";
    let configuration = get(emulator.url(path)).await;
    assert_same_form(
        &golden("jwt/openid_configuration.json"),
        &configuration,
        "openid",
    );
    let keys = get(configuration["jwks_uri"].as_str().unwrap().to_owned()).await;
    assert_same_form(&golden("jwt/jwks.json"), &keys, "keys");
    let token = authorization.strip_prefix("Bearer ").unwrap();
    let header = decode_header(token).unwrap();
    let published = keys["keys"].as_array().unwrap().iter();
    let Some(published) = published
        .clone()
        .find(|key| key["kid"] == json!(header.kid))
    else {
        return Err("the key is not published".into());
    };
    let key: Jwk = serde_json::from_value(published.clone()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&["1bdaa2b9-9507-4542-bb64-a7b22c00a8d4"]);
    rules.set_issuer(&[configuration["issuer"].as_str().unwrap()]);
    rules.set_required_spec_claims(&["exp", "iss", "aud"]);
    rules.leeway = 0;
    decode::<Value>(token, &DecodingKey::from_jwk(&key).unwrap(), &rules)
        .map(|decoded| decoded.claims)
        .map_err(|error| error.to_string())
}

/// A callback has the form and the fixed words of a golden one.
fn assert_as_recorded(came: &Came, file: &str) {
    let mut wanted = golden(&format!("events/callbacks/{file}.json"));
    if let Some(first) = wanted.pointer_mut("/0/data/participants/0") {
        // Here a number calls, and there a user did.
        let others = golden("events/callbacks/ParticipantsUpdated.three_one_muted.json");
        *first = others[0]["data"]["participants"][1].clone();
    }
    assert_same_form(&wanted, &came.body, file);
    let (wanted, given) = (&wanted[0], came.event());
    for field in ["type", "specversion", "datacontenttype"] {
        assert_eq!(wanted[field], given[field], "{file}");
    }
    for field in [
        "resultInformation",
        "publicEventType",
        "version",
        "mediaStreamingUpdate",
    ] {
        assert_eq!(
            wanted["data"].get(field),
            given["data"].get(field),
            "{file}"
        );
    }
    let source = format!(
        "calling/callConnections/{}",
        given["data"]["callConnectionId"].as_str().unwrap()
    );
    assert_eq!(given["source"], source.as_str());
    assert_eq!(given["subject"], source.as_str());
    let time = given["time"].as_str().unwrap();
    assert_eq!(time.len(), wanted["time"].as_str().unwrap().len());
}

#[tokio::test]
async fn a_call_goes_as_it_was_recorded() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    assert_eq!(emulator.call(&id).await["state"], "ringing");
    let options = media(&product, "mixed", "pcm16KMono");
    let answered = emulator.answer(&product, &incoming, options).await;
    let mut wanted = golden("responses/answer_call.200.json")["body"].clone();
    // Nobody named who answers, nobody asked for a transcription; a number was called.
    let fields = wanted.as_object_mut().unwrap();
    fields.remove("answeredBy");
    fields.remove("transcriptionSubscription");
    fields.insert("answeredFor".into(), json!({"value": "+1"}));
    wanted["targets"][0] = incoming.data()["to"].clone();
    assert_same_form(&wanted, &answered, "answered");
    assert_eq!(answered["callConnectionState"], "connecting");
    assert_eq!(answered["serverCallId"], incoming.data()["serverCallId"]);
    assert_eq!(answered["correlationId"], incoming.data()["correlationId"]);
    assert_eq!(answered["source"], incoming.data()["from"]);

    let connected = product.expect("CallConnected").await;
    assert_eq!(connected.path, "/callbacks/secret?callerId=%2B1");
    assert_as_recorded(&connected, "CallConnected.with_context");
    let claims = verified(&emulator, &connected.headers["authorization"])
        .await
        .unwrap();
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    let participants = product.expect("ParticipantsUpdated").await;
    assert_as_recorded(&participants, "ParticipantsUpdated");
    assert_eq!(participants.data()["sequenceNumber"], 1);
    let raw_ids: Vec<&Value> = participants.data()["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|participant| &participant["identifier"]["rawId"])
        .collect();
    assert_eq!(raw_ids, ["4:+14255550123", "4:+18005550100"]);
    let _socket = product.socket().await;
    let started = product.expect("MediaStreamingStarted").await;
    assert_as_recorded(&started, "MediaStreamingStarted");
    assert_eq!(started.data()["operationContext"], "incomingCall");

    let connection = &answered["callConnectionId"];
    let got = emulator.leg("GET", connection, "", None).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.body["callConnectionState"], "connected");
    assert_eq!(got.body["mediaStreamingSubscription"]["state"], "active");
    assert_same_form(&wanted, &got.body, "got");

    assert_eq!(
        emulator.leg("DELETE", connection, "", None).await.status,
        204
    );
    let stopped = product.expect("MediaStreamingStopped").await;
    assert_as_recorded(&stopped, "MediaStreamingStopped");
    let disconnected = product.expect("CallDisconnected").await;
    assert_as_recorded(&disconnected, "CallDisconnected.7000_we_hung_up");
    let gone = emulator.leg("GET", connection, "", None).await;
    assert_eq!((gone.status, gone.code()), (404, "8522"));
    let report = emulator.call(&id).await;
    assert_eq!(report["state"], "ended");
    assert_eq!(report["legs"][0]["state"], "disconnected");
    assert_eq!(report["legs"][0]["sub_code"], 7_000);
    assert!(report["seconds_billed"].as_f64().unwrap() > 0.0);
    let output = emulator.finish();
    assert!(output.contains("nothing keeps billing"), "{output}");
}

#[tokio::test]
async fn the_other_side_hangs_up() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    emulator.answer(&product, &incoming, Value::Null).await;
    product.until("ParticipantsUpdated").await;
    let path = format!("/_emulator/calls/{id}/people/+14255550123");
    emulator.control("DELETE", &path, &Value::Null).await;
    let ended = product.expect("CallDisconnected").await;
    assert_as_recorded(&ended, "CallDisconnected.5001_remote_ended");
}

#[tokio::test]
async fn a_call_that_drops_to_one_ends() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let mut wanted = caller();
    wanted["people"] = json!([{"identifier": "+14255550124"}]);
    let (id, incoming) = emulator.incoming(&mut product, wanted).await;
    emulator.answer(&product, &incoming, Value::Null).await;
    product.until("ParticipantsUpdated").await;
    emulator
        .control("DELETE", &format!("/_emulator/calls/{id}"), &Value::Null)
        .await;
    let fewer = product.expect("ParticipantsUpdated").await;
    assert_eq!(fewer.data()["sequenceNumber"], 2);
    let ended = product.expect("CallDisconnected").await;
    assert_as_recorded(&ended, "CallDisconnected.5010_last_participant_left");
}

#[tokio::test]
async fn everybody_is_hung_up() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let (_, incoming) = emulator.incoming(&mut product, caller()).await;
    let answered = emulator.answer(&product, &incoming, Value::Null).await;
    let connection = &answered["callConnectionId"];
    product.until("ParticipantsUpdated").await;
    let ended = emulator.leg("POST", connection, ":terminate", None).await;
    assert_eq!(ended.status, 204);
    let ended = product.expect("CallDisconnected").await;
    assert_as_recorded(&ended, "CallDisconnected.7000_we_hung_up");
}

#[tokio::test]
async fn a_call_can_be_had_once_and_while_it_rings() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let answer = format!("/calling/callConnections:answer?{VERSION}");
    let reject = format!("/calling/callConnections:reject?{VERSION}");
    let redirect = format!("/calling/callConnections:redirect?{VERSION}");
    let no_call = golden("responses/error_404_call_not_found.json")["body"].clone();

    let (_, incoming) = emulator.incoming(&mut product, caller()).await;
    let body = answer_body(&product, &incoming, Value::Null);
    emulator.answer(&product, &incoming, Value::Null).await;
    let again = emulator.ask("POST", &answer, Some(&body)).await;
    assert_eq!((again.status, again.code()), (409, "8519"));
    assert_eq!(
        again.body,
        golden("responses/error_409_conflict.json")["body"]
    );

    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    let context = &incoming.data()["incomingCallContext"];
    let wrong = json!({"incomingCallContext": context, "callRejectReason": "rude"});
    assert_eq!(
        emulator.ask("POST", &reject, Some(&wrong)).await.status,
        400
    );
    let busy = json!({"incomingCallContext": context, "callRejectReason": "busy"});
    assert_eq!(emulator.ask("POST", &reject, Some(&busy)).await.status, 204);
    assert_eq!(emulator.call(&id).await["ended_because"], "rejected: busy");
    let late = answer_body(&product, &incoming, Value::Null);
    let late = emulator.ask("POST", &answer, Some(&late)).await;
    assert_eq!((late.status, &late.body), (404, &no_call));

    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    let context = &incoming.data()["incomingCallContext"];
    let other = json!({"incomingCallContext": context, "target": {"rawId": "4:+14255550199"}});
    assert_eq!(
        emulator.ask("POST", &redirect, Some(&other)).await.status,
        204
    );
    assert_eq!(emulator.call(&id).await["ended_because"], "redirected");

    let (id, incoming) = emulator.incoming(&mut product, caller()).await;
    emulator
        .control("DELETE", &format!("/_emulator/calls/{id}"), &Value::Null)
        .await;
    let late = answer_body(&product, &incoming, Value::Null);
    let late = emulator.ask("POST", &answer, Some(&late)).await;
    assert_eq!((late.status, &late.body), (404, &no_call));
    assert_eq!(
        emulator.call(&id).await["ended_because"],
        "the caller hung up"
    );
}

#[tokio::test]
async fn nobody_answers() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--ring-for", "1s"]);
    let (id, _) = emulator.incoming(&mut product, caller()).await;
    super::product::within(async {
        while emulator.call(&id).await["state"] != "ended" {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(emulator.call(&id).await["ended_because"], "nobody answered");
}

#[tokio::test]
async fn what_is_not_right_is_refused() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let (_, incoming) = emulator.incoming(&mut product, caller()).await;
    let right = answer_body(&product, &incoming, media(&product, "mixed", "Pcm24KMono"));
    let answer = format!("/calling/callConnections:answer?{VERSION}");
    for (path, wrong) in [
        ("/incomingCallContext", json!("")),
        ("/callbackUri", json!("http://example.com/plain")),
        ("/callbackUri", json!("nowhere")),
        ("/mediaStreamingOptions/audioFormat", json!("pcm8K")),
        ("/mediaStreamingOptions/audioChannelType", json!("stereo")),
        ("/mediaStreamingOptions/transportUrl", json!("")),
        ("/mediaStreamingOptions/startMediaStreaming", json!("yes")),
        ("/operationContext", json!(1)),
    ] {
        let mut body = right.clone();
        *body.pointer_mut(path).unwrap() = wrong;
        let refused = emulator.ask("POST", &answer, Some(&body)).await;
        assert_eq!((refused.status, refused.code()), (400, "8523"), "{path}");
    }
    // The call still rings, and any casing of the format will do.
    let answered = emulator.ask("POST", &answer, Some(&right)).await;
    assert_eq!(answered.status, 200);
}
