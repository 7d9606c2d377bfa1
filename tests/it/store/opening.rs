//! Opening: what is said to people when it fails, and that no password is in it.

use std::{os::unix::fs::PermissionsExt as _, path::Path};

use interpres::store::open::{OpenError, open};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::{
    material::{create, session},
    place::{Place, new_node},
};
use crate::support::postgres::Postgres;

async fn refusal(url: &str, folder: &Path) -> OpenError {
    let url = SecretString::from(url.to_owned());
    match open(Some(&url), folder, &new_node()).await {
        Ok(store) => panic!("it opened: {}", store.kind()),
        Err(error) => error,
    }
}

const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (9999, 'of tomorrow', TRUE, 'x', 0)";

#[tokio::test]
async fn a_newer_sqlite_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let node = new_node();
    let store = open(None, folder.path(), &node).await.unwrap();
    store.close().await;
    let file = folder.path().join("interpres.db");
    let address = format!("sqlite://{}", file.display());
    let mut connection = SqliteConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(NEWER).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let error = refusal(&address, folder.path()).await;
    assert_eq!(error, OpenError::Newer { step: 9999 });
    assert!(error.to_string().contains("newer version"), "{error}");
}

#[tokio::test]
async fn a_newer_database_of_postgresql_is_refused() {
    let Place::Postgres(url) = Place::postgres().await else {
        panic!("it is one of PostgreSQL");
    };
    Place::Postgres(url.clone())
        .open()
        .await
        .store
        .close()
        .await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(NEWER.replace("'x'", "'x'::bytea")))
        .execute(&mut connection)
        .await
        .unwrap();
    let error = refusal(&url, Path::new("/nowhere")).await;
    assert_eq!(error, OpenError::Newer { step: 9999 });
}

#[tokio::test]
async fn the_sqlite_file_is_its_users_own_and_its_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b");
    let store = open(None, &deep, &new_node()).await.unwrap();
    assert_eq!(store.kind(), "sqlite");
    store.commit(&[create(session("a"))]).await.unwrap();
    for name in ["interpres.db", "interpres.db-wal", "interpres.db-shm"] {
        let mode = deep.join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn several_processes_may_begin_one_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let nodes: Vec<_> = (0..8).map(|_| new_node()).collect();
    let opening = nodes.iter().map(|node| open(None, folder.path(), node));
    let stores = futures_util::future::join_all(opening).await;
    for (number, store) in stores.into_iter().enumerate() {
        let store = store.unwrap();
        let made = store
            .commit(&[create(session(&format!("s{number}")))])
            .await;
        made.unwrap();
        assert_eq!(store.session_count(None).await, Ok(number as u64 + 1));
    }
}

#[tokio::test]
async fn a_folder_that_is_a_file_and_a_file_that_is_none_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("occupied");
    std::fs::write(
        &file,
        "this is no database, and long enough to be looked at".repeat(99),
    )
    .unwrap();
    let Err(error) = open(None, &file, &new_node()).await else {
        panic!("it opened");
    };
    assert!(matches!(error, OpenError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("DATA_DIR"), "{error}");
    let address = format!("sqlite://{}", file.display());
    let error = refusal(&address, folder.path()).await;
    assert!(matches!(error, OpenError::File { .. }), "{error}");
    assert!(error.to_string().contains("occupied"), "{error}");
}

#[tokio::test]
async fn a_wrong_password_a_missing_database_and_a_server_away_are_told_apart() {
    let nowhere = Path::new("/nowhere");
    let url = Postgres::database().await;
    let password = url.split([':', '@']).nth(2).unwrap();
    let wrong = url.replace(password, "hush-hush");
    let error = refusal(&wrong, nowhere).await;
    assert!(matches!(&error, OpenError::Login { user, .. } if user == "interpres"));
    assert!(!format!("{error} {error:?}").contains("hush"), "{error}");

    let missing = format!("{url}_missing");
    let error = refusal(&missing, nowhere).await;
    assert!(matches!(&error, OpenError::NoDatabase { name, .. } if name.ends_with("_missing")));
    assert!(error.to_string().contains("createdb"), "{error}");

    let away = format!("postgres://ana:{password}@127.0.0.1:1/x");
    let error = refusal(&away, nowhere).await;
    assert!(matches!(&error, OpenError::Away { host, .. } if host == "127.0.0.1:1"));
    assert!(!format!("{error} {error:?}").contains(password), "{error}");

    assert_eq!(refusal("mysql://x", nowhere).await, OpenError::Address);
    let error = refusal("postgres://ana:hush@h:99999/x", nowhere).await;
    assert_eq!(error, OpenError::Address);
}
