//! PostgreSQL is away in the middle of a conversation.

use std::sync::Arc;

use super::{
    settings,
    speaker::{Speaker, Watch, figure, store_is},
    witness::{ROOM, assert_nothing_is_doubled, stored_log},
};
use crate::support::{postgres::Postgres, server::Server};

/// Does this on a thread where it may wait.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn postgresql_that_goes_away_stops_nobody_and_gets_all_when_it_is_back() {
    let postgres = Arc::new(aside(Postgres::start).await);
    let url = postgres.new_database().await;
    let mut server = Server::with(&settings(Some(&url)));
    let mut watch = Watch::begin(&server).await;
    let mut ana = Speaker::enter_stored(&server, "Ana", ROOM).await;

    let stopping = Arc::clone(&postgres);
    aside(move || stopping.stop()).await;
    ana.say_until(false).await;
    watch.alerted("store_failing", "critical").await;
    store_is(&server, "unhealthy").await;
    assert_eq!(figure(&server, "interpres_store_state").await, 2.0);
    for _ in 0..10 {
        assert!(!ana.say().await, "nothing can be stored");
    }
    let mut dora = Speaker::enter(&server, "Dora", "new").await;
    assert!(!dora.say().await, "nothing can be stored");
    assert_eq!(ana.come_back(&server).await, ana.said(), "from memory");

    let starting = Arc::clone(&postgres);
    aside(move || starting.start_again()).await;
    watch.alerted("store_healthy", "info").await;
    ana.say_until(true).await;
    dora.say_until(true).await;
    store_is(&server, "healthy").await;
    assert_eq!(ana.come_back(&server).await, ana.said());

    server.kill_and_start_again();
    assert_eq!(
        ana.come_back(&server).await,
        ana.said(),
        "from the database"
    );
    let left = dora.come_back(&server).await;
    dora.compare(&left);
    server.kill();
    let log = stored_log(Some(&url), &server.data()).await;
    assert_nothing_is_doubled(&log);
    assert_eq!(ana.stored(&log), ana.said());
}
