//! The disk is full, or fails and is read-only from then on, or slow, in the middle of a conversation.

use std::time::Duration;

use interpres::store::open::open;
use rustix::process::Signal;
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    settings,
    speaker::{Speaker, Watch, figure, store_is},
    witness::{ROOM, assert_nothing_is_doubled, stored_log},
};
use crate::support::{disk::Disk, server::Server};

const PATIENCE: Duration = Duration::from_secs(30);

/// A room that is made while the store does not work, over HTTP and over WebSocket, serves.
async fn open_rooms(server: &Server) -> Speaker {
    let (status, made) = server
        .post("/api/rooms", &json!({"room_id": "over-http"}))
        .await;
    assert_eq!(status, 201, "{made}");
    let mut bert = Speaker::enter(server, "Bert", "over-http").await;
    assert!(!bert.say().await, "nothing can be stored");
    let mut dora = Speaker::enter(server, "Dora", "new").await;
    assert!(!dora.say().await, "nothing can be stored");
    dora
}

#[tokio::test]
async fn a_full_disk_stops_nobody_and_when_it_is_freed_all_is_stored() {
    let disk = Disk::new();
    let mut server = Server::on(&disk, &settings(None));
    let mut watch = Watch::begin(&server).await;
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;
    store_is(&server, "healthy").await;

    disk.fill();
    ana.say_until(false).await;
    let alert = watch.alerted("store_failing", "critical").await;
    assert!(alert.contains("full"), "{alert}");
    store_is(&server, "unhealthy").await;
    assert_eq!(figure(&server, "interpres_store_state").await, 2.0);
    for _ in 0..10 {
        assert!(!ana.say().await, "nothing can be stored");
    }
    let mut dora = open_rooms(&server).await;

    disk.free();
    watch.alerted("store_healthy", "info").await;
    ana.say_until(true).await;
    dora.say_until(true).await;
    store_is(&server, "healthy").await;
    assert_eq!(figure(&server, "interpres_store_refused_total").await, 0.0);
    assert_eq!(ana.come_back(&server).await, ana.said());

    server.signal(Signal::TERM);
    assert_eq!(server.wait(PATIENCE), Some(0));
    let copy = tempfile::tempdir().unwrap();
    disk.copy("data", copy.path());
    let log = stored_log(None, copy.path()).await;
    assert_nothing_is_doubled(&log);
    assert_eq!(ana.stored(&log), ana.said());

    let server = server.beside();
    assert_eq!(ana.come_back(&server).await, ana.said());
    let left = dora.come_back(&server).await;
    dora.compare(&left);
    ana.say_until(true).await;
}

#[tokio::test]
async fn a_start_on_a_full_disk_serves() {
    let disk = Disk::new();
    let mut server = Server::on(&disk, &settings(None));
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;

    disk.fill();
    server.kill_and_start_again();
    assert_eq!(ana.come_back(&server).await, ana.said());
    // Whatever the write-ahead log grew to before is room that is written again.
    ana.say_until(false).await;
    store_is(&server, "unhealthy").await;
    assert!(!ana.say().await, "nothing can be stored");
    open_rooms(&server).await;

    disk.free();
    ana.say_until(true).await;
    store_is(&server, "healthy").await;
    server.kill_and_start_again();
    let left = ana.come_back(&server).await;
    ana.compare(&left);
}

#[tokio::test]
async fn a_disk_that_fails_and_is_read_only_stops_nobody_and_a_start_on_it_says_what_to_do() {
    let disk = Disk::new();
    let mut settings = settings(None);
    // What cannot be stored is waited for at the end.
    settings.push(("INTERPRES__SERVER__SHUTDOWN_DEADLINE", "2s"));
    let mut server = Server::on(&disk, &settings);
    let mut watch = Watch::begin(&server).await;
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;

    disk.fail();
    ana.say_until(false).await;
    watch.alerted("store_failing", "critical").await;
    store_is(&server, "unhealthy").await;
    for _ in 0..10 {
        assert!(!ana.say().await, "nothing can be stored");
    }
    assert_eq!(ana.come_back(&server).await, ana.said(), "from memory");
    open_rooms(&server).await;
    server.signal(Signal::TERM);
    let closed = ana.client.closed().await;
    assert_eq!(
        closed.map(|(code, _)| code),
        Some(1012),
        "told to come back"
    );
    assert_eq!(server.wait(PATIENCE), Some(0));

    let complaint = server.refused_beside(&[]);
    for named in ["Read-only file system", "data.dir"] {
        assert!(complaint.contains(named), "{named} in: {complaint}");
    }
    let other = disk.place().join("other");
    let complaint = server.refused_beside(&[("DATA_DIR", other.to_str().unwrap())]);
    for named in ["Read-only file system", "data.dir"] {
        assert!(complaint.contains(named), "{named} in: {complaint}");
    }

    disk.repair();
    let server = server.beside();
    let left = ana.come_back(&server).await;
    ana.compare(&left);
    ana.say_until(true).await;
}

#[tokio::test]
async fn a_disk_that_takes_seconds_stops_nobody() {
    let mut server = Server::with(&settings(None));
    let mut watch = Watch::begin(&server).await;
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;

    // Who has begun to write keeps everybody else from it, in another process as here.
    let options = SqliteConnectOptions::new().filename(server.data().join("interpres.db"));
    let mut slow = SqliteConnection::connect_with(&options).await.unwrap();
    let held = slow.begin_with("BEGIN IMMEDIATE").await.unwrap();
    ana.say_until(false).await;
    let is_ill = |health: &Value| {
        let store = &health["components"]["store"];
        *store == health["status"] && (*store == "degraded" || *store == "unhealthy")
    };
    server.eventually("/api/health", is_ill).await;
    while !matches!(figure(&server, "interpres_store_state").await, 2.0) {
        assert!(!ana.say().await, "nothing can be stored");
    }
    // It is given up after a while, and tried again.
    watch.alerted("store_failing", "critical").await;
    let mut dora = open_rooms(&server).await;
    held.rollback().await.unwrap();
    slow.close().await.unwrap();

    ana.say_until(true).await;
    dora.say_until(true).await;
    store_is(&server, "healthy").await;
    assert_eq!(ana.come_back(&server).await, ana.said());
    server.signal(Signal::TERM);
    assert_eq!(server.wait(PATIENCE), Some(0));
    let log = stored_log(None, &server.data()).await;
    assert_nothing_is_doubled(&log);
    assert_eq!(ana.stored(&log), ana.said());
    let node = uuid::Uuid::now_v7().into();
    let store = open(None, &server.data(), &node).await.unwrap();
    let id = dora.session["session_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        store.session(&id).await.unwrap().is_some(),
        "Dora is stored"
    );
    store.close().await;
}
