//! The clock of the machine is set, a day ahead and an hour back, while people talk.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use rustix::process::Signal;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    settings,
    speaker::{Speaker, store_is},
    witness::{ROOM, assert_nothing_is_doubled, stored_log},
};
use crate::support::{client::Client, server::Server};

/// Debian's libfaketime, for programs with threads.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// In its folder of the machine's own architecture.
fn library() -> String {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    folders
        .map(|folder| folder.path().join(LIBRARY))
        .find(|library| library.exists())
        .expect("the tests need Debian's package libfaketime; scripts/setup test installs it")
        .to_str()
        .unwrap()
        .to_owned()
}

/// The server's clock, set by what a file says.
struct Clock {
    folder: tempfile::TempDir,
}

impl Clock {
    fn right() -> Self {
        let clock = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        clock.step("+0");
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("clock")
    }

    /// Puts the clock this much from the right time, in one step.
    fn step(&self, offset: &str) {
        let next = self.folder.path().join("next");
        fs::write(&next, offset).unwrap();
        fs::rename(next, self.file()).unwrap();
    }
}

/// The hours by which the server's clock is ahead.
async fn hours_ahead(server: &Server) -> i64 {
    let mut client = Client::upgrade(server.address(), "/ws", &[]).await.unwrap();
    let greeting = client.expect("connected").await;
    let time = greeting["server_time"].as_str().unwrap();
    let format = &time::format_description::well_known::Rfc3339;
    let ahead =
        time::OffsetDateTime::parse(time, format).unwrap() - time::OffsetDateTime::now_utc();
    (ahead.as_seconds_f64() / 3600.0).round() as i64
}

/// A connection of the test's own to the server's database.
async fn database(server: &Server) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(server.data().join("interpres.db"));
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Waits until so many rows are there of sessions that nobody holds and that have this id.
async fn unheld(database: &mut SqliteConnection, id: &str, rows: i64) {
    for _ in 0..600 {
        let found: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sessions WHERE id = $1 AND holder IS NULL")
                .bind(id)
                .fetch_one(&mut *database)
                .await
                .unwrap();
        if found == rows {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there never were {rows} of the session {id}");
}

/// Makes a session and leaves it to itself.
async fn leave_alone(server: &Server, database: &mut SqliteConnection) -> Speaker {
    let mut gone = Speaker::enter(server, "Gone", "quiet").await;
    gone.client = server.connect().await;
    unheld(database, gone.session["session_id"].as_str().unwrap(), 1).await;
    gone
}

/// Waits until the server has swept up once more: it takes away one that nobody used since 1970.
async fn swept(server: &Server, database: &mut SqliteConnection) {
    let old = leave_alone(server, database).await;
    let id = old.session["session_id"].as_str().unwrap();
    sqlx::query("UPDATE sessions SET active_at = 0 WHERE id = $1")
        .bind(id)
        .execute(&mut *database)
        .await
        .unwrap();
    unheld(database, id, 0).await;
}

#[tokio::test]
async fn a_clock_that_is_set_ends_nothing_and_numbers_go_on() {
    let clock = Clock::right();
    let (library, file) = (library(), clock.file());
    let mut settings = settings(None);
    settings.extend([
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        // Nobody is waited for who has gone.
        ("INTERPRES__SESSION__LINGER", "0s"),
    ]);
    let mut server = Server::with(&settings);
    let mut database = database(&server).await;
    let (status, made) = server
        .post("/api/rooms", &json!({"room_id": "reserved"}))
        .await;
    assert_eq!(status, 201, "{made}");
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;
    let mut gone = leave_alone(&server, &mut database).await;

    for (offset, hours) in [("+1d", 24), ("-1h", -1)] {
        clock.step(offset);
        assert_eq!(hours_ahead(&server).await, hours, "it was set");
        ana.say_until(true).await;
        swept(&server, &mut database).await;
        ana.say_until(true).await;
        server.get("/api/rooms/reserved").await;
        store_is(&server, "healthy").await;
    }
    gone.come_back(&server).await;
    // On the connection on which everything was said.
    ana.say_until(true).await;
    assert_eq!(ana.come_back(&server).await, ana.said());

    server.kill_and_start_again();
    assert_eq!(ana.come_back(&server).await, ana.said());
    clock.step("+0");
    ana.say_until(true).await;
    server.signal(Signal::TERM);
    assert_eq!(server.wait(Duration::from_secs(30)), Some(0));
    let log = stored_log(None, &server.data()).await;
    assert_nothing_is_doubled(&log);
    ana.compare(&ana.stored(&log));
    let utterances: BTreeSet<String> = log
        .values()
        .map(|entry| serde_json::from_str::<serde_json::Value>(&entry.frame).unwrap())
        .filter_map(|message| message["utterance_id"].as_str().map(str::to_owned))
        .collect();
    let said = log
        .values()
        .filter(|entry| entry.frame.contains("utterance_id"));
    assert_eq!(utterances.len(), said.count(), "ids are unique");
}
