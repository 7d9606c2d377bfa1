//! Actors that outlive their crashes, over actix.
//!
//! Here live the tree of supervised actors, their context, references with a true bound, restart policy, kept values,
//! placement on threads and the watchdog. Here lives no product word: the module could be a crate of its own.
//! `docs/semantics.md` says what it promises about delivery, order, restart and shutdown.

mod cell;
mod claim;
mod control;
mod ctx;
mod ending;
mod envelope;
mod exit;
mod family;
mod gauges;
mod kept;
mod kind;
mod life;
mod node;
mod panic;
mod path;
mod placement;
mod policy;
mod reference;
mod refusal;
mod seat;
mod snapshot;
mod spec;
mod tree;
mod watch;
mod watchdog;

pub use ctx::{ChildInfo, Ctx};
pub use exit::{Cause, ChildEnd, Departure, Exit, Failure, Verdict};
pub use kept::Kept;
pub use kind::{KindTotals, QUEUE_TIME_BOUNDS};
pub use node::{Node, State};
pub use path::Path;
pub use placement::{ArbiterPool, Host, Local, Placement, Start};
pub use reference::{Ref, RefFor};
pub use refusal::{AskError, StartError, TellError};
pub use seat::Maker;
pub use snapshot::{ActorPage, ActorRow, Busy, Filter};
pub use spec::{Backoff, Children, MailboxOnRestart, Restart, Spec, Strategy};
pub use tree::{Tree, TreeConfig};
pub use watch::Watchable;
pub use watchdog::Watchdog;

/// An actor of the tree. `Actor`, `Handler` and `Message` are plain actix; only the context is ours.
///
/// actix has a trait of the same name for its own supervisor; import either by name, not both by glob.
pub trait Supervised: actix::Actor<Context = Ctx<Self>> + Sized {
    /// The kind of actor, a word such as `room`: counters are per kind.
    const KIND: &'static str;

    /// A child ended for good, or was parked. The default ignores normal ends and parked children, and fails with a
    /// child that ended abnormally. Not called for children that this actor's own end or restart stopped.
    #[expect(unused_variables, reason = "the default needs no context")]
    fn child_ended(&mut self, child: &ChildEnd, ctx: &mut Ctx<Self>) -> Verdict {
        child.default_verdict()
    }

    /// An actor watched with `ctx.watch` ended for good.
    #[expect(unused_variables, reason = "the default does nothing")]
    fn watched_ended(&mut self, path: &Path, exit: &Exit, ctx: &mut Ctx<Self>) {}
}
