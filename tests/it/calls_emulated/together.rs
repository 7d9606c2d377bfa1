//! Two calls in one room, and a call that waits for somebody: each hears what the others say, in their language, and nothing
//! of their own.

use serde_json::{Value, json};

use super::rig::{ANA, BEN, Calling, FRIEND, NUMBER, Rig, goes, tones};

/// The number of those who speak Spanish.
const OTHER: &str = "+18005550199";

/// Two numbers that lead to one room.
fn routes() -> String {
    json!([
        {"to": NUMBER, "room": "desk", "speaks": "en", "hears": "en"},
        {"to": OTHER, "room": "desk", "speaks": "es", "hears": "es"},
    ])
    .to_string()
}

/// Two calls that are up in one room, and the legs by which they are heard.
async fn two_calls(rig: &Rig) -> [(Calling, String); 2] {
    let mut both = Vec::new();
    for (from, to) in [(ANA, NUMBER), (BEN, OTHER)] {
        let wanted = json!({"caller": {"identifier": from}, "to": to});
        let calling = rig.begin(wanted).await;
        let call = rig.call(&calling, |call| call["state"] == "media").await;
        assert_eq!(call["room_id"], "desk");
        assert_eq!(call["waiting"], false);
        let leg = call["call_connection_id"].as_str().unwrap().to_owned();
        both.push((calling, leg));
    }
    both.try_into().unwrap()
}

/// How long our leg of a call has said something.
fn sound(call: &Value) -> f64 {
    let sound = &call["legs"][0]["heard"]["seconds_with_sound"];
    sound.as_f64().unwrap()
}

#[tokio::test]
async fn two_callers_hear_each_other_and_not_themselves() {
    let rig = Rig::start(&[("INTERPRES__ACS__ROUTES", &routes())]).await;
    let [(ana, ana_leg), (ben, ben_leg)] = two_calls(&rig).await;
    // One sentence on the one, three on the other, at the same time: each tone of 100 ms is a translation.
    rig.join(&ana, "+14255550133", Some(&rig.sentences(1)))
        .await;
    rig.join(&ben, "+14255550144", Some(&rig.sentences(3)))
        .await;
    rig.there(&ana_leg, |call| sound(call) >= 0.3).await;
    rig.there(&ben_leg, |call| sound(call) >= 0.1).await;
    let room = rig.server.get("/api/rooms/desk").await;
    let invokers = room["invokers"].as_array().unwrap();
    assert_eq!(invokers.len(), 2, "{room}");
    rig.hang_up(&ana).await;
    rig.ended(&ana).await;
    // The other goes on alone, until it is hung up too.
    rig.call(&ben, |call| call["state"] == "media").await;
    rig.hang_up(&ben).await;
    rig.nothing_is_open().await;
    let (heard_by_ana, heard_by_ben) = (rig.heard(&ana.id, &ana_leg), rig.heard(&ben.id, &ben_leg));
    assert_eq!(tones(&heard_by_ana), 3, "what Ben said");
    assert_eq!(tones(&heard_by_ben), 1, "what Ana said");
}

#[tokio::test]
async fn calls_of_both_rates_and_somebody_at_a_browser_share_a_room() {
    let settings = [
        ("INTERPRES__ACS__ROUTES", &*routes()),
        ("INTERPRES__ACS__AUDIO_FORMAT", "pcm24KMono"),
    ];
    let rig = Rig::start(&settings).await;
    let [(ana, ana_leg), (ben, ben_leg)] = two_calls(&rig).await;
    let mut friend = rig.server.connect().await;
    friend
        .create_session(json!({
            "name": FRIEND, "room_id": "desk", "speaks": "en", "hears": ["ca"], "speech": true, "partials": false}))
        .await;
    rig.join(&ben, "+14255550144", Some(&rig.sentences(1)))
        .await;
    let said = friend.expect("translation").await;
    assert_eq!(said["language"], "ca", "{said}");
    rig.there(&ana_leg, |call| sound(call) >= 0.1).await;
    // Ana needs no translation of what is written in her language; Ben does.
    friend.say("good morning").await;
    rig.there(&ben_leg, |call| sound(call) >= 0.1).await;
    rig.hang_up(&ana).await;
    rig.hang_up(&ben).await;
    goes(friend).await;
    rig.nothing_is_open().await;
    let (samples, rate) = rig.heard(&ana.id, &ana_leg);
    assert_eq!(rate, 24_000);
    assert_eq!(tones(&(samples, rate)), 1);
    assert_eq!(tones(&rig.heard(&ben.id, &ben_leg)), 1);
}

#[tokio::test]
async fn a_call_that_waits_is_attached_to_another_and_to_a_session() {
    let rig = Rig::start(&[]).await;
    let ana = rig.answered(ANA).await;
    let ben = rig.answered(BEN).await;
    let waiting = |call: &Value| call["waiting"] == true;
    let ana_call = rig.call(&ana, waiting).await;
    let ben_call = rig.call(&ben, waiting).await;
    let mut operator = rig.server.connect().await;
    let session = operator
        .create_session(json!({"name": FRIEND, "speaks": "es", "hears": ["es"], "partials": false}))
        .await;
    let topic = format!("call/{}", ana_call["call_id"].as_str().unwrap());
    operator
        .ask(json!({"type": "subscribe", "topic": topic}))
        .await;
    let told = |kind: &'static str| move |message: &Value| message["event"]["kind"] == kind;
    operator.expect_where("event", told("call.waiting")).await;

    let attach = |call: &Value| format!("/api/calls/{}/attach", call["call_id"].as_str().unwrap());
    let (status, answer) = rig
        .server
        .post(
            &attach(&ana_call),
            &json!({"session_id": session["session_id"]}),
        )
        .await;
    assert_eq!(status, 200, "{answer}");
    operator.expect_where("event", told("call.joined")).await;
    let (status, answer) = rig
        .server
        .post(&attach(&ben_call), &json!({"room_id": ana_call["room_id"]}))
        .await;
    assert_eq!(status, 200, "{answer}");
    rig.call(&ben, |call| call["waiting"] == false).await;
    rig.join(&ben, "+14255550144", Some(&rig.sentences(1)))
        .await;
    let said = operator.expect("translation").await;
    assert_eq!(said["speaker"]["name"], ben_call["name"], "{said}");
    rig.operator_hangs_up(&ana_call).await;
    rig.operator_hangs_up(&ben_call).await;
    assert_eq!(rig.ended(&ana).await, "operator");
    assert_eq!(rig.ended(&ben).await, "operator");
    rig.hang_up(&ben).await;
    goes(operator).await;
    rig.nothing_is_open().await;
}
