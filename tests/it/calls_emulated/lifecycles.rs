//! Calls that go well (reference, section 8), from their first ring to nothing being left of them.

use serde_json::{Value, json};

use super::rig::{ANA, BEN, CLARA, DAVID, FRIEND, NUMBER, Rig, goes, tones};

/// How somebody at a browser takes part.
fn at_a_browser(room: &Value) -> Value {
    json!({"name": FRIEND, "room_id": room, "speaks": "es", "hears": ["es"], "speech": true, "partials": false})
}

#[tokio::test]
async fn a_caller_and_somebody_at_a_browser_are_interpreted_to_each_other() {
    let rig = Rig::start(&[]).await;
    let calling = rig.answered(ANA).await;
    let call = rig.call(&calling, |call| call["waiting"] == true).await;
    assert_eq!(call["direction"], "inbound");
    assert_eq!(call["from"], format!("4:{ANA}"));
    assert_eq!(call["to"], format!("4:{NUMBER}"));
    assert_eq!(call["sample_rate"], 16_000);
    assert_eq!(call["name"], "Ana");

    let mut browser = rig.server.connect().await;
    let created = browser.create_session(at_a_browser(&call["room_id"])).await;
    let people = created["participants"].as_array().unwrap();
    let phone = people.iter().find(|person| person["kind"] == "phone");
    assert_eq!(phone.expect("the phone is in the room")["name"], "Ana");
    rig.call(&calling, |call| call["waiting"] == false).await;

    // What they write is said on the call, and only once.
    browser.say("hola").await;
    let leg = call["call_connection_id"].as_str().unwrap().to_owned();
    rig.there(&leg, |call| {
        call["legs"][0]["heard"]["seconds_with_sound"]
            .as_f64()
            .is_some_and(|seconds| seconds >= 0.1)
    })
    .await;
    // What is said on the call is translated to them, and spoken.
    let words = rig.sentences(1);
    rig.join(&calling, BEN, Some(&words)).await;
    let said = browser.expect("translation").await;
    assert_eq!(said["speaker"]["name"], "Ana", "{said}");
    browser.expect("audio_start").await;

    rig.hang_up(&calling).await;
    assert_eq!(rig.ended(&calling).await, "last_participant_left");
    let left = browser.expect("participant_left").await;
    assert_eq!(left["participant"]["name"], "Ana");
    goes(browser).await;
    rig.nothing_is_open().await;
    assert_eq!(tones(&rig.heard(&calling.id, &leg)), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_nothing() {
    let rig = Rig::start(&[]).await;
    let calling = rig.answered(ANA).await;
    rig.hang_up(&calling).await;
    assert_eq!(rig.ended(&calling).await, "remote_hung_up");
    rig.nothing_is_open().await;
    let there = rig.emulator.call(&calling.id).await;
    assert_eq!(there["legs"][0]["sub_code"], 5_001);
    assert_eq!(there["legs"][0]["heard"]["frames_of_other_length"], 0);
    assert_eq!(there["legs"][0]["heard"]["unreadable_frames"], 0);
}

#[tokio::test]
async fn who_may_not_call_is_rejected() {
    let routes = json!([{"to": "+18005550199", "room": "per_call", "speaks": "en", "hears": "es"}]);
    let rig = Rig::start(&[("INTERPRES__ACS__ROUTES", &routes.to_string())]).await;
    let calling = rig.ring(ANA).await;
    let over = rig
        .there(&calling.id, |call| call["state"] == "ended")
        .await;
    assert_eq!(over["ended_because"], "rejected: forbidden");
    assert_eq!(rig.server.get("/api/calls").await["calls"], json!([]));
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn a_room_of_the_service_is_joined_interpreted_and_left_by_the_last() {
    let settings = [
        ("INTERPRES__ACS__ALONE_AFTER", "300ms"),
        ("INTERPRES__ACS__DEFAULT__HEARS", "es"),
    ];
    let rig = Rig::start(&settings).await;
    let meeting = json!({"lifecycle": "room", "caller": {"identifier": CLARA}, "people": [{"identifier": DAVID}]});
    let calling = rig.begin(meeting).await;
    let call = rig.call(&calling, |call| call["state"] == "media").await;
    assert_eq!(call["direction"], "joined");
    assert_eq!(call["waiting"], false);
    let call = rig
        .call(&calling, |call| {
            call["participants"].as_array().unwrap().len() == 3
        })
        .await;
    // Somebody speaks, and the whole call hears the translation.
    rig.join(&calling, BEN, Some(&rig.sentences(2))).await;
    let leg = call["call_connection_id"].as_str().unwrap().to_owned();
    rig.there(&leg, |call| {
        call["legs"][0]["heard"]["seconds_with_sound"]
            .as_f64()
            .is_some_and(|seconds| seconds >= 0.2)
    })
    .await;
    for person in [CLARA, DAVID, BEN] {
        rig.call(&calling, |call| call["state"] == "media").await;
        let path = format!(
            "/_emulator/calls/{}/people/{}",
            calling.id,
            person.replace('+', "%2B")
        );
        rig.emulator.control("DELETE", &path, &Value::Null).await;
    }
    // A leg alone would keep the room's call, and what it costs, for ever.
    assert_eq!(rig.ended(&calling).await, "alone");
    rig.nothing_is_open().await;
    let over = rig
        .there(&calling.id, |call| call["state"] == "ended")
        .await;
    assert_eq!(over["legs"][0]["sub_code"], 7_000);
    assert_eq!(tones(&rig.heard(&calling.id, &leg)), 2);
}

#[tokio::test]
async fn a_call_is_joined_by_order_and_a_room_without_one_is_not() {
    let rig = Rig::start(&[(
        "INTERPRES__ACS__ROUTES",
        "[{\"to\": \"nowhere\", \"room\": \"x\", \"speaks\": \"en\", \"hears\": \"es\"}]",
    )])
    .await;
    let meeting = json!({"lifecycle": "room", "caller": {"identifier": CLARA}, "people": [{"identifier": DAVID}]});
    let calling = rig.begin(meeting).await;
    let wanted = json!({"server_call_id": calling.server_call});
    let (status, placed) = rig.server.post("/api/calls", &wanted).await;
    assert_eq!(status, 201, "{placed}");
    rig.call(&calling, |call| call["state"] == "media").await;
    rig.operator_hangs_up(&placed).await;
    assert_eq!(rig.ended(&calling).await, "operator");
    // The others go on.
    let there = rig.emulator.call(&calling.id).await;
    assert_eq!(there["state"], "live", "{there}");
    rig.hang_up(&calling).await;

    let (status, _) = rig
        .server
        .post("/api/calls", &json!({"room_id": "99000000000000000"}))
        .await;
    assert_eq!(status, 201);
    let ended = |list: &Value| list["calls"][0]["state"] == "ended";
    let list = rig.server.eventually("/api/calls", ended).await;
    assert_eq!(list["calls"][0]["reason"], "gone");
    // One that is there, with nobody in it: it is taken, and told of afterwards.
    let (_, room) = {
        let target = "/rooms?api-version=2025-03-13";
        let made = rig.emulator.ask("POST", target, Some(&json!({}))).await;
        (made.status, made.body["id"].clone())
    };
    rig.server
        .post("/api/calls", &json!({"room_id": room}))
        .await;
    let ended =
        |list: &Value| list["calls"][0]["to"] == room && list["calls"][0]["state"] == "ended";
    let list = rig.server.eventually("/api/calls", ended).await;
    assert_eq!(list["calls"][0]["reason"], "connect_failed");
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn somebody_is_called_and_interpreted() {
    let rig = Rig::start(&[]).await;
    let words = rig.sentences(1);
    let callee = json!({"identifier": BEN, "after": "500ms", "wav": words, "leave_after": "2s"});
    rig.emulator
        .control("POST", "/_emulator/callees", &callee)
        .await;
    let mut browser = rig.server.connect().await;
    let created = browser.create_session(at_a_browser(&json!("desk"))).await;
    let wanted = json!({
        "target": BEN, "caller_id": NUMBER, "into": created["room_id"], "speaks": "en", "hears": "es"});
    let (status, placed) = rig.server.post("/api/calls", &wanted).await;
    assert_eq!((status, &placed["state"]), (201, &json!("ringing")));
    let said = browser.expect("translation").await;
    assert_eq!(said["speaker"]["name"], BEN);
    // They hang up by themselves.
    let path = format!("/api/calls/{}", placed["call_id"].as_str().unwrap());
    let ended = |call: &Value| call["state"] == "ended";
    let call = rig.server.eventually(&path, ended).await;
    assert_eq!(call["reason"], "remote_hung_up");
    assert_eq!(call["direction"], "outbound");
    goes(browser).await;
    rig.nothing_is_open().await;
}

#[tokio::test]
async fn somebody_who_is_called_is_busy_declines_or_lets_it_ring() {
    let rig = Rig::with(&[], &["--ring-for", "1s"]).await;
    for does in ["busy", "decline", "never"] {
        let callee = json!({"identifier": BEN, "does": does, "after": "100ms"});
        rig.emulator
            .control("POST", "/_emulator/callees", &callee)
            .await;
        let wanted = json!({"target": BEN, "caller_id": NUMBER});
        let (status, placed) = rig.server.post("/api/calls", &wanted).await;
        assert_eq!(status, 201);
        let path = format!("/api/calls/{}", placed["call_id"].as_str().unwrap());
        let ended = |call: &Value| call["state"] == "ended";
        let call = rig.server.eventually(&path, ended).await;
        assert_eq!(call["reason"], "create_failed", "{does}");
    }
    rig.nothing_is_open().await;
}
