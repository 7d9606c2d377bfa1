//! Parents and children: escalation, group restarts, children that outlive their parent's crash.

use std::time::Duration;

use interpres::supervision::{
    AskError, Cause, Children, Departure, Exit, Kept, Restart, Spec, State, Strategy, Tree, Verdict,
};

use super::probe::{Add, Context, Journal, Probe, Ref, SOON, Script, boom, settle, simulate};

#[tokio::test(start_paused = true)]
async fn by_default_an_abnormal_end_fails_the_parent_and_a_normal_one_does_not() {
    simulate(async |tree| {
        let parent = Script::named("parent", &Journal::default()).root(&tree, Spec::new());
        let temporary = Spec::new().restart(Restart::Temporary);
        let child = Script::named("normal", &Journal::default()).under(&parent, temporary);
        child.stop("done");
        child.ended().await;
        settle().await;
        assert_eq!(parent.node().row().restarts, 0);

        let child = Script::named("abnormal", &Journal::default()).under(&parent, temporary);
        assert!(child.ask(boom(), SOON).await.is_err());
        assert!(matches!(child.ended().await, Exit::Failed(_)));
        settle().await;
        assert_eq!(parent.node().row().restarts, 1);
        let failure = parent.node().last_failure().expect("it shared the failure");
        assert_eq!(failure.cause, Cause::Child);
        assert!(failure.text.contains("boom"), "{failure}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_parent_may_decide_otherwise() {
    simulate(async |tree| {
        let journal = Journal::default();
        let told = journal.clone();
        let parent = Script::named("parent", &Journal::default())
            .child_ended(move |end, _| {
                match &end.how {
                    Departure::Ended(exit) => told.note(format!("{} {}", end.path, exit.code())),
                    Departure::Parked(_) => told.note(format!("{} parked", end.path)),
                }
                Verdict::StopChild
            })
            .root(&tree, Spec::new());
        let transient = Spec::new().restart(Restart::Transient).intensity(0, SOON);
        let gives_up = Script::named("transient", &Journal::default()).under(&parent, transient);
        assert!(gives_up.ask(boom(), SOON).await.is_err());
        assert!(matches!(gives_up.ended().await, Exit::GaveUp(_)));
        let parks = Script::named("permanent", &Journal::default())
            .under(&parent, Spec::new().intensity(0, SOON));
        assert!(parks.ask(boom(), SOON).await.is_err());
        assert!(matches!(
            parks.ended().await,
            Exit::Stopped { reason: "parked" }
        ));
        settle().await;
        let expected = [
            "parent/transient gave_up",
            "parent/permanent parked",
            "parent/permanent stopped",
        ];
        assert_eq!(journal.take(), expected);
        assert_eq!(parent.node().row().restarts, 0);
    })
    .await;
}

async fn group_journal(tree: &Tree, strategy: Strategy) -> Vec<String> {
    let journal = Journal::default();
    let parent =
        Script::named("parent", &Journal::default()).root(tree, Spec::new().strategy(strategy));
    let start = |name: &str| Script::named(name, &journal).under(&parent, Spec::new());
    let members: Vec<Ref> = ["1", "2", "3", "4"].into_iter().map(start).collect();
    settle().await;
    journal.take();
    assert_eq!(members[1].ask(boom(), SOON).await, Err(AskError::Dropped));
    settle().await;
    for member in &members {
        assert_eq!(member.ask(Add(1), SOON).await, Ok(1));
    }
    let entries = journal.take();
    assert_eq!(parent.node().row().restarts, 0);
    parent.stop("next");
    parent.ended().await;
    entries
}

#[tokio::test(start_paused = true)]
async fn a_group_is_restarted_in_its_order() {
    simulate(async |tree| {
        assert_eq!(
            group_journal(&tree, Strategy::OneForOne).await,
            ["2 stopped", "2 started"]
        );
        let rest = [
            "2 stopped",
            "4 stopped",
            "3 stopped",
            "2 started",
            "3 started",
            "4 started",
        ];
        assert_eq!(group_journal(&tree, Strategy::RestForOne).await, rest);
        let stopped = ["2 stopped", "4 stopped", "3 stopped", "1 stopped"];
        let started = ["1 started", "2 started", "3 started", "4 started"];
        assert_eq!(
            group_journal(&tree, Strategy::OneForAll).await,
            [stopped, started].concat()
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn two_of_a_group_may_fail_at_once() {
    simulate(async |tree| {
        let parent = Script::default().root(&tree, Spec::new().strategy(Strategy::OneForAll));
        let start =
            |name: &str| Script::named(name, &Journal::default()).under(&parent, Spec::new());
        let members: Vec<Ref> = ["1", "2", "3"].into_iter().map(start).collect();
        settle().await;
        for member in &members {
            member.inject_panic();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        for member in &members {
            assert_eq!(
                (member.node().state(), member.ask(Add(1), SOON).await),
                (State::Running, Ok(1))
            );
        }
    })
    .await;
}

/// A parent whose every life looks for its child and starts it when there is none.
fn parent_of_one(journal: &Journal, kept: &Kept<u32>) -> Script {
    let (journal, kept) = (journal.clone(), kept.clone());
    Script::named("parent", &Journal::default()).started(move |_: &mut Probe, ctx: &mut Context| {
        kept.change(|lives| *lives += 1);
        match ctx.child::<Probe>("child") {
            Some(_) => journal.note("found"),
            None => {
                Script::named("child", &journal)
                    .child(ctx, Spec::new())
                    .expect("the name is free");
            }
        }
        assert_eq!(ctx.children().len(), 1);
    })
}

#[tokio::test(start_paused = true)]
async fn children_are_stopped_with_a_failed_parent_unless_they_are_kept() {
    simulate(async |tree| {
        let cases = [
            (
                Children::Stop,
                vec!["child started", "child stopped", "child started"],
                1,
            ),
            (Children::Keep, vec!["child started", "found"], 3),
        ];
        for (children, expected, sum) in cases {
            let (journal, kept) = (Journal::default(), Kept::new(0));
            let parent = parent_of_one(&journal, &kept)
                .root(&tree, Spec::new().children_on_restart(children));
            settle().await;
            let child = tree
                .lookup::<Probe>("parent/child")
                .expect("it was started");
            assert_eq!(child.ask(Add(2), SOON).await, Ok(2));
            assert!(parent.ask(boom(), SOON).await.is_err());
            settle().await;
            let child = tree
                .lookup::<Probe>("parent/child")
                .expect("it was kept or started again");
            assert_eq!(child.ask(Add(1), SOON).await, Ok(sum));
            assert_eq!(journal.take(), expected);
            assert_eq!((kept.get(), parent.node().row().restarts), (2, 1));
            parent.stop("next");
            parent.ended().await;
        }
    })
    .await;
}
