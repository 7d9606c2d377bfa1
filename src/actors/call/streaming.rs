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

/// The call has no place in its room, or has lost it.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct PlaceLost(pub(super) &'static str);

impl Handler<MediaOpened> for Call {
    type Result = ();

    fn handle(&mut self, MediaOpened(media): MediaOpened, _: &mut Ctx<Self>) {
        let former = self.media.change(|known| known.replace(media));
        if let Some(former) = former {
            self.note(|state| state.rate = None);
            if former.tell(Close(Closing::REPLACED)).is_err() {
                former.stop("replaced");
            }
        }
    }
}

impl Handler<MediaReady> for Call {
    type Result = ();

    fn handle(&mut self, ready: MediaReady, ctx: &mut Ctx<Self>) {
        let is_current = |media: &Ref<MediaSocket>| *media.path() == ready.path;
        if !self
            .media
            .read(|media| media.as_ref().is_some_and(is_current))
        {
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

    fn handle(&mut self, PlaceLost(reason): PlaceLost, ctx: &mut Ctx<Self>) {
        self.end(reason, ctx);
    }
}
