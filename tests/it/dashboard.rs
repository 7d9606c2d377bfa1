//! What the overview page is made of: `/api/dashboard`, the topic `metrics`, and `/api/metrics`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    client::Client,
    server::Server,
    speech::{recording, speak},
};

const OFTEN: (&str, &str) = ("INTERPRES__METRICS__SAMPLE_INTERVAL", "500ms");

/// How long a sample of some kind is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every number of a sample.
const NUMBERS: [&str; 18] = [
    "connections",
    "rooms",
    "sessions",
    "speaking",
    "messages_in_per_second",
    "messages_out_per_second",
    "audio_in_per_second",
    "audio_out_per_second",
    "captions_per_second",
    "finals_per_second",
    "refused_per_second",
    "speech_lag_ms",
    "translation_lag_ms",
    "cost_usd",
    "cpu_percent",
    "memory_bytes",
    "restarts",
    "failures",
];

async fn follow(server: &Server) -> Client {
    let mut operator = server.connect().await;
    let answer = operator
        .ask(json!({"type": "subscribe", "topic": "metrics"}))
        .await;
    assert_eq!(answer["type"], "subscribed", "{answer}");
    operator
}

/// The next sample for which something holds.
async fn sample(operator: &mut Client, wanted: impl Fn(&Value) -> bool) -> Value {
    let is_it = |message: &Value| {
        let event = &message["event"];
        event["kind"] == "sample" && wanted(&event["sample"])
    };
    // Samples never end, so a silence would not be noticed.
    let sample = operator.expect_where("event", is_it);
    let event = tokio::time::timeout(PATIENCE, sample).await;
    event.expect("no such sample")["event"]["sample"].take()
}

