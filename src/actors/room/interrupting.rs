//! Barge-in: somebody begins to speak while a translation is played to them, and wants it to be silent then.

use super::Room;
use crate::{
    actors::{invoker::SpokenOver, outlet::Outlets},
    domain::identity::SessionId,
    supervision::Ctx,
};

impl Room {
    /// One who begins to speak is not interpreted to any more in the middle of a sentence, if that is their wish. Whoever
    /// only goes on speaking over their own translation interrupts nobody: that is how interpretation goes.
    pub(super) fn silence_for(&self, who: &SessionId, ctx: &Ctx<Self>) {
        let state = self.kept.snapshot();
        let (Some(seat), Some(member)) = (state.seats.get(who), state.roster.members.get(who))
        else {
            return;
        };
        if !member.barge_in {
            return;
        }
        let sockets: Outlets = seat
            .sockets
            .iter()
            .map(|attached| &attached.outlet)
            .collect();
        let heard = state
            .invoked
            .keys()
            .filter(|(speaker, target)| speaker != who && state.roster.hears(who, speaker, target));
        for key in heard {
            let (speaker, target) = key;
            let alone = !state.seats.iter().any(|(id, seat)| {
                id != who && !seat.sockets.is_empty() && state.roster.reads(id, speaker, target)
            });
            if let Some(invoker) = self.invoker(key, ctx) {
                let sockets = sockets.clone();
                // To one that is full it is not worth waiting: the sentence is over by then.
                let _ = invoker.tell(SpokenOver { sockets, alone });
            }
        }
    }
}
