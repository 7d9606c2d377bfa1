//! What costs money elsewhere until it is given back: who has it, and who has it after them.

use interpres::store::record::{Holding, Outcome, Write};

use super::{
    on_every_store,
    place::{Opened, Place, new_node},
};

on_every_store!(
    what_a_dead_node_had_is_taken_over_once,
    what_was_given_back_is_nobodys,
);

const KIND: &str = "acs-leg";

fn leg(id: &str, handle: &str) -> Holding {
    Holding {
        kind: KIND.into(),
        id: id.into(),
        handle: handle.into(),
    }
}

async fn taken_over(at_hand: &Opened) -> Vec<Holding> {
    let node = at_hand.node.clone();
    let kind = KIND.into();
    match at_hand.write(Write::TakeOver { kind, node }).await {
        Outcome::TakenOver(holdings) => holdings,
        other => panic!("{other:?}"),
    }
}

async fn what_a_dead_node_had_is_taken_over_once(place: Place) {
    let at_hand = place.open().await;
    let (dead, living) = (new_node(), at_hand.node.clone());
    let bot = Holding {
        kind: "bot".into(),
        ..leg("a", "bot-1")
    };
    for (holding, node) in [
        (leg("b", "leg-2"), &dead),
        (leg("a", "leg-1"), &dead),
        (leg("c", "leg-3"), &living),
        (bot, &dead),
    ] {
        let node = node.clone();
        at_hand.write(Write::Hold { holding, node }).await;
    }
    let mut holders = vec![dead.clone(), living];
    holders.sort();
    assert_eq!(at_hand.store.holders().await, Ok(holders));
    assert_eq!(taken_over(&at_hand).await, [], "nobody is known to be dead");

    at_hand.write(Write::ReleaseNode(dead)).await;
    let expected = [leg("a", "leg-1"), leg("b", "leg-2")];
    assert_eq!(taken_over(&at_hand).await, expected);
    assert_eq!(taken_over(&at_hand).await, [], "it has them");
    let holders = vec![at_hand.node.clone()];
    assert_eq!(at_hand.store.holders().await, Ok(holders));
}

async fn what_was_given_back_is_nobodys(place: Place) {
    let at_hand = place.open().await;
    let dead = new_node();
    for handle in ["leg-1", "leg-2"] {
        let (holding, node) = (leg("a", handle), dead.clone());
        at_hand.write(Write::Hold { holding, node }).await;
    }
    at_hand.write(Write::ReleaseNode(dead)).await;
    assert_eq!(
        taken_over(&at_hand).await,
        [leg("a", "leg-2")],
        "the newest"
    );
    let (kind, id) = (KIND.to_owned(), "a".to_owned());
    for _ in 0..2 {
        let give_back = Write::GiveBack {
            kind: kind.clone(),
            id: id.clone(),
        };
        assert_eq!(at_hand.write(give_back).await, Outcome::Done);
    }
    let node = at_hand.node.clone();
    at_hand.write(Write::ReleaseNode(node)).await;
    assert_eq!(taken_over(&at_hand).await, []);
    assert_eq!(at_hand.store.holders().await, Ok(vec![]));
}
