//! What costs money elsewhere until it is given back: who has it, and who has it after them.

use interpres::store::record::{Holding, NodeId, Outcome, Write};

use super::{
    on_every_store,
    place::{Opened, Place, new_node},
};

on_every_store!(
    what_a_dead_node_had_is_taken_over_once,
    only_who_has_it_gives_it_back,
);

const KIND: &str = "acs-leg";

fn leg(id: &str, handle: &str) -> Holding {
    Holding {
        kind: KIND.into(),
        id: id.into(),
        handle: handle.into(),
    }
}

async fn taken_over(at_hand: &Opened, from: &NodeId) -> Vec<Holding> {
    let take_over = Write::TakeOver {
        kind: KIND.into(),
        from: from.clone(),
        node: at_hand.node.clone(),
    };
    match at_hand.write(take_over).await {
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
    let mut holders = vec![dead.clone(), living.clone()];
    holders.sort();
    assert_eq!(at_hand.store.holders_of(KIND).await, Ok(holders));
    let of = async |id| at_hand.store.holder_of(KIND, id).await.unwrap();
    assert_eq!(of("a").await, Some(dead.clone()));
    assert_eq!(of("d").await, None);

    // What else it held is let go, which costs nothing.
    at_hand.write(Write::ReleaseNode(dead.clone())).await;
    let expected = [leg("a", "leg-1"), leg("b", "leg-2")];
    assert_eq!(taken_over(&at_hand, &dead).await, expected);
    assert_eq!(taken_over(&at_hand, &dead).await, [], "it has them");
    assert_eq!(of("a").await, Some(living.clone()));
    assert_eq!(at_hand.store.holders_of(KIND).await, Ok(vec![living]));
    assert_eq!(at_hand.store.holders_of("bot").await, Ok(vec![dead]));
}

async fn only_who_has_it_gives_it_back(place: Place) {
    let at_hand = place.open().await;
    let (one, other) = (new_node(), new_node());
    for (handle, node) in [("leg-1", &one), ("leg-2", &other)] {
        let (holding, node) = (leg("a", handle), node.clone());
        at_hand.write(Write::Hold { holding, node }).await;
    }
    let give_back = async |node: &NodeId| {
        let (kind, id, node) = (KIND.into(), "a".into(), node.clone());
        let outcome = at_hand.write(Write::GiveBack { kind, id, node }).await;
        assert_eq!(outcome, Outcome::Done);
        at_hand.store.holder_of(KIND, "a").await.unwrap()
    };
    assert_eq!(give_back(&one).await, Some(other.clone()), "it has not");
    assert_eq!(give_back(&other).await, None);
    assert_eq!(give_back(&other).await, None);
    assert_eq!(taken_over(&at_hand, &other).await, []);
}
