//! What the provider bills is what people are told, what the ledger holds, and what ends a room's budget.

use std::time::Duration;

use serde_json::{Value, json};

use super::{KEY, go_forward, last, messages, server, two};
use crate::{
    access::{CLIENT_KEY, OPERATOR_KEY, keyed},
    emulate::stand::Emulator,
    support::{
        client::Client,
        server::{Server, outcome},
    },
};

/// What all closed sessions cost, once so many are.
async fn billed(emulator: &Emulator, count: usize) -> f64 {
    loop {
        let invoice = emulator.get("/_emulator/invoice").await;
        let sessions = invoice["sessions"].as_array().unwrap();
        let closed = sessions.iter().all(|session| session["open"] == false);
        if closed && sessions.len() == count {
            return invoice["total_usd"].as_f64().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn agrees(told: &Value, billed: f64) -> bool {
    told.as_f64()
        .is_some_and(|told| (told - billed).abs() <= billed / 100.0)
}

fn of_engine<'a>(figures: &'a Value, engine: &str) -> &'a Value {
    let all = figures.as_array().unwrap();
    let found = all.iter().find(|one| one["engine"] == engine);
    found.unwrap_or(&Value::Null)
}

async fn costs_what_is_billed(engine: &str) {
    let emulator = Emulator::start(&[]);
    let mut server = server(&emulator, engine);
    let (mut ana, mut berta) = two(&server).await;
    go_forward(&mut ana).await;
    last(&mut berta, "translation").await;
    let billed = billed(&emulator, 1).await;
    assert!(billed > 0.000_5, "{billed}");

    let is_whole = |usage: &Value| usage["engine"] == engine && agrees(&usage["cost_usd"], billed);
    let told = berta.expect_where("usage", is_whole).await;
    assert_eq!(told["room_id"], "demo");
    assert_eq!(told.get("budget_left"), None);
    assert_eq!(told.get("tokens").is_some(), engine == "azure-realtime");
    let shown = server.get("/api/rooms/demo").await;
    assert!(
        agrees(&of_engine(&shown["usage"], engine)["cost_usd"], billed),
        "{shown}"
    );
    let overview = server.get("/api/dashboard").await;
    let activity = of_engine(&overview["engines"], engine);
    assert!(agrees(&activity["cost_usd"], billed), "{overview}");
    let metrics = server.request("GET", "/metrics").send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let line = format!("interpres_engine_cost_dollars_total{{engine=\"{engine}\"}} ");
    let figure = metrics.lines().find_map(|text| text.strip_prefix(&line));
    let figure: f64 = figure.expect(&metrics).parse().unwrap();
    assert!(agrees(&json!(figure), billed), "{figure}");

    // The ledger outlives the process, however that ends.
    let in_ledger = |ledger: &Value| agrees(&ledger["cost_usd"], billed);
    server.eventually("/api/usage", in_ledger).await;
    server.kill_and_start_again();
    let ledger = server.get("/api/usage?room_id=demo").await;
    assert!(
        agrees(&of_engine(&ledger["usage"], engine)["cost_usd"], billed),
        "{ledger}"
    );
    for (which, cost) in [("to=2020-01-01", 0.0), ("room_id=other", 0.0)] {
        let ledger = server.get(&format!("/api/usage?{which}")).await;
        assert_eq!(
            (&ledger["usage"], &ledger["cost_usd"]),
            (&json!([]), &json!(cost))
        );
    }
}

#[tokio::test]
async fn translation_costs_what_is_billed() {
    costs_what_is_billed("azure-translate").await;
}

#[tokio::test]
async fn conversation_costs_what_is_billed() {
    costs_what_is_billed("azure-realtime").await;
}

#[tokio::test]
async fn a_day_that_is_none_is_refused_with_an_example() {
    let server = Server::start();
    for wrong in [
        "from=yesterday",
        "to=2026-13-01",
        "from=2026-11-21T00:00:00Z",
    ] {
        let answer = server.request("GET", &format!("/api/usage?{wrong}")).send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
        let body: Value = answer.json().await.unwrap();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains("2026-11-21"), "{message}");
    }
}

#[tokio::test]
async fn a_budget_that_is_none_is_refused() {
    let server = Server::start();
    for wrong in [
        json!({}),
        json!({"minutes": -1}),
        json!({"cost_usd": 1e10}),
        json!({"euros": 1}),
    ] {
        let (status, body) = server.post("/api/rooms", &json!({"budget": wrong})).await;
        assert_eq!(status, 400, "{wrong}: {body}");
    }
    let (status, body) = server.post("/api/rooms", &json!({"budget": {}})).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (400, &json!("invalid_budget"))
    );
    assert!(
        body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cost_usd")
    );
}

