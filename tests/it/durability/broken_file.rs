//! The file of the database is taken away or replaced under the server, or is damaged when it starts.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    settings,
    speaker::{Speaker, Watch, store_is},
    witness::ROOM,
};
use crate::support::server::Server;

/// Bytes of a page of SQLite, unless somebody says otherwise.
const PAGE: usize = 4096;

fn file(server: &Server) -> PathBuf {
    server.data().join("interpres.db")
}

#[tokio::test]
async fn a_file_that_is_taken_away_is_missed_and_gets_all_when_it_is_back() {
    let mut server = Server::with(&settings(None));
    let mut watch = Watch::begin(&server).await;
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;
    let (file, aside) = (file(&server), server.data().join("aside"));

    fs::rename(&file, &aside).unwrap();
    ana.say_until(false).await;
    let alert = watch.alerted("store_failing", "critical").await;
    assert!(alert.contains("is gone; put it back"), "{alert}");
    store_is(&server, "unhealthy").await;
    ana.say().await;

    // Another one in its place is not taken for it.
    fs::copy(&aside, &file).unwrap();
    let replaced = watch.alerted("store_failing", "critical").await;
    assert!(replaced.contains("was replaced by another"), "{replaced}");
    ana.say().await;
    assert_eq!(ana.come_back(&server).await, ana.said(), "from memory");

    fs::rename(&aside, &file).unwrap();
    watch.alerted("store_healthy", "info").await;
    ana.say_until(true).await;
    store_is(&server, "healthy").await;
    server.kill_and_start_again();
    assert_eq!(ana.come_back(&server).await, ana.said());
}

#[tokio::test]
async fn a_file_that_is_deleted_is_made_anew_by_a_restart_and_people_go_on() {
    let mut server = Server::with(&settings(None));
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;
    for ending in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{ending}", file(&server).display())).unwrap();
    }
    ana.say_until(false).await;
    store_is(&server, "unhealthy").await;
    server.kill_and_start_again();
    store_is(&server, "healthy").await;
    let mut berta = Speaker::enter(&server, "Berta", ROOM).await;
    berta.say_until(true).await;
}

/// Stops the server in order, after which everything is in the file.
fn stop(server: &mut Server) -> PathBuf {
    server.signal(Signal::TERM);
    assert_eq!(server.wait(Duration::from_secs(30)), Some(0));
    file(server)
}

/// Where the first page of a table begins.
async fn first_page(file: &Path, table: &str) -> usize {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let page: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = $1")
        .bind(table)
        .fetch_one(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    (usize::try_from(page).unwrap() - 1) * PAGE
}

/// What the server says to a database in which `damage` was done, which it leaves as it is.
async fn refused_with(damage: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut server = Server::with(&settings(None));
    Speaker::enter_stored(&server, "Ana", ROOM).await;
    let file = stop(&mut server);
    let mut content = fs::read(&file).unwrap();
    damage(&mut content);
    fs::write(&file, &content).unwrap();
    let complaint = server.refused_beside(&[]);
    assert!(fs::read(&file).unwrap() == content, "it was changed");
    for named in ["interpres.db", "backup"] {
        assert!(complaint.contains(named), "{named} in: {complaint}");
    }
    complaint
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    refused_with(|content| content[..100].fill(b'x')).await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_refused_and_left_as_it_is() {
    refused_with(|content| content.truncate(content.len() / 2)).await;
}

#[tokio::test]
async fn a_file_with_damaged_pages_is_refused_and_left_as_it_is() {
    // All but the first, where it says what tables there are.
    refused_with(|content| content[PAGE..].fill(0xa5)).await;
}

#[tokio::test]
async fn damage_that_is_found_out_later_stops_nobody_and_is_told() {
    let mut server = Server::with(&settings(None));
    let ana = Speaker::enter_stored(&server, "Ana", ROOM).await;
    let file = stop(&mut server);
    let sessions = first_page(&file, "sessions").await;
    let mut content = fs::read(&file).unwrap();
    content[sessions..][..PAGE].fill(0xa5);
    fs::write(&file, &content).unwrap();

    let server = server.beside();
    let mut watch = Watch::begin(&server).await;
    let mut berta = Speaker::enter(&server, "Berta", "new").await;
    let alert = watch.alerted("store_failing", "critical").await;
    assert!(alert.contains("put a backup in its place"), "{alert}");
    store_is(&server, "unhealthy").await;
    assert!(!berta.say().await, "nothing can be stored");
    // Not that there is no such session.
    let mut client = server.connect().await;
    let code = client
        .ask_refused(json!({
            "type": "recover_session", "session_id": ana.session["session_id"],
            "resume_token": ana.session["resume_token"],
        }))
        .await;
    assert_eq!(code, "store_unavailable");
}
