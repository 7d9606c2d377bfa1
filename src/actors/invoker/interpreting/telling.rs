//! Captions of what an end-to-end engine understood and translated, on their way to the Room.

use super::{Invoker, Line, link::Link};
use crate::{
    actors::room::{
        captions::{Transcribed, Translated},
        lines::LineBegun,
    },
    domain::{
        identity::UtteranceId,
        segmentation::{Revision, Side},
        server_message::Caption,
        time::Timestamp,
    },
};

impl Invoker {
    /// The id of the utterance of this number or turn. A sentence of a continuous engine that is new, and began then, has
    /// that of the line of the transcript it belongs to, if another translation writes that.
    pub(super) fn id_of(&mut self, link: &mut Link, number: u64, began: Timestamp) -> UtteranceId {
        let identities = &self.order.environment.identities;
        let lines = &mut self.interpreting.lines;
        let follows = link.style.continuous && !link.transcript;
        link.id(number, || {
            let line = follows.then(|| lines.translated(began)).flatten();
            line.unwrap_or_else(|| identities.next().into())
        })
    }

    /// Tells the Room what is new; what was said only as long as this is the speaker's transcript.
    pub(super) fn tell_revisions(&mut self, link: &mut Link, revisions: Vec<Revision>) {
        for revision in revisions {
            let caption = self.caption_of(link, &revision);
            let key = (caption.utterance_id.clone(), revision.side);
            let begun = self
                .interpreting
                .shown
                .read(|shown| shown.contains_key(&key));
            // What another writes from now on this one still ends.
            if revision.side == Side::Source && !begun && !self.interpreting.transcript.get() {
                continue;
            }
            if revision.side == Side::Source && link.begins_to_write(revision.utterance) {
                let _ = self.order.room.tell(LineBegun {
                    speaker: self.order.speaker.session_id.clone(),
                    writer: self.order.target.clone(),
                    line: Line {
                        utterance: caption.utterance_id.clone(),
                        at: caption.started_at,
                    },
                });
            }
            if revision.last {
                if begun {
                    self.interpreting.shown.change(|shown| shown.remove(&key));
                }
                self.tell_final(revision.side, caption);
            } else {
                let kept = caption.clone();
                self.interpreting
                    .shown
                    .change(|shown| shown.insert(key, kept));
                // A room that cannot take this partial gets the next one.
                let _ = match revision.side {
                    Side::Source => self.order.room.tell(Transcribed(caption)).is_ok(),
                    Side::Target => self.order.room.tell(Translated(caption)).is_ok(),
                };
            }
        }
    }

    fn tell_final(&mut self, side: Side, caption: Caption) {
        let room = &self.order.room;
        match side {
            Side::Source => self
                .interpreting
                .transcripts
                .tell(room, Transcribed(caption)),
            Side::Target => self.finals.tell(room, Translated(caption)),
        }
    }

    /// After a crash: what was understood so far is what was said.
    pub(in crate::actors::invoker) fn end_what_was_shown(&mut self) {
        let shown = self.interpreting.shown.change(std::mem::take);
        let now = self.order.environment.clock.now();
        for ((_, side), caption) in shown {
            let last = Caption {
                revision: caption.revision + 1,
                last: true,
                ended_at: Some(caption.ended_at.unwrap_or(now)),
                ..caption
            };
            self.tell_final(side, last);
        }
    }

    fn caption_of(&mut self, link: &mut Link, revision: &Revision) -> Caption {
        let now = self.order.environment.clock.now();
        let began = link.moment(revision.began, now);
        let started_at = link.started_at(revision.utterance).unwrap_or(began);
        let ended_at = link.moment(revision.until, now).max(started_at);
        let of_source = revision.side == Side::Source;
        let utterance_id = self.id_of(link, revision.utterance, began);
        let order = &self.order;
        Caption {
            seq: None,
            room_id: None,
            utterance_id,
            revision: revision.revision,
            speaker: Some(order.speaker.clone()),
            source_language: (!of_source).then(|| order.source.clone()),
            language: if of_source {
                order.source.clone()
            } else {
                order.target.clone()
            },
            text: revision.text.clone(),
            source_text: revision.source_text.clone(),
            last: revision.last,
            started_at,
            ended_at: revision.last.then_some(ended_at),
            confidence: None,
            engine: link.engine.name(),
        }
    }
}
