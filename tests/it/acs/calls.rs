//! Calls as operators have them: placed, looked at, brought together, hung up; and how several people on one are heard.

use serde_json::{Value, json};

use super::{
    exchange::{CALLEE, CALLER, Exchange, Heard, Line},
    lifecycle::words,
};

#[tokio::test]
async fn a_caller_and_one_who_is_called_are_interpreted_to_each_other() {
    let mut exchange = Exchange::with(&[]).await;
    let (ana, mut ana_media) = exchange.answered().await;
    let waiting = exchange.call(&ana, |call| call["waiting"] == true).await;
    let wanted = json!({
        "target": "+15550123", "caller_id": "+15550100", "into": waiting["room_id"], "speaks": "es", "hears": "es"});
    let (status, placed) = exchange.place(wanted).await;
    assert_eq!((status, &placed["state"]), (201, &json!("ringing")));
    let asked = exchange.until_asked("POST", "/callConnections", 1).await;
    let ben = exchange.line(&asked[0]);
    assert_eq!(ben.body["targets"][0]["rawId"], "4:+15550123");
    assert_eq!(ben.body["sourceCallerIdNumber"]["value"], "+15550100");
    exchange.tell(&ben, "CallConnected", json!({})).await;
    let mut ben_media = exchange.dial(&ben, 24_000).await;
    exchange.call(&ben, |call| call["state"] == "media").await;
    exchange.call(&ana, |call| call["waiting"] == false).await;

    ana_media.speak(None, &words()).await;
    ana_media.speak(None, &[0; 16_000]).await;
    match ben_media.hear().await {
        Heard::Audio(samples) => assert_eq!(samples.len(), 480),
        other => panic!("{other:?}"),
    }
    // Nobody hears their own words: what Ana hears is what Ben says.
    let room = exchange
        .server
        .get(&format!(
            "/api/rooms/{}",
            waiting["room_id"].as_str().unwrap()
        ))
        .await;
    let invokers = room["invokers"].as_array().unwrap();
    assert_eq!(invokers.len(), 1, "{room}");
    assert_eq!(invokers[0]["language"], "es");

    let path = format!("/api/calls/{}/hangup", placed["call_id"].as_str().unwrap());
    assert_eq!(exchange.server.post(&path, &Value::Null).await.0, 202);
    exchange.until_asked("DELETE", &ben.leg, 1).await;
    assert_eq!(exchange.ended(&ben).await, "operator");
    exchange.call(&ana, |call| call["state"] == "media").await;
    let audit = exchange.server.get("/admin/audit").await;
    let actions: Vec<_> = audit["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["action"].clone())
        .collect();
    assert_eq!(actions, [json!("call.hangup"), json!("call.place")]);
}

#[tokio::test]
async fn a_call_goes_to_a_room_and_a_session_comes_to_a_call() {
    let mut exchange = Exchange::with(&[]).await;
    let (line, _media) = exchange.answered().await;
    let attach = format!("/api/calls/{}/attach", line.leg);

    let mut operator = exchange.server.connect().await;
    let session = operator
        .create_session(json!({"speaks": "es", "hears": ["es"]}))
        .await;
    let (status, call) = exchange
        .server
        .post(&attach, &json!({"session_id": session["session_id"]}))
        .await;
    assert_eq!(status, 200, "{call}");
    let joined = operator.expect("room_joined").await;
    assert_eq!(joined["room_id"], call["room_id"]);
    exchange.call(&line, |call| call["waiting"] == false).await;

    let (status, call) = exchange
        .server
        .post(&attach, &json!({"room_id": "desk"}))
        .await;
    assert_eq!((status, &call["room_id"]), (200, &json!("desk")));
    let room = exchange.server.get("/api/rooms/desk").await;
    assert_eq!(room["participants"][0]["kind"], "phone");
    operator.expect("participant_left").await;

    for (wanted, status) in [
        (json!({}), 400),
        (json!({"room_id": "a", "session_id": "b"}), 400),
        (json!({"session_id": "nobody"}), 404),
    ] {
        assert_eq!(
            exchange.server.post(&attach, &wanted).await.0,
            status,
            "{wanted}"
        );
    }
    let private = session["room_id"].as_str().unwrap();
    let mut other = exchange.server.connect().await;
    let theirs = other.create_session(json!({})).await;
    let (status, _) = exchange
        .server
        .post(&attach, &json!({"room_id": theirs["room_id"]}))
        .await;
    assert_eq!(status, 403, "a private room stays one: {private}");
    let wanted = json!({
        "target": "+15550123", "caller_id": "+15550100", "into": theirs["room_id"]});
    let (status, refused) = exchange.place(wanted).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (403, &json!("forbidden"))
    );
    let placed = exchange.asked("POST", "/callConnections");
    assert!(placed.is_empty(), "nobody is called for nothing");
    exchange.call(&line, |call| call["room_id"] == "desk").await;
}