fn assert_sample(sample: &Value) {
    let fields = sample.as_object().unwrap();
    assert_eq!(fields.len(), NUMBERS.len() + 1, "{sample}");
    for name in NUMBERS {
        assert!(
            fields[name].as_f64().is_some_and(|value| value >= 0.0),
            "{name}: {sample}"
        );
    }
    assert!(fields["at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn the_page_opens_with_the_last_quarter_of_an_hour() {
    let server = Server::with(&[OFTEN]);
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["es"]}))
        .await;
    let mut operator = follow(&server).await;
    for _ in 0..3 {
        sample(&mut operator, |_| true).await;
    }
    let page = server.get("/api/dashboard").await;
    assert_eq!(page["status"], server.get("/api/health").await["status"]);
    assert_eq!(page["version"], env!("CARGO_PKG_VERSION"));
    assert!(page["uptime"].as_f64().unwrap() > 0.0);
    assert_eq!(
        page["connections"],
        json!({"active": 2, "total": 2, "peak": 2})
    );
    assert_eq!((&page["rooms"], &page["sessions"]), (&json!(1), &json!(1)));
    assert_eq!(page["alerts"], json!([]));
    assert_eq!(page["samples"]["interval_ms"], 500);
    let points = page["samples"]["points"].as_array().unwrap();
    assert!(points.len() >= 3, "{points:#?}");
    for point in points {
        assert_sample(point);
    }
    let times: Vec<_> = points
        .iter()
        .map(|point| point["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted(), "oldest first: {times:?}");
    assert!(times.last().unwrap() <= &page["now"].as_str().unwrap());
    let small = server.request("GET", "/api/dashboard");
    let small = small
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(small.headers()["content-encoding"], "gzip");
    let other = server.get("/api/metrics/dashboard").await;
    let same: Vec<_> = other.as_object().unwrap().keys().collect();
    assert_eq!(same, page.as_object().unwrap().keys().collect::<Vec<_>>());
}

#[tokio::test]
async fn samples_follow_what_happens() {
    let server = Server::with(&[OFTEN]);
    let mut operator = follow(&server).await;
    let quiet = sample(&mut operator, |_| true).await;
    assert_sample(&quiet);
    assert_eq!(
        (&quiet["rooms"], &quiet["speaking"]),
        (&json!(0), &json!(0))
    );
    assert!(quiet["memory_bytes"].as_u64().unwrap() > 1 << 20);

    let mut ana = server.connect().await;
    let config = json!({"room_id": "demo", "speaks": "en", "hears": ["es"], "speech": true});
    ana.create_session(config.clone()).await;
    let mut berta = server.connect().await;
    berta.create_session(config).await;
    sample(&mut operator, |sample| {
        sample["rooms"] == 1 && sample["connections"] == 3
    })
    .await;
    ana.say("Hello.").await;
    berta.expect("translation").await;
    ana.send(json!({"type": "nonsense"})).await;
    ana.expect("error").await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &vec![0; 32_000]).await;
    berta.expect("audio_stop").await;
    // Each shows in one of the samples since then, whichever.
    let mut awaited = vec![
        "messages_in_per_second",
        "messages_out_per_second",
        "audio_in_per_second",
        "audio_out_per_second",
        "captions_per_second",
        "finals_per_second",
        "refused_per_second",
        "speaking",
        "cpu_percent",
    ];
    while !awaited.is_empty() {
        let shown = |sample: &Value| {
            let shows = |name: &&str| sample[*name].as_f64() > Some(0.0);
            awaited.iter().any(shows)
        };
        let came = sample(&mut operator, shown).await;
        awaited.retain(|name| came[*name].as_f64() == Some(0.0));
    }
    // Who is silent is not heard any more.
    sample(&mut operator, |sample| {
        sample["speaking"] == 0 && sample["speech_lag_ms"] == 0
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_an_alert_that_says_what_to_do() {
    let server = Server::with(&[
        OFTEN,
        (
            "INTERPRES__ENGINES__LOCAL__POCKETSPHINX_MODEL_DIR",
            "/nowhere/model",
        ),
        ("INTERPRES__ROOM__MAX_ROOMS", "1"),
    ]);
    let mut operator = follow(&server).await;
    server.post("/api/rooms", &json!({"room_id": "only"})).await;
    let is_rooms = |message: &Value| message["event"]["id"] == "rooms";
    let event = operator.expect_where("event", is_rooms).await["event"].take();
    assert_eq!(event["kind"], "alert");
    assert_eq!(event["severity"], "critical", "none is left: {event}");
    assert_eq!(event["raised"], true);
    let both = |page: &Value| page["alerts"].as_array().is_some_and(|all| all.len() == 2);
    let page = server.eventually("/api/dashboard", both).await;
    assert_eq!(page["alerts"][0]["id"], "rooms", "the worst first");
    let missing = &page["alerts"][1];
    assert_eq!(missing["id"], "engine/local/transcriber");
    assert_eq!(missing["code"], "engine_part_unavailable");
    assert!(
        missing["remedy"].as_str().unwrap().contains("pocketsphinx"),
        "{missing}"
    );
    assert!(missing["since"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn all_figures_come_as_json_too() {
    let server = Server::start();
    server.get("/api/health").await;
    let all = server.get("/api/metrics").await;
    let metrics = all["metrics"].as_array().unwrap();
    let figure = |name: &str| {
        let found = metrics.iter().find(|metric| metric["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let text = server.request("GET", "/metrics").send().await.unwrap();
    let text = text.text().await.unwrap();
    for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = name.split_once(' ').unwrap();
        assert_eq!(figure(name)["kind"], kind);
        assert!(figure(name)["help"].is_string());
    }
    let sent = figure("interpres_messages_sent_total");
    assert_eq!(sent["samples"], json!([{"labels": {}, "value": 0.0}]));
    let alive = figure("interpres_actors_alive")["samples"]
        .as_array()
        .unwrap();
    let monitor = json!({"labels": {"kind": "monitor"}, "value": 1.0});
    assert!(alive.contains(&monitor), "{alive:#?}");
    let durations = &figure("interpres_http_request_duration_seconds")["samples"][0];
    assert_eq!(durations["value"], Value::Null);
    let histogram = &durations["histogram"];
    assert_eq!(histogram["count"], 1);
    assert_eq!(histogram["buckets"][9], json!({"up_to": 10.0, "count": 1}));

    let asked = server.request("GET", "/api/metrics?format=prometheus");
    let answer = asked.send().await.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("# TYPE interpres_messages_sent_total counter")
    );
    let wrong = server
        .request("GET", "/api/metrics?format=xml")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 400);
    let none = Server::with(&[("METRICS_ENABLE", "false")]);
    let off = none.request("GET", "/api/metrics").send().await.unwrap();
    assert_eq!(off.status(), 404);
    assert!(none.get("/api/dashboard").await["samples"]["points"].is_array());
}

#[tokio::test]
async fn the_monitor_may_crash_and_samples_go_on() {
    let server = Server::with(&[OFTEN, ("INTERPRES__ADMIN__FAULT_INJECTION", "true")]);
    let mut operator = follow(&server).await;
    let first = sample(&mut operator, |_| true).await;
    let (status, _) = server
        .post("/admin/actors/workers/monitor/panic", &json!({}))
        .await;
    assert_eq!(status, 202);
    sample(&mut operator, |sample| {
        sample["restarts"] == 1 && sample["failures"] == 1
    })
    .await;
    let page = server.get("/api/dashboard").await;
    let points = page["samples"]["points"].as_array().unwrap();
    assert!(
        points.contains(&first),
        "what was seen before is there: {points:#?}"
    );
    sample(&mut operator, |_| true).await;
}
