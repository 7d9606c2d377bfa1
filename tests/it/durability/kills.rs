//! The server is killed at random points of a running conversation, some hundred times, and what people read is
//! compared with what the log holds.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::{
    settings,
    witness::{Witness, assert_nothing_is_doubled, stored_log},
};
use crate::support::{postgres::Postgres, server::Server};

const KILLS: usize = 200;

/// With PostgreSQL, of which less is ours.
const KILLS_ON_POSTGRES: usize = 30;

/// The longest time between two of them.
const LIFE: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_server_that_is_killed_loses_and_doubles_nothing() {
    kill(KILLS, None).await;
}

#[tokio::test]
async fn a_server_on_postgresql_that_is_killed_loses_and_doubles_nothing() {
    kill(KILLS_ON_POSTGRES, Some(Postgres::database().await)).await;
}

/// So many times, with the database of this address or a file.
async fn kill(kills: usize, url: Option<String>) {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut server = Server::with(&settings(url.as_deref()));
    let address = server.address().to_owned();
    let (mut ana, mut at_ana) = Witness::join(&address, "Ana", "en", "en", seed).await;
    let (mut berta, mut at_berta) = Witness::join(&address, "Berta", "es", "es", seed + 1).await;
    let (mut cid, mut at_cid) = Witness::join(&address, "Cid", "en", "es", seed + 2).await;
    for _ in 0..kills {
        let life = LIFE.mul_f64(chance.random());
        let killing = async {
            tokio::time::sleep(life).await;
            server.kill_and_start_again();
        };
        tokio::join!(
            killing,
            ana.talk(&mut at_ana),
            berta.talk(&mut at_berta),
            cid.talk(&mut at_cid)
        );
        let address = server.address();
        (at_ana, at_berta, at_cid) = tokio::join!(
            ana.recover(address),
            berta.recover(address),
            cid.recover(address)
        );
    }
    tokio::join!(
        ana.finish(at_ana),
        berta.finish(at_berta),
        cid.finish(at_cid)
    );
    server.kill();

    let log = stored_log(url.as_deref(), &server.data()).await;
    assert_nothing_is_doubled(&log);
    for witness in [&ana, &berta, &cid] {
        let (read, undurable) = witness.compare(&log);
        println!("{read} read, {undurable} of them before they were stored");
        assert!(read > kills, "there was a conversation");
        assert!(undurable < read / 2, "the store was there for most of it");
    }
}