#[tokio::test]
async fn those_who_follow_a_call_are_told_that_it_waits_and_how_it_ends() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__IDLE_AFTER", "4s")]).await;
    let (line, _media) = exchange.answered().await;
    let call = exchange.call(&line, |_| true).await;
    let mut watcher = exchange.server.connect().await;
    let topic = format!("call/{}", call["call_id"].as_str().unwrap());
    watcher
        .ask(json!({"type": "subscribe", "topic": topic}))
        .await;
    let is = |kind: &'static str| move |message: &Value| message["event"]["kind"] == kind;
    let waiting = watcher.expect_where("event", is("call.waiting")).await;
    assert_eq!(waiting["event"]["call"]["state"], "media");
    exchange.remote_hangs_up(&line).await;
    let ended = watcher.expect_where("event", is("call.ended")).await;
    assert_eq!(ended["event"]["call"]["reason"], "remote_hung_up");
    assert!(
        !ended
            .to_string()
            .contains(line.media.rsplit('/').next().unwrap())
    );
}

#[tokio::test]
async fn who_follows_all_calls_is_told_of_each_and_sees_how_it_is_interpreted() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__IDLE_AFTER", "10s")]).await;
    let list = exchange.server.get("/api/calls").await;
    assert_eq!(list["configured"], true, "{list}");
    let mut watcher = exchange.server.connect().await;
    watcher
        .ask(json!({"type": "subscribe", "topic": "call/*"}))
        .await;
    let is = |kind: &'static str| move |message: &Value| message["event"]["kind"] == kind;
    let (line, _media) = exchange.answered().await;
    let call = exchange
        .call(&line, |call| {
            let participants = &call["interpretation"]["participants"];
            participants
                .as_array()
                .is_some_and(|people| people.len() == 1)
        })
        .await;
    assert_eq!(call["interpretation"]["participants"][0]["kind"], "phone");
    assert_eq!(call["interpretation"]["participants"][0]["name"], "Ana");
    assert_eq!(call["interpretation"]["lag_ms"], 0);
    assert_eq!(call["interpretation"]["cost_usd"], Value::Null);
    let topic = format!("call/{}", call["call_id"].as_str().unwrap());
    let first = watcher.expect_where("event", is("call.state")).await;
    assert_eq!(first["topic"], topic.as_str());
    let waiting = watcher.expect_where("event", is("call.waiting")).await;
    assert_eq!(waiting["topic"], topic.as_str());

    exchange.remote_hangs_up(&line).await;
    let ended = watcher.expect_where("event", is("call.ended")).await;
    assert_eq!(ended["event"]["call"]["call_id"], call["call_id"]);
    let list = exchange.server.get("/api/calls").await;
    assert_eq!(list["calls"][0]["state"], "ended");
    assert_eq!(list["calls"][0].get("interpretation"), None);
}

