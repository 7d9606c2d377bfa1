//! Threads that go away or stop answering, under the real clock: what ran on them goes on elsewhere.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use actix::System;
use interpres::supervision::{
    ArbiterPool, AskError, Cause, Exit, Kept, Local, Restart, Spec, StartError, Tree, TreeConfig,
    Watchdog,
};
use tokio::task::LocalSet;

use super::probe::{Add, Ref, Script, act};

/// Real time now: generous, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn on_pool(body: impl AsyncFnOnce(Tree, Arc<ArbiterPool>) + 'static) {
    System::new().block_on(async move {
        let pool = Arc::new(ArbiterPool::new(2).expect("threads"));
        let tree = Tree::new(TreeConfig {
            seed: 1,
            placement: pool.clone(),
        });
        body(tree.clone(), pool).await;
        tree.shutdown(PATIENCE).await;
        assert!(tree.is_empty());
    });
}

/// An actor that notes in a kept value the thread of each of its lives.
fn with_kept_threads(kept: &Kept<Vec<std::thread::ThreadId>>) -> Script {
    let kept = kept.clone();
    Script::default()
        .started(move |_, _| kept.change(|threads| threads.push(std::thread::current().id())))
}

async fn start_two(tree: &Tree, kept: &Kept<Vec<std::thread::ThreadId>>) -> (Ref, Ref) {
    let on_one_thread = Spec::new().group(0);
    let one = tree
        .start_root("one", on_one_thread, with_kept_threads(kept).factory())
        .expect("the name is free");
    let other = tree
        .start_root("other", on_one_thread, with_kept_threads(kept).factory())
        .expect("the name is free");
    assert_eq!(one.ask(Add(1), PATIENCE).await, Ok(1));
    assert_eq!(other.ask(Add(1), PATIENCE).await, Ok(1));
    (one, other)
}

#[test]
fn a_lost_arbiter_is_replaced_and_its_actors_go_on() {
    on_pool(async |tree, pool| {
        let kept = Kept::default();
        let (one, other) = start_two(&tree, &kept).await;
        let temporary = Spec::new().group(0).restart(Restart::Temporary);
        let temporary = tree
            .start_root("temporary", temporary, Script::default().factory())
            .expect("the name is free");
        assert_eq!(temporary.ask(Add(1), PATIENCE).await, Ok(1));
        pool.arbiter(0).stop();
        assert!(matches!(temporary.ended().await, Exit::Lost));
        for actor in [&one, &other] {
            // A question may still reach the life that is lost; those after it reach the next.
            while actor.node().row().restarts == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(actor.ask(Add(1), PATIENCE).await, Ok(1));
        }
        let threads = kept.get();
        assert_eq!(threads.len(), 4);
        assert!(threads[0] == threads[1] && threads[2] == threads[3] && threads[0] != threads[2]);
    });
}

#[test]
fn a_blocked_arbiter_is_replaced_and_the_late_thread_does_no_harm() {
    on_pool(async |tree, _pool| {
        let _watchdog =
            Watchdog::with_limit(tree.clone(), Duration::from_millis(200)).expect("a thread");
        let kept = Kept::default();
        let (one, other) = start_two(&tree, &kept).await;
        let (free, blocked) = mpsc::channel::<()>();
        let (ended, late) = mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let block = act(move |probe, ctx| {
            let _ = begin.send(());
            let _ = blocked.recv();
            probe.value = 1000;
            ctx.end("late");
            drop(ended);
        });
        one.tell(block).expect("there is room");
        begun.await.expect("it was handled");
        assert_eq!(
            other.ask(Add(1), PATIENCE).await,
            Ok(1),
            "the neighbour was moved and lost its value"
        );
        assert_eq!(one.ask(Add(1), PATIENCE).await, Ok(1));
        let failure = one.node().last_failure().expect("it was blamed");
        assert_eq!(failure.cause, Cause::Blocked);
        assert!(
            failure.message.expect("it had a message").ends_with("Do"),
            "{failure}"
        );
        assert!(other.node().last_failure().is_none());
        drop(free);
        assert!(late.recv().is_err());
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(
            one.ask(Add(1), PATIENCE).await,
            Ok(2),
            "the late life reported nothing"
        );
        assert!(one.is_alive());
        let threads = kept.get();
        assert!(
            threads.len() == 4 && threads[0] != threads[3],
            "{threads:?}"
        );
    });
}

#[test]
fn an_actor_bound_to_its_thread_is_lost_with_it() {
    let tree = Tree::new(TreeConfig {
        seed: 1,
        placement: Arc::new(Local),
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let here = Spec::new().on_current_thread();
    let without =
        runtime.block_on(async { tree.start_root("a", here, Script::default().factory()) });
    assert_eq!(without.map(drop), Err(StartError::NoThread));
    let threads = LocalSet::new();
    let actor = runtime.block_on(threads.run_until(async {
        let actor = tree
            .start_root("a", here, Script::default().factory())
            .expect("the name is free");
        assert_eq!(actor.ask(Add(1), PATIENCE).await, Ok(1));
        actor
    }));
    drop(threads);
    assert!(matches!(runtime.block_on(actor.ended()), Exit::Lost));
    assert_eq!(
        runtime.block_on(actor.ask(Add(1), PATIENCE)),
        Err(AskError::Gone)
    );
    assert!(tree.is_empty());
}

#[test]
fn actors_of_one_group_share_a_thread_and_a_child_stays_with_its_parent() {
    on_pool(async |tree, _pool| {
        let root = Script::default().root(&tree, Spec::new());
        let kept = Kept::default();
        let room = Script {
            name: "room".into(),
            ..with_kept_threads(&kept)
        }
        .under(&root, Spec::new());
        let source = Script {
            name: "source".into(),
            ..with_kept_threads(&kept)
        }
        .under(&room, Spec::new());
        assert_eq!(source.ask(Add(1), PATIENCE).await, Ok(1));
        let threads = kept.get();
        assert_eq!((threads.len(), threads[0]), (2, threads[1]));
    });
}
