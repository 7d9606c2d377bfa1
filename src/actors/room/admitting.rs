//! The answer to one who has come in: in its turn, and with everything they missed behind it.

use tokio::sync::oneshot;

use super::{
    Room,
    entering::{Entrance, Purpose},
    publishing::Pending,
    spending::budget_exhausted,
};
use crate::{
    actors::outbox::{Class, Parcel, Payload},
    domain::{
        identity::SessionId,
        server_message::{ServerMessage, SessionAnswer},
    },
    supervision::Ctx,
};

/// One who has come in and is answered when everything said before has been sent.
pub(super) struct Admission {
    session_id: SessionId,
    entrance: Entrance,
    done: oneshot::Sender<()>,
}

impl Room {
    /// Puts one who is to be answered into the line, behind all that was said so far.
    pub(super) fn await_admission(
        &mut self,
        session_id: &SessionId,
        entrance: Option<Entrance>,
        ctx: &mut Ctx<Self>,
    ) -> Option<oneshot::Receiver<()>> {
        let Some(entrance) = entrance else {
            self.refresh_readers();
            return None;
        };
        let (done, admitted) = oneshot::channel();
        self.unadmitted.insert(entrance.connection.clone());
        self.pending
            .push_back(Pending::Admission(Box::new(Admission {
                session_id: session_id.clone(),
                entrance,
                done,
            })));
        self.send_pending(ctx);
        Some(admitted)
    }

    /// Gives the answer, and after it everything that was missed. From here on the socket gets what all get.
    pub(super) fn admit(&mut self, admission: Admission, ctx: &mut Ctx<Self>) {
        let Admission {
            session_id,
            entrance,
            done,
        } = admission;
        self.unadmitted.remove(&entrance.connection);
        self.refresh_readers();
        self.address_pending_anew();
        self.push_all_routes(ctx);
        let head = self.log.published();
        let participants: Vec<_> = self.kept.read(|state| {
            let members = state.roster.members.values();
            members.map(|member| member.participant.clone()).collect()
        });
        let answer = SessionAnswer {
            session_id: session_id.clone(),
            room_id: self.id.clone(),
            resume_token: entrance.resume_token,
            seq: head,
            data: entrance.data,
            participants: participants.clone(),
            warnings: entrance.warnings,
        };
        let mut replay = Vec::new();
        let mut seen = head;
        let message = match entrance.purpose {
            Purpose::Created => ServerMessage::SessionCreated(answer),
            Purpose::Joined => ServerMessage::SessionJoined(answer),
            Purpose::Moved => ServerMessage::RoomJoined {
                room_id: self.id.clone(),
                seq: head,
                participants,
            },
            Purpose::Recovered(last_seq) => {
                let asked = last_seq.unwrap_or(entrance.cursor);
                // From their own coming on; what was said before it was not said to them.
                let entered_at = entrance
                    .entered_at
                    .or_else(|| self.log.came_at(&session_id))
                    .unwrap_or(0);
                let asked = asked.max(entered_at.saturating_sub(1));
                seen = asked.min(head);
                let missed = self
                    .kept
                    .read(|state| self.log.missed_by(&state.roster, &session_id, asked));
                replay = missed.entries;
                ServerMessage::SessionRecovered {
                    session: answer,
                    missed: replay.len(),
                    gap: missed.gap,
                }
            }
        };
        let answer = Parcel {
            payload: Payload::Text(message.encode(entrance.reference.as_ref())),
            class: Class::Entrance {
                room: self.id.clone(),
                seen,
            },
        };
        let missed = replay.into_iter().map(|entry| Parcel {
            payload: Payload::Text(entry.frame),
            class: Class::Replayed {
                room: self.id.clone(),
                seq: entry.seq,
            },
        });
        // What was told to the others before.
        let usage = self.usage_told.iter().map(|usage| self.usage_parcel(usage));
        let warning = self.meter.is_exhausted().then(budget_exhausted);
        let parcels = std::iter::once(answer)
            .chain(missed)
            .chain(usage)
            .chain(warning);
        entrance.outlet.deliver_all(parcels.collect());
        // Whoever waited for this may be gone.
        let _ = done.send(());
    }
}