#[tokio::test]
async fn calls_of_one_room_say_the_same_of_it_and_nothing_if_nothing_is_wanted() {
    let mut exchange = Exchange::with(&[]).await;
    let (first, _first_media) = exchange.answered().await;
    let (second, _second_media) = exchange.answered().await;
    let (third, _third_media) = exchange.answered().await;
    for line in [&first, &second] {
        let path = format!("/api/calls/{}/attach", line.leg);
        let (status, answer) = exchange
            .server
            .post(&path, &json!({"room_id": "desk"}))
            .await;
        assert_eq!(status, 200, "{answer}");
    }
    let of = |list: &Value, leg: &str| {
        let calls = list["calls"].as_array().unwrap();
        let call = calls.iter().find(|call| call["call_connection_id"] == leg);
        call.unwrap().clone()
    };
    let people = |call: &Value| {
        let people = call["interpretation"]["participants"].as_array();
        people.map_or(0, Vec::len)
    };
    let list = exchange
        .server
        .eventually("/api/calls", |list| people(&of(list, &second.leg)) == 2)
        .await;
    let interpretation = |line: &Line| of(&list, &line.leg)["interpretation"].clone();
    assert_eq!(interpretation(&first), interpretation(&second));
    assert_eq!(people(&of(&list, &third.leg)), 1);
    let alone = exchange.server.get("/api/calls?interpretation=false").await;
    assert_eq!(alone["active"], 3);
    for line in [&first, &second, &third] {
        let mut call = of(&list, &line.leg);
        call.as_object_mut().unwrap().remove("interpretation");
        assert_eq!(of(&alone, &line.leg), call);
    }
    // However many calls it has, a room is asked once. It has other things to do as well, so not every time is quiet.
    let server = &exchange.server;
    let handled = async || {
        let rooms = server.get("/admin/actors?kind=room&path=rooms/desk").await;
        rooms["actors"][0]["handled"].as_u64().unwrap()
    };
    let asked = async |path: &str| {
        let before = handled().await;
        server.get(path).await;
        handled().await - before
    };
    for (path, times) in [("/api/calls", 1), ("/api/calls?interpretation=false", 0)] {
        let mut fewest = u64::MAX;
        for _ in 0..20 {
            fewest = fewest.min(asked(path).await);
        }
        assert_eq!(fewest, times, "{path}");
    }
}

#[tokio::test]
async fn each_on_a_call_is_heard_alone_where_they_come_so() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__CHANNELS", "unmixed")]).await;
    let (line, mut media) = exchange.answered().await;
    assert_eq!(
        line.body["mediaStreamingOptions"]["audioChannelType"],
        "unmixed"
    );
    let call = exchange.call(&line, |_| true).await;
    let mut friend = exchange.server.connect().await;
    friend
        .create_session(
            json!({"room_id": call["room_id"], "speaks": "es", "hears": ["es"], "partials": false}),
        )
        .await;
    for speaker in [CALLER, CALLEE] {
        media.speak(Some(speaker), &words()).await;
        media.speak(Some(speaker), &[0; 16_000]).await;
    }
    let first = friend
        .expect_where("transcription", |message| message["final"] == true)
        .await;
    let second = friend
        .expect_where("transcription", |message| message["final"] == true)
        .await;
    assert_eq!(first["speaker"]["name"], "Ana");
    assert_eq!(second["speaker"]["name"], "Caller 0001");
    exchange.remote_hangs_up(&line).await;
    exchange.ended(&line).await;
    let path = format!("/api/rooms/{}", call["room_id"].as_str().unwrap());
    exchange
        .server
        .eventually(&path, |room| {
            room["participants"]
                .as_array()
                .is_some_and(|people| people.len() == 1)
        })
        .await;
}

#[tokio::test]
async fn only_who_listens_cuts_off_what_they_hear() {
    let mut exchange = Exchange::with(&[]).await;
    let (line, mut media) = exchange.answered().await;
    let call = exchange.call(&line, |_| true).await;
    let mut friend = exchange.server.connect().await;
    friend
        .create_session(json!({"room_id": call["room_id"], "speaks": "es", "hears": ["es"]}))
        .await;
    // Sentence after sentence, 100 ms of tone each, so that there is always one to cut off.
    for number in 0..80 {
        friend.say(&format!("frase {number}")).await;
    }
    // The friend goes on; nobody is cut off by that.
    let heard = media.hear().await;
    assert!(matches!(heard, Heard::Audio(_)), "{heard:?}");
    media.speak(None, &words()).await;
    loop {
        match media.hear().await {
            Heard::Audio(_) => {}
            Heard::Stop => break,
            Heard::Closed(code) => panic!("closed {code:?} before anything was cut off"),
        }
    }
}

