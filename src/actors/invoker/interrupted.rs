//! Barge-in: somebody who hears a translation begins to speak themselves, and wants it to be silent then.

use actix::{Handler, Message};

use super::Invoker;
use crate::{actors::outlet::Outlets, supervision::Ctx};

/// Somebody speaks over what is played to them.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct SpokenOver {
    /// Where they hear it.
    pub sockets: Outlets,
    /// Whether nobody else hears or reads this translation: then it is not needed to its end.
    pub alone: bool,
}

impl Handler<SpokenOver> for Invoker {
    type Result = ();

    fn handle(&mut self, over: SpokenOver, _: &mut Ctx<Self>) {
        let cut = self.voice.silence(&over.sockets);
        if let (Some((utterance, heard)), true) = (cut, over.alone) {
            self.interpreting.interrupt(&utterance, heard);
        }
        self.show();
    }
}
