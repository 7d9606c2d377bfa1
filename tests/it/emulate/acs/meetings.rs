//! Calls in rooms: they begin without us, and live as long as anybody is in them.

use serde_json::{Value, json};

use super::{
    product::{Came, Product},
    stand::{Emulator, VERSION, assert_same_form, golden, media},
};

const USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";

fn connect_body(product: &Product, room: &str) -> Value {
    json!({
        "callLocator": {"roomId": room, "kind": "roomCallLocator"},
        "callbackUri": product.url("/callbacks/secret"),
        "operationContext": "connectCallContext",
        "mediaStreamingOptions": media(product, "unmixed", "pcm16KMono"),
    })
}

async fn begin(emulator: &Emulator, product: &mut Product, wanted: Value) -> (Value, Came) {
    let begun = emulator.control("POST", "/_emulator/calls", &wanted).await;
    // Events come in any order.
    let mut came = [product.event().await, product.event().await];
    came.sort_by_key(|came| came.kind() != "CallStarted");
    let [started, added] = came;
    assert_eq!(started.kind(), "CallStarted");
    assert_eq!(added.kind(), "CallParticipantAdded");
    let wanted = golden("events/eventgrid/CallParticipantAdded.room.eventgrid.json");
    assert_same_form(&wanted, &added.body, "added");
    (begun, started)
}

