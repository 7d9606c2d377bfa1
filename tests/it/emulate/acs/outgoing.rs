//! We call somebody, and do something with those who are in a call.

use serde_json::{Value, json};

use super::{
    product::{Came, Product},
    stand::{Answered, Emulator, VERSION, assert_same_form, golden, media},
};

const CALLED: &str = "+14255550123";

fn create_body(product: &Product) -> Value {
    json!({
        "targets": [{"rawId": format!("4:{CALLED}"), "phoneNumber": {"value": CALLED}}],
        "sourceCallerIdNumber": {"value": "+18005550100"},
        "sourceDisplayName": "Interpreter",
        "callbackUri": product.url("/callbacks/secret"),
        "operationContext": "outbound-1",
        "mediaStreamingOptions": media(product, "mixed", "pcm16KMono"),
    })
}

async fn create(emulator: &Emulator, body: &Value) -> Answered {
    let target = format!("/calling/callConnections?{VERSION}");
    emulator.ask("POST", &target, Some(body)).await
}

fn assert_outcome(came: &Came, file: &str) {
    let recorded = golden(&format!("events/callbacks/{file}.json"));
    assert_same_form(&recorded, &came.body, file);
    let (given, wanted) = (came.data(), &recorded[0]["data"]);
    assert_eq!(
        given["resultInformation"], wanted["resultInformation"],
        "{file}"
    );
    assert_eq!(
        given["operationContext"], wanted["operationContext"],
        "{file}"
    );
}

#[tokio::test]
async fn somebody_whom_we_call_answers() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let created = create(&emulator, &create_body(&product)).await;
    assert_eq!(created.status, 201);
    let mut wanted = golden("responses/create_call.201.json")["body"].clone();
    wanted["mediaStreamingSubscription"] =
        golden("responses/answer_call.200.json")["body"]["mediaStreamingSubscription"].clone();
    assert_same_form(&wanted, &created.body, "created");
    product.expect("CallConnected").await;
    product.expect("ParticipantsUpdated").await;
    let _socket = product.socket().await;
    product.expect("MediaStreamingStarted").await;
    let mut nameless = create_body(&product);
    nameless
        .as_object_mut()
        .unwrap()
        .remove("sourceCallerIdNumber");
    assert_eq!(create(&emulator, &nameless).await.code(), "8523");
}

#[tokio::test]
async fn somebody_whom_we_call_is_busy_or_lets_it_ring() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--ring-for", "1s"]);
    let busy = json!({"identifier": CALLED, "does": "busy", "after": "1ms"});
    emulator.control("POST", "/_emulator/callees", &busy).await;
    create(&emulator, &create_body(&product)).await;
    let failed = product.expect("CreateCallFailed").await;
    assert_outcome(&failed, "CreateCallFailed");
    let never = json!({"identifier": CALLED, "does": "never"});
    emulator.control("POST", "/_emulator/callees", &never).await;
    create(&emulator, &create_body(&product)).await;
    let failed = product.expect("CreateCallFailed").await;
    assert_eq!(failed.data()["resultInformation"]["subCode"], 8_542);
}

#[tokio::test]
async fn a_leg_that_is_not_connected_can_only_hang_up() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &["--ring-for", "1h"]);
    let never = json!({"identifier": CALLED, "does": "never"});
    emulator.control("POST", "/_emulator/callees", &never).await;
    let created = create(&emulator, &create_body(&product)).await;
    let connection = &created.body["callConnectionId"];
    let start = ":startMediaStreaming";
    let early = emulator
        .leg("POST", connection, start, Some(&json!({})))
        .await;
    let wanted = golden("responses/error_400_call_not_established.json");
    assert_eq!((early.status, &early.body), (400, &wanted["body"]));
    assert_eq!(
        emulator.leg("DELETE", connection, "", None).await.status,
        204
    );
    let ended = product.expect("CallDisconnected").await;
    assert_eq!(ended.data()["resultInformation"]["subCode"], 7_000);
}

