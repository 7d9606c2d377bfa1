//! What a message travels in: its place in the mailbox, the time it was queued and the span of its sender.

use std::any::type_name;
use std::cell::Cell;

use actix::dev::{Envelope, EnvelopeProxy, MessageResponse, OneshotSender, ToEnvelope};
use actix::{Actor, Handler, Message};
use tokio::time::Instant;
use tracing::Span;
use tracing::level_filters::LevelFilter;

use super::Supervised;
use super::ctx::Ctx;
use super::node::Permit;

/// A chain of messages that cause each other carries its spans this far. Each span keeps its parent open, so without a
/// limit two actors that answer each other for ever would keep all spans of their lives.
const LONGEST_SPAN_CHAIN: u8 = 16;

thread_local! {
    static ADMITTED: Cell<Option<Permit>> = const { Cell::new(None) };
    static CHAIN: Cell<u8> = const { Cell::new(0) };
}

/// Runs `send`, which packs one message for the place that `permit` stands for. actix packs inside its own send, on this
/// call stack, and gives no other way to hand the permit over.
pub(super) fn admitted<R>(permit: Permit, send: impl FnOnce() -> R) -> R {
    ADMITTED.set(Some(permit));
    let sent = send();
    // Still there when the mailbox was closed and nothing was packed.
    drop(ADMITTED.take());
    sent
}

struct Packed<M: Message> {
    message: Option<M>,
    reply: Option<OneshotSender<M::Result>>,
    permit: Option<Permit>,
    queued_at: Instant,
    sender: Span,
    chain: u8,
}

impl<A, M> ToEnvelope<A, M> for Ctx<A>
where
    A: Supervised + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn pack(message: M, reply: Option<OneshotSender<M::Result>>) -> Envelope<A> {
        let chain = CHAIN.get();
        let traced = LevelFilter::current() >= LevelFilter::INFO && chain < LONGEST_SPAN_CHAIN;
        Envelope::with_proxy(Box::new(Packed {
            message: Some(message),
            reply,
            permit: ADMITTED.take(),
            queued_at: Instant::now(),
            sender: if traced {
                Span::current()
            } else {
                Span::none()
            },
            chain,
        }))
    }
}

impl<A, M> EnvelopeProxy<A> for Packed<M>
where
    A: Supervised + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn handle(&mut self, actor: &mut A, ctx: &mut <A as Actor>::Context) {
        // The place is free as soon as the message leaves the queue.
        drop(self.permit.take());
        let Some(message) = self.message.take() else {
            return;
        };
        let reply = self.reply.take();
        if reply.as_ref().is_some_and(|reply| reply.is_closed()) {
            return;
        }
        let name = type_name::<M>();
        ctx.begin_message(name, self.queued_at);
        let span = message_span(&self.sender, ctx, name);
        let _chain = Chain::enter(self.chain);
        let _entered = span.enter();
        let response = actor.handle(message, ctx);
        ctx.replying(Some(name));
        response.handle(ctx, reply);
        ctx.replying(None);
    }
}

/// A span for this message below its sender's; the sender's own where message spans are switched off.
fn message_span<A: Supervised>(sender: &Span, ctx: &Ctx<A>, message: &'static str) -> Span {
    let span = tracing::debug_span!(parent: sender, "message", actor = %ctx.path(), kind = A::KIND, message);
    if span.is_disabled() {
        sender.clone()
    } else {
        span
    }
}

/// The number of messages that led to the one being handled; put back on return and on panic.
struct Chain(u8);

impl Chain {
    fn enter(sent_at: u8) -> Self {
        Chain(CHAIN.replace(sent_at.saturating_add(1)))
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        CHAIN.set(self.0);
    }
}
