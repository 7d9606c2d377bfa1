//! What a Call knows of its sound: which socket has it, and what becomes of the call without.

use actix::{AsyncContext, Handler, Message};

use super::{Call, media::MediaSocket};
use crate::{
    actors::{outbox::Closing, socket::Close},
    supervision::{Ctx, Path, Ref},
};

/// A socket has come for the call.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MediaOpened(pub Ref<MediaSocket>);

/// There is sound, at this rate, over the socket of this path.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct MediaReady {
    pub(super) path: Path,
    pub(super) rate: u32,
}

/// The people of the socket of this path have no place in the room of the call, or have lost it.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct PlaceLost {
    pub(super) path: Path,
    pub(super) reason: &'static str,
}

/// The service was asked to open its socket anew.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct StreamingRestarted;

impl Handler<StreamingRestarted> for Call {
    type Result = ();

    fn handle(&mut self, _: StreamingRestarted, ctx: &mut Ctx<Self>) {
        if self.is_up_without_sound() {
            self.await_media(ctx);
        }
    }
}

impl Call {
    /// Whether it is the socket that the call has now.
    fn is_current(&self, path: &Path) -> bool {
        let is_it = |media: &Ref<MediaSocket>| media.path() == path;
        self.media.read(|media| media.as_ref().is_some_and(is_it))
    }
}

impl Handler<MediaOpened> for Call {
    type Result = ();

    fn handle(&mut self, MediaOpened(media): MediaOpened, ctx: &mut Ctx<Self>) {
        let former = self.media.change(|known| known.replace(media));
        if let Some(former) = former {
            self.note(|state| state.rate = None);
            if former.tell(Close(Closing::REPLACED)).is_err() {
                former.stop("replaced");
            }
        }
        // It may never say how it sounds.
        if self.media_due.is_none() && self.is_up_without_sound() {
            self.await_media(ctx);
        }
    }
}

impl Handler<MediaReady> for Call {
    type Result = ();

    fn handle(&mut self, ready: MediaReady, ctx: &mut Ctx<Self>) {
        if !self.is_current(&ready.path) {
            return;
        }
        if let Some(due) = self.media_due.take() {
            ctx.cancel_future(due);
        }
        self.note(|state| {
            state.rate = Some(ready.rate);
            state.restarted = false;
        });
    }
}

impl Handler<PlaceLost> for Call {
    type Result = ();

    fn handle(&mut self, lost: PlaceLost, ctx: &mut Ctx<Self>) {
        // Those of the next socket have theirs, or will say so.
        if self.is_current(&lost.path) {
            self.end(lost.reason, ctx);
        }
    }
}