/// A call with somebody in it.
async fn connected(emulator: &Emulator, product: &mut Product) -> Value {
    let mut body = create_body(product);
    body.as_object_mut()
        .unwrap()
        .remove("mediaStreamingOptions");
    let created = create(emulator, &body).await;
    product.expect("CallConnected").await;
    product.expect("ParticipantsUpdated").await;
    created.body["callConnectionId"].clone()
}

#[tokio::test]
async fn people_are_added_muted_and_removed() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let connection = connected(&emulator, &mut product).await;
    let leg = async |action: &str, body: &Value| {
        emulator.leg("POST", &connection, action, Some(body)).await
    };
    let other = golden("requests/add_participant_user.json")["body"].clone();
    let added = leg("/participants:add", &other).await;
    assert_eq!(added.status, 202);
    let recorded = golden("responses/add_participant.202.json");
    assert_same_form(&recorded["body"], &added.body, "added");
    assert_outcome(
        &product.expect("AddParticipantSucceeded").await,
        "AddParticipantSucceeded",
    );
    let three = product.expect("ParticipantsUpdated").await;
    assert_eq!(three.data()["participants"].as_array().unwrap().len(), 3);

    let mute = json!({"targetParticipants": [{"rawId": format!("4:{CALLED}")}], "operationContext": "mute-1"});
    let muted = leg("/participants:mute", &mute).await;
    assert_eq!(
        (muted.status, &muted.body),
        (200, &golden("responses/mute.200.json")["body"])
    );
    product.expect("ParticipantsUpdated").await;
    let path = "/participants/4%3A%2B14255550123";
    let got = emulator.leg("GET", &connection, path, None).await;
    assert_eq!(
        got.body,
        golden("responses/get_participant.200.json")["body"]
    );
    let nobody = json!({"targetParticipants": [{"rawId": "4:+1"}]});
    assert_eq!(leg("/participants:mute", &nobody).await.code(), "8522");

    let mut remove = golden("requests/remove_participant.json")["body"].clone();
    let removed = leg("/participants:remove", &remove).await;
    assert_eq!(
        (removed.status, &removed.body),
        (202, &json!({"operationContext": "rm-1"}))
    );
    assert_outcome(
        &product.expect("RemoveParticipantSucceeded").await,
        "RemoveParticipantSucceeded",
    );
    product.expect("ParticipantsUpdated").await;
    remove["operationCallbackUri"] = product.url("/ops").into();
    leg("/participants:remove", &remove).await;
    let failed = product.expect("RemoveParticipantFailed").await;
    assert_outcome(&failed, "RemoveParticipantFailed");
    assert_eq!(failed.path, "/ops");
}

#[tokio::test]
async fn an_invitation_is_cancelled_or_runs_out() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let connection = connected(&emulator, &mut product).await;
    let leg = async |action: &str, body: &Value| {
        emulator.leg("POST", &connection, action, Some(body)).await
    };
    let never = json!({"identifier": "+14255550199", "does": "never"});
    emulator.control("POST", "/_emulator/callees", &never).await;
    let mut other = json!({
        "participantToAdd": {"phoneNumber": {"value": "+14255550199"}},
        "sourceCallerIdNumber": {"value": "+18005550100"},
        "operationContext": "add-2",
    });
    let added = leg("/participants:add", &other).await;
    let cancel =
        json!({"invitationId": added.body["invitationId"], "operationContext": "cancel-1"});
    let cancelled = leg("/participants:cancelAddParticipant", &cancel).await;
    assert_eq!(cancelled.status, 202);
    assert_eq!(cancelled.body, cancel);
    let came = product.expect("CancelAddParticipantSucceeded").await;
    assert_outcome(&came, "CancelAddParticipantSucceeded");
    leg("/participants:cancelAddParticipant", &cancel).await;
    let came = product.expect("CancelAddParticipantFailed").await;
    assert_outcome(&came, "CancelAddParticipantFailed");
    other["invitationTimeoutInSeconds"] = 1.into();
    leg("/participants:add", &other).await;
    assert_outcome(
        &product.expect("AddParticipantFailed").await,
        "AddParticipantFailed",
    );
    other["invitationTimeoutInSeconds"] = 181.into();
    assert_eq!(leg("/participants:add", &other).await.code(), "8523");
}