#[tokio::test]
async fn a_leg_joins_a_room_and_stays_alone_in_it() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"lifecycle": "room", "caller": {"identifier": USER}});
    let (begun, started) = begin(&emulator, &mut product, wanted).await;
    let recorded = golden("events/eventgrid/CallStarted.room.eventgrid.json");
    assert_same_form(&recorded, &started.body, "started");
    for field in ["startedBy", "group", "isTwoParty", "isRoomsCall"] {
        assert_eq!(started.data()[field], recorded[0]["data"][field]);
    }
    let room = begun["room_id"].as_str().unwrap();
    assert_eq!(started.data()["room"]["id"], room);
    let id = begun["id"].as_str().unwrap();

    let target = format!("/calling/callConnections:connect?{VERSION}");
    let body = connect_body(&product, room);
    let connected = emulator.ask("POST", &target, Some(&body)).await;
    assert_eq!(connected.status, 200);
    assert_eq!(connected.body["callConnectionState"], "connecting");
    assert_eq!(
        connected.body["serverCallId"],
        started.data()["serverCallId"]
    );
    product.expect("CallConnected").await;
    let participants = product.expect("ParticipantsUpdated").await;
    assert_eq!(
        participants.data()["participants"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let _socket = product.socket().await;
    product.expect("MediaStreamingStarted").await;

    // People come and go; of a phone no event tells.
    let phone = json!({"identifier": "+14255550123"});
    let people = format!("/_emulator/calls/{id}/people");
    emulator.control("POST", &people, &phone).await;
    let more = product.expect("ParticipantsUpdated").await;
    let numbers = |came: &Came| {
        let count = came.data()["participants"].as_array().unwrap().len();
        (came.data()["sequenceNumber"].as_u64().unwrap(), count)
    };
    let (before, _) = numbers(&participants);
    assert_eq!(numbers(&more), (before + 1, 3));
    emulator
        .control("DELETE", &format!("/_emulator/calls/{id}"), &Value::Null)
        .await;
    assert_eq!(
        numbers(&product.expect("ParticipantsUpdated").await),
        (before + 2, 2)
    );
    assert_eq!(
        numbers(&product.expect("ParticipantsUpdated").await),
        (before + 3, 1)
    );
    let removed = product.event().await;
    let recorded = golden("events/eventgrid/CallParticipantRemoved.room.eventgrid.json");
    assert_same_form(&recorded, &removed.body, "removed");
    assert_eq!(removed.kind(), "CallParticipantRemoved");
    // Nobody is there but our leg, and it is billed.
    let report = emulator.call(id).await;
    assert_eq!(
        (&report["state"], &report["people"]),
        (&json!("live"), &json!([]))
    );
    let all = emulator
        .control("GET", "/_emulator/calls", &Value::Null)
        .await;
    assert_eq!(all["open_legs"], 1);
    let connection = connected.body["callConnectionId"].clone();
    assert_eq!(
        emulator.leg("DELETE", &connection, "", None).await.status,
        204
    );
    product.until("CallDisconnected").await;
    let ended = product.event().await;
    assert_eq!(ended.kind(), "CallEnded");
    let recorded = golden("events/eventgrid/CallEnded.room.eventgrid.json");
    assert_same_form(&recorded, &ended.body, "ended");

    // Who comes now finds nobody: the request is taken, and then it fails.
    let late = emulator.ask("POST", &target, Some(&body)).await;
    assert_eq!(late.status, 200);
    let failed = product.expect("ConnectFailed").await;
    let recorded = golden("events/callbacks/ConnectFailed.json");
    assert_same_form(&recorded, &failed.body, "failed");
    for field in ["resultInformation", "operationContext"] {
        assert_eq!(failed.data()[field], recorded[0]["data"][field]);
    }
    let nowhere = connect_body(&product, "99000000000000000");
    let nowhere = emulator.ask("POST", &target, Some(&nowhere)).await;
    assert_eq!((nowhere.status, nowhere.code()), (404, "8522"));
}

#[tokio::test]
async fn two_legs_of_a_call_hear_each_other_and_share_its_ids() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"lifecycle": "room", "caller": {"identifier": USER}});
    let (begun, started) = begin(&emulator, &mut product, wanted).await;
    let target = format!("/calling/callConnections:connect?{VERSION}");
    let room = begun["room_id"].as_str().unwrap();
    let first = connect_body(&product, room);
    let mut second = json!({
        "callLocator": {"serverCallId": started.data()["serverCallId"]},
        "callbackUri": product.url("/callbacks/other"),
    });
    second["mediaStreamingOptions"] = media(&product, "mixed", "pcm24KMono");
    let first = emulator.ask("POST", &target, Some(&first)).await;
    let mut speaking = product.socket().await;
    let second = emulator.ask("POST", &target, Some(&second)).await;
    let mut hearing = product.socket().await;
    for field in ["serverCallId", "correlationId"] {
        assert_eq!(first.body[field], second.body[field]);
    }
    assert_ne!(
        first.body["callConnectionId"],
        second.body["callConnectionId"]
    );
    // A second of sound at one rate is heard at the other.
    let samples: Vec<u8> = std::iter::repeat_n(8_000_i16.to_le_bytes(), 16_000)
        .flatten()
        .collect();
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let frame = json!({"kind": "AudioData", "audioData": {"data": STANDARD.encode(samples)}});
    hearing.next().await.unwrap();
    loop {
        // Once the first hears, the second is connected.
        let report = emulator.call(begun["id"].as_str().unwrap()).await;
        let legs = report["legs"].as_array().unwrap();
        if legs
            .iter()
            .all(|leg| leg["state"] == "connected" && leg["media"] == "active")
        {
            break;
        }
        hearing.frame().await;
    }
    speaking.send(&frame.to_string()).await;
    loop {
        let frame = hearing.frame().await;
        assert_eq!(frame.samples.len(), 480);
        if frame
            .samples
            .iter()
            .all(|sample| (7_900..8_100).contains(sample))
        {
            break;
        }
    }
}

#[tokio::test]
async fn a_room_call_is_begun_by_a_user_in_a_room_that_is_free() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let wanted = json!({"lifecycle": "room", "caller": {"identifier": USER}});
    let (begun, _) = begin(&emulator, &mut product, wanted).await;
    for (wanted, code) in [
        (
            json!({"lifecycle": "room", "caller": {"identifier": "+1"}}),
            "caller_not_a_user",
        ),
        (
            json!({"lifecycle": "room", "caller": {"identifier": USER}, "room_id": "x"}),
            "room_unknown",
        ),
        (
            json!({"lifecycle": "room", "caller": {"identifier": USER}, "room_id": begun["room_id"]}),
            "room_busy",
        ),
        (
            json!({"caller": {"identifier": "+1", "wav": "/nowhere.wav"}}),
            "recording_unusable",
        ),
        (json!({"caller": {"number": "+1"}}), "body_unreadable"),
    ] {
        let answer = crate::support::server::http_client()
            .post(emulator.url("/_emulator/calls"))
            .json(&wanted)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 400);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["code"], code);
    }
}