#[tokio::test]
async fn in_a_call_of_others_everybody_is_interpreted_to_all() {
    let mut exchange = Exchange::with(&[("INTERPRES__ACS__DEFAULT__HEARS", "es")]).await;
    let wanted = json!({"server_call_id": "of-others"});
    let (status, placed) = exchange.place(wanted).await;
    assert_eq!((status, &placed["direction"]), (201, &json!("joined")));
    let asked = exchange.until_asked("POST", ":connect", 1).await;
    let line = exchange.line(&asked[0]);
    let locator = json!({"kind": "serverCallLocator", "serverCallId": "of-others"});
    assert_eq!(line.body["callLocator"], locator);
    exchange.tell(&line, "CallConnected", json!({})).await;
    let mut media = exchange.dial(&line, 16_000).await;
    let call = exchange.call(&line, |call| call["state"] == "media").await;
    assert_eq!(call["waiting"], false);
    media.speak(None, &words()).await;
    media.speak(None, &[0; 16_000]).await;
    assert!(matches!(media.hear().await, Heard::Audio(_)));
    let path = format!("/api/rooms/{}", placed["room_id"].as_str().unwrap());
    let room = exchange.server.get(&path).await;
    let kinds: Vec<_> = room["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["kind"].clone())
        .collect();
    assert_eq!(kinds, [json!("bot"), json!("phone")]);
    exchange.remote_hangs_up(&line).await;
    exchange.ended(&line).await;
    exchange
        .server
        .eventually(&path, |room| room["participants"] == json!([]))
        .await;
}

#[tokio::test]
async fn none_of_ours_comes_into_a_call_in_which_one_is() {
    let mut exchange = Exchange::with(&[]).await;
    let started = json!({
        "startedBy": {"communicationIdentifier": {"rawId": CALLEE}}, "serverCallId": "of-the-room",
        "room": {"id": "99"}, "isRoomsCall": true, "isTwoParty": false, "correlationId": "of-the-room"});
    let (status, placed) = exchange.place(json!({"room_id": "99"})).await;
    assert_eq!(status, 201, "{placed}");
    // That we joined is what begins it, and is told as anybody's joining is.
    let event = exchange.event("CallStarted", started);
    exchange.post_events(&json!([event])).await;
    assert_eq!(exchange.counted("event", "duplicate").await, 1);
    let asked = exchange.until_asked("POST", ":connect", 1).await;
    let line = exchange.line(&asked[0]);
    for again in [
        json!({"room_id": "99"}),
        json!({"server_call_id": "server-call"}),
    ] {
        exchange.tell(&line, "CallConnected", json!({})).await;
        exchange
            .call(&line, |call| call["server_call_id"] == "server-call")
            .await;
        let (status, refusal) = exchange.place(again).await;
        assert_eq!(
            (status, &refusal["error"]["code"]),
            (409, &json!("already_in_call")),
            "{refusal}"
        );
    }
    // Where it is no more, another can be.
    exchange.remote_hangs_up(&line).await;
    exchange.ended(&line).await;
    assert_eq!(exchange.place(json!({"room_id": "99"})).await.0, 201);
    exchange.until_asked("POST", ":connect", 2).await;
}

#[tokio::test]
async fn what_no_call_can_be_placed_with_is_said_at_once() {
    let exchange = Exchange::with(&[]).await;
    for (wanted, missing) in [
        (json!({"target": "+15550123"}), "caller_id"),
        (json!({}), "target"),
        (json!({"room_id": "99", "target": CALLEE}), "one of"),
        (json!({"server_call_id": ""}), "1 to"),
    ] {
        let (status, refusal) = exchange.place(wanted.clone()).await;
        let message = refusal["error"]["message"].as_str().unwrap();
        assert!(
            status == 400 && message.contains(missing),
            "{wanted}: {refusal}"
        );
    }
    assert_eq!(exchange.server.get("/api/calls").await["calls"], json!([]));
}

#[tokio::test]
async fn those_who_are_heard_alone_keep_a_call_from_being_idle() {
    let mut exchange = Exchange::with(&[
        ("INTERPRES__ACS__DEFAULT__HEARS", "en"),
        ("INTERPRES__ACS__IDLE_AFTER", "3s"),
    ])
    .await;
    exchange.place(json!({"server_call_id": "of-others"})).await;
    let asked = exchange.until_asked("POST", ":connect", 1).await;
    let line = exchange.line(&asked[0]);
    exchange.tell(&line, "CallConnected", json!({})).await;
    let mut media = exchange.dial(&line, 16_000).await;
    exchange.call(&line, |call| call["state"] == "media").await;
    // Nothing is to be translated, so that our leg says nothing.
    for _ in 0..3 {
        media.speak(Some(CALLER), &words()).await;
    }
    exchange.call(&line, |call| call["state"] == "media").await;
    assert!(exchange.asked("DELETE", &line.leg).is_empty());
    assert_eq!(exchange.ended(&line).await, "idle");
}
