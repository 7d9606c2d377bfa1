//! Databases that fail and come back: the store says so, keeps nothing half done, and works again by itself.

use std::{path::Path, sync::Arc, time::Duration};

use interpres::store::{
    contract::{Store, StoreError},
    open::open,
    record::{Outcome, Write},
};
use secrecy::SecretString;
use sqlx::{Connection as _, SqliteConnection};

use super::{
    material::{create, session, session_id},
    on_every_database,
    place::{Place, new_node},
};
use crate::support::postgres::Postgres;

on_every_database!(a_group_with_a_refused_write_changes_nothing);

/// What both databases refuse: a check of theirs.
async fn a_group_with_a_refused_write_changes_nothing(place: Place) {
    let at_hand = place.open().await;
    forbid_a_session(&place).await;
    let group = [
        create(session("a")),
        Write::Mark,
        create(session("forbidden")),
    ];
    let refused = at_hand.store.commit(&group).await;
    let Err(StoreError::Refused { cause, .. }) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert!(!cause.contains("Ánà"), "nothing that was written: {cause}");
    assert_eq!(at_hand.store.session(&session_id("a")).await, Ok(None));
    let alone = at_hand.store.commit(&group[..2]).await.unwrap();
    assert_eq!(alone, [Outcome::Done, Outcome::Done]);
}

async fn forbid_a_session(place: &Place) {
    match place {
        Place::Memory(_) => panic!("memory refuses nothing"),
        Place::Sqlite(_) => {
            let mut connection = SqliteConnection::connect(&place.address()).await.unwrap();
            sqlx::raw_sql(
                "CREATE TRIGGER forbid BEFORE INSERT ON sessions WHEN new.id = 'forbidden' \
                 BEGIN SELECT RAISE(ABORT, 'forbidden'); END",
            )
            .execute(&mut connection)
            .await
            .unwrap();
        }
        Place::Postgres(url) => {
            let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
            sqlx::raw_sql("ALTER TABLE sessions ADD CHECK (id <> 'forbidden')")
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_sqlite_file_that_is_taken_away_is_missed_until_it_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(None, folder.path(), &new_node()).await.unwrap();
    store.commit(&[create(session("a"))]).await.unwrap();
    let (file, aside) = (
        folder.path().join("interpres.db"),
        folder.path().join("aside"),
    );
    std::fs::rename(&file, &aside).unwrap();
    let failed = store.commit(&[create(session("b"))]).await.unwrap_err();
    assert!(matches!(failed, StoreError::Unavailable { .. }), "{failed}");
    assert!(failed.to_string().contains("is gone"), "{failed}");
    std::fs::copy(&aside, &file).unwrap();
    let failed = store.session_count(None).await.unwrap_err();
    assert!(failed.to_string().contains("replaced"), "{failed}");
    std::fs::rename(&aside, &file).unwrap();
    store.commit(&[create(session("b"))]).await.unwrap();
    assert_eq!(store.session_count(None).await, Ok(2));
}

#[tokio::test]
async fn a_sqlite_file_that_another_process_writes_is_waited_for() {
    let place = Place::sqlite();
    let at_hand = place.open().await;
    let mut other = SqliteConnection::connect(&place.address()).await.unwrap();
    let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let store = Arc::clone(&at_hand.store);
    let waiting = tokio::spawn(async move { store.commit(&[create(session("a"))]).await });
    // Long enough to be refused if it did not wait, and of no consequence otherwise.
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        at_hand.store.session_count(None).await,
        Ok(0),
        "reading goes on"
    );
    writing.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(vec![Outcome::Done]));
}

/// As SQLite itself does it when the disk is full; our own order to do it is a mistake then.
#[tokio::test]
async fn a_sqlite_transaction_that_was_rolled_back_already_may_be_tried_again() {
    let place = Place::sqlite();
    let at_hand = place.open().await;
    let mut other = SqliteConnection::connect(&place.address()).await.unwrap();
    sqlx::raw_sql(
        "CREATE TRIGGER full BEFORE INSERT ON sessions WHEN new.id = 'b' \
         BEGIN SELECT RAISE(ROLLBACK, 'as if the disk were full'); END",
    )
    .execute(&mut other)
    .await
    .unwrap();
    let group = [create(session("a")), Write::Mark, create(session("b"))];
    let failed = at_hand.store.commit(&group).await.unwrap_err();
    assert!(matches!(failed, StoreError::Unavailable { .. }), "{failed}");
    assert!(failed.to_string().contains("as if"), "{failed}");
    assert_eq!(at_hand.store.session_count(None).await, Ok(0));
    sqlx::raw_sql("DROP TRIGGER full")
        .execute(&mut other)
        .await
        .unwrap();
    let done = vec![Outcome::Done; 3];
    assert_eq!(at_hand.store.commit(&group).await, Ok(done));
}

/// The connection that failed is given up, and another made.
#[tokio::test]
async fn a_sqlite_file_that_stays_busy_fails_and_works_again() {
    let place = Place::sqlite();
    let at_hand = place.open().await;
    let mut other = SqliteConnection::connect(&place.address()).await.unwrap();
    let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let failed = at_hand.store.commit(&[create(session("a"))]).await;
    assert!(
        matches!(failed, Err(StoreError::Unavailable { .. })),
        "{failed:?}"
    );
    writing.rollback().await.unwrap();
    assert_eq!(at_hand.write(create(session("a"))).await, Outcome::Done);
}

#[tokio::test]
async fn postgresql_may_go_away_and_come_back() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let server = Arc::new(server);
    let url = SecretString::from(server.new_database().await);
    let (node, other) = (new_node(), new_node());
    let store = open(Some(&url), Path::new("/nowhere"), &node)
        .await
        .unwrap();
    let second = open(Some(&url), Path::new("/nowhere"), &other)
        .await
        .unwrap();
    store.commit(&[create(session("a"))]).await.unwrap();

    order(&server, Postgres::stop).await;
    let failed = store.commit(&[create(session("b"))]).await.unwrap_err();
    assert!(matches!(failed, StoreError::Unavailable { .. }), "{failed}");
    let failed = store.session_count(None).await.unwrap_err();
    assert!(matches!(failed, StoreError::Unavailable { .. }), "{failed}");

    order(&server, Postgres::start_again).await;
    assert!(
        second.is_alive(&node).await.unwrap(),
        "it has had no time to come back"
    );
    assert_eq!(retried(&store).await, [Outcome::Done]);
    assert_eq!(store.session_count(None).await, Ok(2));
    // Well beyond the time for coming back: who came back holds its sign of life anew.
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(second.is_alive(&node).await.unwrap());
    store.close().await;
    assert!(!second.is_alive(&node).await.unwrap());
}

async fn order(server: &Arc<Postgres>, order: fn(&Postgres)) {
    let server = Arc::clone(server);
    tokio::task::spawn_blocking(move || order(&server))
        .await
        .unwrap();
}

/// As the recorder does it.
async fn retried(store: &Arc<dyn Store>) -> Vec<Outcome> {
    for _ in 0..100 {
        match store.commit(&[create(session("b"))]).await {
            Ok(outcomes) => return outcomes,
            Err(StoreError::Unavailable { .. }) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("it did not come back");
}
