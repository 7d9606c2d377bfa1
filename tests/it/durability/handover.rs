//! A second process on the same store takes over while the first goes down, again and again, in the middle of a
//! conversation.

use std::time::Duration;

use rustix::process::Signal;

use super::{
    settings,
    witness::{Witness, assert_nothing_is_doubled, holders, stored_log},
};
use crate::support::{postgres::Postgres, server::Server};

const HANDOVERS: usize = 20;

/// With PostgreSQL, of which less is ours.
const HANDOVERS_ON_POSTGRES: usize = 5;

#[tokio::test]
async fn a_rolling_restart_loses_and_doubles_nothing() {
    hand_over(HANDOVERS, None).await;
}

#[tokio::test]
async fn a_rolling_restart_on_postgresql_loses_and_doubles_nothing() {
    hand_over(HANDOVERS_ON_POSTGRES, Some(Postgres::database().await)).await;
}

/// So many times, with the database of this address or a file.
async fn hand_over(handovers: usize, url: Option<String>) {
    let mut server = Server::with(&settings(url.as_deref()));
    let address = server.address().to_owned();
    let (mut ana, mut at_ana) = Witness::join(&address, "Ana", "en", "en", 1).await;
    let (mut berta, mut at_berta) = Witness::join(&address, "Berta", "es", "es", 2).await;
    let (mut cid, mut at_cid) = Witness::join(&address, "Cid", "en", "es", 3).await;
    for _ in 0..handovers {
        let next = server.beside();
        let ending = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.signal(Signal::TERM);
        };
        let follow = async |witness: &mut Witness, client: &mut _| {
            let code = witness.talk(client).await;
            assert_eq!(code, Some(1012), "told to come back");
            *client = witness.recover(next.address()).await;
        };
        tokio::join!(
            ending,
            follow(&mut ana, &mut at_ana),
            follow(&mut berta, &mut at_berta),
            follow(&mut cid, &mut at_cid)
        );
        assert_eq!(server.wait(Duration::from_secs(30)), Some(0));
        server = next;
    }
    tokio::join!(
        ana.finish(at_ana),
        berta.finish(at_berta),
        cid.finish(at_cid)
    );
    server.signal(Signal::TERM);
    assert_eq!(server.wait(Duration::from_secs(30)), Some(0));
    let left = holders(url.as_deref(), &server.data()).await;
    assert!(left.is_empty(), "every lease is free: {left:?}");

    let log = stored_log(url.as_deref(), &server.data()).await;
    assert_nothing_is_doubled(&log);
    for witness in [&ana, &berta, &cid] {
        let (read, undurable) = witness.compare(&log);
        assert!(read > handovers, "there was a conversation");
        assert!(undurable < read / 2, "the store was there for most of it");
    }
}