/// Who comes into a room whose budget is used up is told so at once.
async fn is_told_on_coming(server: &Server) -> Client {
    let mut client = server.connect().await;
    let config = json!({"name": "Carla", "room_id": "demo", "speaks": "es", "hears": ["es"]});
    client.create_session(config).await;
    let told = client.expect("error").await;
    assert_eq!(told["code"], "budget_exhausted", "{told}");
    client
}

#[tokio::test]
async fn a_room_whose_budget_is_used_up_translates_no_more_not_even_after_a_restart() {
    let emulator = Emulator::start(&[]);
    let mut server = Server::with(&[
        ("AZURE_OPENAI_ENDPOINT", &emulator.url("")),
        ("AZURE_OPENAI_API_KEY", KEY),
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
        ("INTERPRES__INVOKER__RELEASE_AFTER", "2s"),
    ]);
    // A sentence costs some four times as much.
    let room = json!({"room_id": "demo", "budget": {"cost_usd": 0.000_5, "minutes": 60.0}});
    let (status, made) = server.post("/api/rooms", &room).await;
    assert_eq!(status, 201, "{made}");
    let (mut ana, mut berta) = two(&server).await;
    go_forward(&mut ana).await;
    for person in [&mut ana, &mut berta] {
        let told = person.expect("error").await;
        assert_eq!(told["code"], "budget_exhausted", "{told}");
        assert!(
            told["message"].as_str().unwrap().contains("budget"),
            "{told}"
        );
    }
    let cost = billed(&emulator, 1).await;
    assert!(cost >= 0.000_5, "{cost}");
    let nothing_left = |usage: &Value| usage["budget_left"]["cost_usd"] == 0.0;
    let usage = berta.expect_where("usage", nothing_left).await;
    assert!(
        usage["budget_left"]["minutes"].as_f64().unwrap() > 59.0,
        "{usage}"
    );
    let shown = server.get("/api/rooms/demo").await;
    assert_eq!(shown["budget"], room["budget"]);

    // What is said goes on being written down, by the engine of this machine; nothing is translated, said or typed.
    ana.collect(Duration::from_millis(100)).await;
    berta.collect(Duration::from_millis(100)).await;
    go_forward(&mut ana).await;
    let said = last(&mut berta, "transcription").await;
    assert_eq!(said["engine"], "local", "{said}");
    ana.say("Where is the train station?").await;
    let written = |said: &Value| said["text"] == "Where is the train station?";
    berta.expect_where("transcription", written).await;
    let came = berta.collect(Duration::from_secs(2)).await;
    let translated = messages(&came).filter(|message| message["type"] == "translation");
    assert_eq!(translated.count(), 0, "{came:?}");
    drop(is_told_on_coming(&server).await);

    server.kill_and_start_again();
    let mut carla = is_told_on_coming(&server).await;
    let mut ana = server.connect().await;
    let config = json!({"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"]});
    ana.create_session(config).await;
    ana.say("Good morning.").await;
    carla.expect("transcription").await;
    let came = carla.collect(Duration::from_secs(2)).await;
    let translated = messages(&came).filter(|message| message["type"] == "translation");
    assert_eq!(translated.count(), 0, "{came:?}");
    let invoice = emulator.get("/_emulator/invoice").await;
    assert_eq!(
        invoice["session_count"], 1,
        "nobody asked the provider again: {invoice}"
    );
}

#[tokio::test]
async fn only_operators_give_a_room_another_budget_in_place_of_its_own() {
    let server = keyed(&[]);
    let make = async |key: &str, minutes: f64| {
        let room = json!({"room_id": "demo", "budget": {"minutes": minutes}});
        let request = server.request("POST", "/api/rooms").bearer_auth(key);
        outcome(request.json(&room).send().await.unwrap()).await.0
    };
    let close = async || {
        let request = server.request("DELETE", "/api/rooms/demo");
        let closed = request.bearer_auth(OPERATOR_KEY).send().await.unwrap();
        assert!(closed.status().is_success());
    };
    assert_eq!(make(CLIENT_KEY, 1.0).await, 201);
    assert_eq!(make(CLIENT_KEY, 60.0).await, 403, "it runs, and has one");
    close().await;
    assert_eq!(make(CLIENT_KEY, 60.0).await, 403);
    assert_eq!(make(OPERATOR_KEY, 60.0).await, 201);
    let request = server
        .request("GET", "/api/rooms/demo")
        .bearer_auth(OPERATOR_KEY);
    let room = outcome(request.send().await.unwrap()).await.1;
    for figure in ["budget", "budget_left"] {
        assert_eq!(room[figure], json!({"minutes": 60.0}), "{room}");
    }
}
