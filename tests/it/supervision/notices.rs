//! What others are told: watchers, spans, snapshots, counters.

use std::sync::Arc;

use interpres::supervision::{Children, Filter, Path, Spec, State};
use parking_lot::Mutex;
use tracing::Instrument;
use tracing::span::{Attributes, Id};
use tracing::subscriber::with_default;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use super::probe::{Add, Journal, SOON, Script, act, boom, settle, simulate};

#[tokio::test(start_paused = true)]
async fn a_watcher_is_told_of_an_end_once_and_over_its_own_restart() {
    simulate(async |tree| {
        let journal = Journal::default();
        let watcher = Script::named("watcher", &journal).root(&tree, Spec::new());
        let watched = Script::named("watched", &Journal::default()).root(&tree, Spec::new());
        let target = watched.clone();
        let watch = act(move |_, ctx| {
            ctx.watch(&target);
            ctx.watch(&Path::new("watched"));
            ctx.watch(&Path::new("nobody"));
        });
        assert_eq!(watcher.ask(watch, SOON).await, Ok(()));
        assert!(watcher.ask(boom(), SOON).await.is_err());
        assert!(watched.ask(boom(), SOON).await.is_err());
        settle().await;
        watched.stop("done");
        watched.ended().await;
        settle().await;
        let late = watched.clone();
        assert_eq!(
            watcher.ask(act(move |_, ctx| ctx.watch(&late)), SOON).await,
            Ok(())
        );
        settle().await;
        let mut seen = journal.take();
        seen.retain(|entry| entry.contains("saw"));
        let expected = [
            "watcher saw nobody stopped",
            "watcher saw watched stopped",
            "watcher saw watched stopped",
        ];
        assert_eq!(seen, expected);
    })
    .await;
}

/// Notes each new span as `parent>name`.
struct Spans(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let parent = span.parent().map_or("", |parent| parent.name());
            self.0.lock().push(format!("{parent}>{}", span.name()));
        }
    }
}

#[test]
fn a_message_is_handled_in_a_span_below_its_senders() {
    let spans = Arc::new(Mutex::new(Vec::new()));
    with_default(Registry::default().with(Spans(spans.clone())), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(simulate(async |tree| {
            let second = Script::named("second", &Journal::default()).root(&tree, Spec::new());
            let first = Script::named("first", &Journal::default()).root(&tree, Spec::new());
            let pass_on = act(move |_, _| second.tell(Add(1)).expect("there is room"));
            let asked = first
                .ask(pass_on, SOON)
                .instrument(tracing::info_span!("request"));
            assert_eq!(asked.await, Ok(()));
            settle().await;
        }));
    });
    assert_eq!(
        *spans.lock(),
        [">request", "request>message", "message>message"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_shows_what_there_is() {
    simulate(async |tree| {
        let keeps = Spec::new().children_on_restart(Children::Keep);
        let root = Script::default().root(&tree, Spec::new());
        let room = Script::named("rooms/a", &Journal::default()).under(&root, keeps.mailbox(3));
        Script::named("sources/b", &Journal::default()).under(&room, Spec::new());
        Script::named("rooms/ab", &Journal::default()).under(&root, Spec::new());
        assert_eq!(room.ask(Add(1), SOON).await, Ok(1));
        assert!(room.ask(boom(), SOON).await.is_err());
        settle().await;
        room.tell(Add(1)).expect("there is room");
        let paths = |filter: Filter| -> Vec<String> {
            tree.snapshot(&filter)
                .iter()
                .map(|row| row.path.as_str().to_owned())
                .collect()
        };
        assert_eq!(
            paths(Filter::all()),
            ["", "rooms/a", "rooms/a/sources/b", "rooms/ab"]
        );
        assert_eq!(
            paths(Filter::all().under("rooms/a")),
            ["rooms/a", "rooms/a/sources/b"]
        );
        assert_eq!(paths(Filter::all().depth(2)), ["", "rooms/a", "rooms/ab"]);
        assert!(paths(Filter::all().kind("nothing")).is_empty());
        let row = room.node().row();
        assert_eq!(
            (row.state, row.restarts, row.handled, row.children),
            (State::Running, 1, 2, 1)
        );
        assert_eq!(
            (row.mailbox_depth, row.mailbox_bound, row.kind),
            (1, 3, "probe")
        );
        assert_eq!(row.last_failure.expect("it failed").text, "boom");
        let kind = &tree.kinds()[0];
        assert_eq!((kind.started, kind.alive, kind.panics), (4, 4, 1));
        assert_eq!(kind.queue_buckets.iter().sum::<u64>(), kind.messages);
    })
    .await;
}
