//! An actor that does what a test tells it, and a journal of what happened.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::{Actor, Handler, Message, ResponseActFuture, Running};
use interpres::supervision::{
    ChildEnd, Ctx, Exit, Path, Spec, StartError, Supervised, Tree, TreeConfig, Verdict,
};
use parking_lot::Mutex;
use tokio::task::LocalSet;

/// Long enough for every answer; under the paused clock it takes no time.
pub const SOON: Duration = Duration::from_secs(5);

pub type Ref = interpres::supervision::Ref<Probe>;
pub type Context = Ctx<Probe>;

/// What happened, in order.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub fn note(&self, entry: impl Into<String>) {
        self.0.lock().push(entry.into());
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock())
    }
}

type Hook<R = ()> = Option<Arc<dyn Fn(&mut Probe, &mut Context) -> R + Send + Sync>>;
type ChildHook = Option<Arc<dyn Fn(&ChildEnd, &mut Context) -> Verdict + Send + Sync>>;

/// What a probe does at each turn of its life.
#[derive(Clone, Default)]
pub struct Script {
    pub name: String,
    pub journal: Journal,
    pub started: Hook,
    pub stopping: Hook<Option<Running>>,
    pub stopped: Hook,
    pub child_ended: ChildHook,
    pub dropped: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Script {
    pub fn named(name: &str, journal: &Journal) -> Self {
        Script {
            name: name.to_owned(),
            journal: journal.clone(),
            ..Script::default()
        }
    }

    pub fn started(
        mut self,
        hook: impl Fn(&mut Probe, &mut Context) + Send + Sync + 'static,
    ) -> Self {
        self.started = Some(Arc::new(hook));
        self
    }

    pub fn stopping(
        mut self,
        hook: impl Fn(&mut Probe, &mut Context) -> Running + Send + Sync + 'static,
    ) -> Self {
        self.stopping = Some(Arc::new(move |probe, ctx| Some(hook(probe, ctx))));
        self
    }

    pub fn stopped(
        mut self,
        hook: impl Fn(&mut Probe, &mut Context) + Send + Sync + 'static,
    ) -> Self {
        self.stopped = Some(Arc::new(hook));
        self
    }

    pub fn child_ended(
        mut self,
        hook: impl Fn(&ChildEnd, &mut Context) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        self.child_ended = Some(Arc::new(hook));
        self
    }

    pub fn dropped(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.dropped = Some(Arc::new(hook));
        self
    }

    pub fn root(self, tree: &Tree, spec: Spec) -> Ref {
        let name = self.name.clone();
        tree.start_root(&name, spec, self.factory())
            .expect("the name is free")
    }

    pub fn child(self, ctx: &mut Context, spec: Spec) -> Result<Ref, StartError> {
        let name = self.name.clone();
        ctx.start_child(&name, spec, self.factory())
    }

    pub fn under(self, parent: &Ref, spec: Spec) -> Ref {
        let name = self.name.clone();
        parent
            .node()
            .start_child(&name, spec, self.factory())
            .expect("the name is free")
    }

    pub fn factory(self) -> impl Fn() -> Probe + Send + Sync + 'static {
        move || Probe {
            script: self.clone(),
            value: 0,
        }
    }
}

pub struct Probe {
    pub script: Script,
    pub value: u32,
}

impl Probe {
    pub fn note(&self, what: &str) {
        self.script
            .journal
            .note(format!("{} {what}", self.script.name));
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if let Some(hook) = &self.script.dropped {
            hook();
        }
    }
}

impl Actor for Probe {
    type Context = Context;

    fn started(&mut self, ctx: &mut Context) {
        self.note("started");
        if let Some(hook) = self.script.started.clone() {
            hook(self, ctx);
        }
    }

    fn stopping(&mut self, ctx: &mut Context) -> Running {
        let hook = self.script.stopping.clone();
        hook.and_then(|hook| hook(self, ctx))
            .unwrap_or(Running::Stop)
    }

    fn stopped(&mut self, ctx: &mut Context) {
        self.note("stopped");
        if let Some(hook) = self.script.stopped.clone() {
            hook(self, ctx);
        }
    }
}

impl Supervised for Probe {
    const KIND: &'static str = "probe";

    fn child_ended(&mut self, child: &ChildEnd, ctx: &mut Context) -> Verdict {
        match self.script.child_ended.clone() {
            Some(hook) => hook(child, ctx),
            None => child.default_verdict(),
        }
    }

    fn watched_ended(&mut self, path: &Path, exit: &Exit, _ctx: &mut Context) {
        self.note(&format!("saw {path} {}", exit.code()));
    }
}

type Deed = Box<dyn FnOnce(&mut Probe, &mut Context) + Send>;

/// Does this in the handler.
#[derive(Message)]
#[rtype("()")]
pub struct Do(pub Deed);

pub fn act(deed: impl FnOnce(&mut Probe, &mut Context) + Send + 'static) -> Do {
    Do(Box::new(deed))
}

pub fn boom() -> Do {
    act(|_, _| panic!("boom"))
}

/// Adds to the value, which starts at 0 in each life, and answers the sum.
#[derive(Message)]
#[rtype("u32")]
pub struct Add(pub u32);

/// Answers with a future.
#[derive(Message)]
#[rtype("u32")]
pub struct Later(pub Box<dyn FnOnce() -> ResponseActFuture<Probe, u32> + Send>);

impl Handler<Do> for Probe {
    type Result = ();

    fn handle(&mut self, message: Do, ctx: &mut Context) {
        (message.0)(self, ctx);
    }
}

impl Handler<Add> for Probe {
    type Result = u32;

    fn handle(&mut self, message: Add, _ctx: &mut Context) -> u32 {
        self.value += message.0;
        self.value
    }
}

impl Handler<Later> for Probe {
    type Result = ResponseActFuture<Probe, u32>;

    fn handle(&mut self, message: Later, _ctx: &mut Context) -> Self::Result {
        (message.0)()
    }
}

/// Runs `body` on one thread with a tree, then takes the tree down and sees that nothing is left of it.
pub async fn simulate(body: impl AsyncFnOnce(Tree)) {
    let scene = async {
        let tree = Tree::new(TreeConfig::default());
        body(tree.clone()).await;
        tree.shutdown(Duration::from_secs(60)).await;
        assert!(
            tree.is_empty(),
            "left in the registry: {:?}",
            tree.snapshot(&Default::default())
        );
        assert!(
            tree.kinds().iter().all(|kind| kind.alive == 0),
            "{:?}",
            tree.kinds()
        );
    };
    LocalSet::new().run_until(scene).await;
}

/// Lets everything that is ready run.
pub async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
