//! The lines of a speaker's transcript, on their way from the translation that writes it to their other translations,
//! which give their sentences the same names.

use actix::{Handler, Message};

use super::Room;
use crate::{
    actors::invoker::interpreting::Line,
    domain::{identity::SessionId, language::Language},
    supervision::Ctx,
};

/// A translation that writes the transcript has begun a line of it.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct LineBegun {
    /// Whose words.
    pub speaker: SessionId,
    /// The translation that writes them down: into this language.
    pub writer: Language,
    /// Which line.
    pub line: Line,
}

impl Handler<LineBegun> for Room {
    type Result = ();

    fn handle(&mut self, begun: LineBegun, ctx: &mut Ctx<Self>) {
        let state = self.kept.snapshot();
        for (key, gauge) in &state.invoked {
            let is_other = key.0 == begun.speaker && key.1 != begun.writer;
            if let Some(invoker) = (is_other && gauge.takes_sound())
                .then(|| self.invoker(key, ctx))
                .flatten()
            {
                // One that is full gives the sentence a name of its own.
                let _ = invoker.tell(begun.line.clone());
            }
        }
    }
}
