//! A storm of panics.

use std::time::Duration;

use interpres::supervision::{Backoff, Kept, Spec, Supervised, Tree, TreeConfig};

use actix::prelude::{Actor, Handler, Message};
use interpres::supervision::Ctx;
use tokio::task::LocalSet;

const ACTORS: usize = 1000;
const PANICS_EACH: u32 = 100;

/// Counts in a kept value, then panics.
struct Counter(Kept<u32>);

impl Actor for Counter {
    type Context = Ctx<Self>;
}

impl Supervised for Counter {
    const KIND: &'static str = "counter";
}

#[derive(Message)]
#[rtype("u32")]
struct Count {
    then_panic: bool,
}

impl Handler<Count> for Counter {
    type Result = u32;

    fn handle(&mut self, message: Count, _ctx: &mut Ctx<Self>) -> u32 {
        if message.then_panic {
            self.0.change(|count| *count += 1);
            self.0.change(|count| {
                *count += 1000;
                panic!("half-way");
            })
        }
        self.0.get()
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_hundred_thousand_panics_every_address_answers_and_nothing_kept_is_lost() {
    let scene = async {
        let tree = Tree::new(TreeConfig::default());
        let at_once = Backoff {
            first: Duration::ZERO,
            max: Duration::ZERO,
            ..Backoff::default()
        };
        let spec = Spec::new()
            .intensity(PANICS_EACH, Duration::from_secs(60))
            .backoff(at_once);
        let start = |index: usize| {
            let kept = Kept::new(0);
            let factory = move || Counter(kept.clone());
            tree.start_root(&index.to_string(), spec, factory)
                .expect("the name is free")
        };
        let actors: Vec<_> = (0..ACTORS).map(start).collect();
        for actor in &actors {
            for _ in 0..PANICS_EACH {
                actor
                    .tell(Count { then_panic: true })
                    .expect("there is room");
            }
        }
        for actor in &actors {
            let answer = actor
                .ask(Count { then_panic: false }, Duration::from_secs(600))
                .await;
            assert_eq!(answer, Ok(PANICS_EACH), "{}", actor.path());
        }
        assert_eq!(
            tree.kinds()[0].panics,
            (ACTORS * PANICS_EACH as usize) as u64
        );
        tree.shutdown(Duration::from_secs(60)).await;
        assert!(tree.is_empty());
    };
    LocalSet::new().run_until(scene).await;
}
