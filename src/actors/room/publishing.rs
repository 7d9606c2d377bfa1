//! The way out of everything that has a number: it is logged, waits for the store, and is sent, in this order.
//!
//! What waits, waits in one line: a final is not sent before those with a lower number, and one who comes in is answered
//! after all that was said before them. The line moves when the store has committed, or after a moment without it:
//! then what is sent says `durable:false`, and speech does not pause for a disk.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
};

use actix::{ActorFutureExt, AsyncContext, WrapFuture};

use super::{Room, admitting::Admission};
use crate::{
    actors::{
        outbox::{Class, Parcel, Payload, Replaces},
        outlet::Outlets,
    },
    domain::{
        room_log::{EntryKind, LogEntry, Subject},
        server_message::ServerMessage,
    },
    store::{
        record::Outcome,
        recorder::{PATIENCE, Receipt},
    },
    supervision::Ctx,
};

/// Something whose turn has not come.
pub(super) enum Pending {
    /// An entry of the log.
    Entry {
        entry: LogEntry,
        /// Those it is for: who was there when it was said, and who was let in since.
        outlets: Outlets,
        replaces: Option<Arc<Replaces>>,
        /// Whether the store has it; `None` while that is not known.
        durable: Option<bool>,
    },
    /// One who came in and is to be answered.
    Admission(Box<Admission>),
}

impl Room {
    /// Why a room ends that another process has taken over.
    pub const TAKEN_OVER: &'static str = "taken_over";

    /// Gives a message the next number, has it stored, and sends it to its audience when it is.
    pub(super) fn publish(
        &mut self,
        subject: Subject,
        replaces: Option<Replaces>,
        encode: impl FnOnce(u64) -> ServerMessage,
        ctx: &mut Ctx<Self>,
    ) {
        let outlets = self.audience_of(&subject);
        let (entry, receipt) = self.log.append(subject, |seq| encode(seq).encode(None));
        self.line_up(entry, outlets, replaces.map(Arc::new), receipt, ctx);
    }

    /// Puts an entry at the end of the line until it is known whether the store has it.
    fn line_up(
        &mut self,
        entry: LogEntry,
        outlets: Outlets,
        replaces: Option<Arc<Replaces>>,
        receipt: Receipt,
        ctx: &mut Ctx<Self>,
    ) {
        let seq = entry.seq;
        self.pending.push_back(Pending::Entry {
            entry,
            outlets,
            replaces,
            durable: None,
        });
        self.await_receipt(seq, receipt, ctx);
    }

    fn audience_of(&mut self, subject: &Subject) -> Outlets {
        match (subject.kind, &subject.language) {
            (EntryKind::Translation, Some(language)) => {
                self.readers_of(&subject.speaker, language).finals
            }
            _ => self.everybody.finals.clone(),
        }
    }

    fn await_receipt(&mut self, seq: u64, receipt: Receipt, ctx: &mut Ctx<Self>) {
        if self.log.is_undurable() {
            return self.settle(seq, false, ctx);
        }
        let committed = tokio::time::timeout(PATIENCE, receipt).into_actor(self);
        ctx.spawn(committed.map(move |committed, room, ctx| match committed {
            Ok(Ok(Ok(Outcome::Fenced))) => {
                tracing::warn!(room = %room.id, "another server process has taken this room over");
                room.log.lose();
                ctx.end(Self::TAKEN_OVER);
            }
            Ok(Ok(Ok(_))) => room.settle(seq, true, ctx),
            Ok(Ok(Err(_)) | Err(_)) | Err(_) => room.settle(seq, false, ctx),
        }));
    }

    /// It is known whether the store has what has this number and all before it: it takes them in their order.
    fn settle(&mut self, up_to: u64, stored: bool, ctx: &mut Ctx<Self>) {
        for pending in &mut self.pending {
            if let Pending::Entry { entry, durable, .. } = pending
                && entry.seq <= up_to
            {
                durable.get_or_insert(stored);
            }
        }
        self.send_pending(ctx);
    }

    /// Sends whatever has its turn.
    pub(super) fn send_pending(&mut self, ctx: &mut Ctx<Self>) {
        let waits = |next: &Pending| matches!(next, Pending::Entry { durable: None, .. });
        while !self.pending.front().is_none_or(waits)
            && let Some(pending) = self.pending.pop_front()
        {
            match pending {
                Pending::Entry {
                    entry,
                    outlets,
                    replaces,
                    durable,
                } => self.send(&entry, &outlets, replaces, durable == Some(true)),
                Pending::Admission(admission) => self.admit(*admission, ctx),
            }
        }
        // Most rooms are one session's own, and seldom have anything waiting: they keep no memory for it.
        if self.pending.is_empty() {
            self.pending = VecDeque::new();
            self.unadmitted = HashSet::new();
        }
    }

    fn send(
        &self,
        entry: &LogEntry,
        outlets: &Outlets,
        replaces: Option<Arc<Replaces>>,
        durable: bool,
    ) {
        let frame = if durable {
            entry.frame.clone()
        } else {
            entry.undurable_frame()
        };
        outlets.deliver(&Parcel {
            payload: Payload::Text(frame.clone()),
            class: Class::Numbered {
                room: self.id.clone(),
                seq: entry.seq,
                replaces: replaces.clone(),
            },
        });
        self.show_entry(entry, &frame, replaces.as_deref());
        self.log.mark_published(entry.seq);
    }

    /// Sends what had its number when the former life ended but may not have reached everybody; sockets drop what they
    /// have by its number.
    pub(super) fn publish_again(&mut self, ctx: &mut Ctx<Self>) {
        for entry in self.log.unpublished() {
            let outlets = self.audience_of(&entry.subject);
            let receipt = self.log.append_again(&entry);
            self.line_up(entry, outlets, None, receipt, ctx);
        }
    }

    /// Somebody was let in: what still waits is for them too.
    pub(super) fn address_pending_anew(&mut self) {
        let mut waiting = std::mem::take(&mut self.pending);
        for pending in &mut waiting {
            if let Pending::Entry { entry, outlets, .. } = pending {
                *outlets = self.audience_of(&entry.subject);
            }
        }
        self.pending = waiting;
    }

    /// Whether everything that was said has been sent.
    pub(super) fn has_sent_everything(&self) -> bool {
        self.pending.is_empty()
    }
}