#[tokio::test]
async fn somebody_is_moved_from_one_call_to_another() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let here = connected(&emulator, &mut product).await;
    let there = connected(&emulator, &mut product).await;
    let raw = format!("4:{CALLED}");
    let wanted = json!({
        "targetParticipants": [{"rawId": raw}],
        "fromCall": there,
        "operationContext": "move-1",
    });
    let action = "/participants:moveHere";
    let moved = emulator.leg("POST", &here, action, Some(&wanted)).await;
    assert_eq!(moved.status, 202);
    let recorded = golden("responses/move_participants.202.json");
    assert_eq!(moved.body["fromCall"], there);
    assert_eq!(
        moved.body["operationContext"],
        recorded["body"]["operationContext"]
    );
    let mut ended = false;
    let mut kinds = Vec::new();
    for _ in 0..3 {
        let came = product.callback().await;
        if came.data()["callConnectionId"] == there {
            assert_eq!(came.kind(), "CallDisconnected");
            ended = true;
        } else {
            kinds.push(came.kind().to_owned());
        }
    }
    assert!(ended, "nobody was left there");
    assert_eq!(kinds, ["MoveParticipantSucceeded", "ParticipantsUpdated"]);
    emulator.leg("POST", &here, action, Some(&wanted)).await;
    let failed = product.expect("MoveParticipantFailed").await;
    let recorded = golden("events/callbacks/MoveParticipantFailed.json");
    assert_eq!(
        failed.data()["resultInformation"],
        recorded[0]["data"]["resultInformation"]
    );
}

#[tokio::test]
async fn long_lists_have_pages() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let people: Vec<Value> = (0..12)
        .map(|at| json!({"identifier": format!("+1425555{at:04}")}))
        .collect();
    let wanted = json!({"caller": {"identifier": CALLED}, "people": people});
    let (_, incoming) = emulator.incoming(&mut product, wanted).await;
    let answered = emulator.answer(&product, &incoming, Value::Null).await;
    product.until("ParticipantsUpdated").await;
    let connection = &answered["callConnectionId"];
    let first = emulator.leg("GET", connection, "/participants", None).await;
    assert_eq!(first.body["value"].as_array().unwrap().len(), 10);
    let recorded = golden("responses/list_participants_p2.200.json");
    let phone = &recorded["body"]["value"][0];
    assert_same_form(phone, &first.body["value"][0], "participant");
    let next = first.body["nextLink"].as_str().unwrap();
    let target = next.strip_prefix(&emulator.url("")).unwrap();
    let second = emulator.ask("GET", target, None).await;
    assert_eq!(second.body["value"].as_array().unwrap().len(), 4);
    assert!(second.body.get("nextLink").is_none());
}

#[tokio::test]
async fn what_plays_ends_or_is_cancelled() {
    let mut product = Product::start().await;
    let emulator = Emulator::with_events(&product, &[]);
    let connection = connected(&emulator, &mut product).await;
    let leg = async |action: &str, body: Option<&Value>| {
        emulator.leg("POST", &connection, action, body).await.status
    };
    let play = golden("requests/play_media_file_all.json")["body"].clone();
    assert_eq!(leg(":play", Some(&play)).await, 202);
    assert_outcome(&product.expect("PlayStarted").await, "PlayStarted");
    assert_outcome(&product.expect("PlayCompleted").await, "PlayCompleted");
    let mut endless = play.clone();
    endless["playOptions"]["loop"] = true.into();
    assert_eq!(leg(":play", Some(&endless)).await, 202);
    product.expect("PlayStarted").await;
    assert_eq!(leg(":cancelAllMediaOperations", None).await, 202);
    assert_outcome(&product.expect("PlayCanceled").await, "PlayCanceled");
    assert_eq!(leg(":play", Some(&json!({"playSources": []}))).await, 400);
    // What is only taken is answered as recorded.
    let hold = golden("requests/hold.json")["body"].clone();
    assert_eq!(leg(":hold", Some(&hold)).await, 200);
    let tones = golden("requests/send_dtmf_tones.json")["body"].clone();
    assert_eq!(leg(":sendDtmfTones", Some(&tones)).await, 202);
}
