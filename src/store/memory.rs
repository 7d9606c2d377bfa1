//! A store that forgets: for trying out, for simulated runs under a paused clock, and as the plainest statement of the
//! contract.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use parking_lot::Mutex;

use super::{
    contract::{Store, StoreError},
    record::{
        AuditRecord, DayUsage, Holding, Lease, LogExtent, NUMBER_BLOCK, NodeId, Outcome, Range,
        RoomRecord, SessionRecord, UsageRecord, Write,
    },
};
use crate::domain::{
    budget::Budget,
    identity::{RoomId, SessionId},
    room_log::{EntryKind, LogEntry},
    time::{Day, Timestamp},
    usage::Amount,
};

/// Everything in memory, for as long as this lives.
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    sessions: BTreeMap<SessionId, SessionRecord>,
    rooms: BTreeMap<RoomId, RoomRecord>,
    entries: BTreeMap<(RoomId, u64), LogEntry>,
    usage: BTreeMap<(RoomId, String, String), Amount>,
    /// Of rooms that were erased, by day and engine.
    erased_usage: BTreeMap<(String, String), Amount>,
    audit: Vec<AuditRecord>,
    /// By kind and id: what the other service knows it by, and who has it.
    holdings: BTreeMap<(String, String), (String, NodeId)>,
}

impl Tables {
    fn write(&mut self, write: Write) -> Outcome {
        match write {
            Write::Mark => Outcome::Done,
            Write::CreateSession(session) => self.create_session(*session),
            Write::ClaimSession { id, node } => match self.sessions.get_mut(&id) {
                Some(session) => {
                    session.fence += 1;
                    session.holder = Some(node);
                    Outcome::Claimed(Box::new(session.clone()))
                }
                None => Outcome::Absent,
            },
            Write::SaveSession(session) => self.save_session(*session),
            Write::RemoveSession(id) => {
                self.sessions.remove(&id);
                Outcome::Done
            }
            Write::ExpireSessions { before } => self.expire(before),
            Write::AcquireRoom {
                room,
                node,
                name,
                private,
                budget,
                at,
            } => self.acquire(room, node, name, private, budget, at),
            Write::ReserveNumbers { room, fence, up_to } => self.leased(&room, fence, |room| {
                room.reserved = room.reserved.max(up_to);
            }),
            Write::Append { room, fence, entry } => {
                let outcome = self.leased(&room, fence, |_| ());
                if outcome == Outcome::Done {
                    self.entries.entry((room, entry.seq)).or_insert(entry);
                }
                outcome
            }
            Write::ReleaseRoom {
                room,
                fence,
                head,
                over,
                at,
            } => self.leased(&room, fence, |room| {
                room.owner = None;
                room.reserved = head;
                room.used_at = at;
                room.opened_at = room.opened_at.filter(|_| !over);
            }),
            Write::Hold { holding, node } => {
                let key = (holding.kind, holding.id);
                self.holdings.insert(key, (holding.handle, node));
                Outcome::Done
            }
            Write::GiveBack { kind, id, node } => {
                let key = (kind, id);
                if self.holdings.get(&key).is_some_and(|(_, had)| *had == node) {
                    self.holdings.remove(&key);
                }
                Outcome::Done
            }
            Write::TakeOver { kind, from, node } => self.take_over(&kind, &from, &node),
            Write::ReleaseNode(node) => self.release(&node),
            Write::AddUsage(usage) => {
                if let Some(room) = self.rooms.get_mut(&usage.room) {
                    room.used = room.used.and(Amount {
                        tokens: 0,
                        ..usage.amount
                    });
                }
                let key = (usage.room, usage.day, usage.engine);
                let so_far = self.usage.entry(key).or_default();
                *so_far = so_far.and(usage.amount);
                Outcome::Done
            }
            Write::Audit(record) => {
                self.audit.push(record);
                Outcome::Done
            }
            Write::EraseSession(id) => {
                self.sessions.remove(&id);
                self.entries.retain(|_, entry| entry.subject.speaker != id);
                Outcome::Done
            }
            Write::EraseRoom(id) => {
                self.entries.retain(|(room, _), _| *room != id);
                let erased_usage = &mut self.erased_usage;
                self.usage.retain(|(room, day, engine), amount| {
                    if *room != id {
                        return true;
                    }
                    let sum = erased_usage
                        .entry((day.clone(), engine.clone()))
                        .or_default();
                    *sum = sum.and(*amount);
                    false
                });
                if let Some(room) = self.rooms.get_mut(&id) {
                    room.name = None;
                }
                Outcome::Done
            }
            Write::ForgetOld {
                entries_before,
                audit_before,
            } => self.forget(entries_before, audit_before),
        }
    }

    fn take_over(&mut self, wanted: &str, from: &NodeId, node: &NodeId) -> Outcome {
        let mut taken = Vec::new();
        for ((kind, id), (handle, holder)) in &mut self.holdings {
            if kind == wanted && holder == from {
                *holder = node.clone();
                taken.push(Holding {
                    kind: kind.clone(),
                    id: id.clone(),
                    handle: handle.clone(),
                });
            }
        }
        Outcome::TakenOver(taken)
    }

    fn create_session(&mut self, session: SessionRecord) -> Outcome {
        let taken = self.sessions.get(&session.id);
        if taken.is_some_and(|taken| taken.private_room != session.private_room) {
            return Outcome::Exists;
        }
        self.sessions.entry(session.id.clone()).or_insert(session);
        Outcome::Done
    }

    fn save_session(&mut self, session: SessionRecord) -> Outcome {
        let Some(stored) = self.sessions.get_mut(&session.id) else {
            return Outcome::Fenced;
        };
        if stored.private_room != session.private_room || stored.fence != session.fence {
            return Outcome::Fenced;
        }
        stored.config = session.config;
        stored.data = session.data;
        stored.cursor = session.cursor;
        stored.entered_at = session.entered_at;
        stored.active_at = session.active_at;
        stored.holder = session.holder;
        Outcome::Done
    }

    fn expire(&mut self, before: Timestamp) -> Outcome {
        let old = |session: &&SessionRecord| session.holder.is_none() && session.active_at < before;
        let old = self.sessions.values().filter(old);
        let expired: Vec<SessionId> = old.map(|session| session.id.clone()).collect();
        for id in &expired {
            self.sessions.remove(id);
        }
        Outcome::Removed(expired)
    }

    fn acquire(
        &mut self,
        id: RoomId,
        node: NodeId,
        name: Option<String>,
        private: bool,
        budget: Option<Budget>,
        at: Timestamp,
    ) -> Outcome {
        let room = self.rooms.entry(id.clone()).or_insert(RoomRecord {
            id,
            name: None,
            private,
            owner: None,
            fence: 0,
            reserved: 0,
            opened_at: None,
            created_at: at,
            used_at: at,
            budget: None,
            used: Amount::default(),
        });
        if let Some(owner) = room.owner.as_ref().filter(|owner| **owner != node) {
            return Outcome::Held(owner.clone());
        }
        let head = room.reserved;
        let opened_at = room.opened_at.unwrap_or(head + 1);
        room.owner = Some(node);
        room.fence += 1;
        room.reserved = head + NUMBER_BLOCK;
        room.opened_at = Some(opened_at);
        room.name = name.or(room.name.take());
        room.private = private;
        room.used_at = at;
        if budget.is_some() {
            room.budget = budget;
            room.used = Amount::default();
        }
        Outcome::Leased(Lease {
            fence: room.fence,
            head,
            reserved: room.reserved,
            opened_at,
            budget: room.budget,
            used: room.used,
        })
    }

    /// Changes a room if this lease of it holds.
    fn leased(&mut self, id: &RoomId, fence: u64, change: impl FnOnce(&mut RoomRecord)) -> Outcome {
        match self.rooms.get_mut(id) {
            Some(room) if room.fence == fence && room.owner.is_some() => {
                change(room);
                Outcome::Done
            }
            _ => Outcome::Fenced,
        }
    }

    fn release(&mut self, node: &NodeId) -> Outcome {
        for session in self.sessions.values_mut() {
            session.holder.take_if(|holder| holder == node);
        }
        for room in self.rooms.values_mut() {
            room.owner.take_if(|owner| owner == node);
        }
        Outcome::Done
    }

    fn forget(&mut self, entries_before: Timestamp, audit_before: Timestamp) -> Outcome {
        self.entries
            .retain(|_, entry| entry.subject.at >= entries_before);
        let day = audit_before.day();
        self.usage.retain(|(_, of, _), _| *of >= day);
        self.erased_usage.retain(|(of, _), _| *of >= day);
        self.audit.retain(|record| record.at >= audit_before);
        let talked: BTreeSet<RoomId> = self.entries.keys().map(|(room, _)| room.clone()).collect();
        self.rooms.retain(|id, room| {
            room.owner.is_some() || room.used_at >= entries_before || talked.contains(id)
        });
        Outcome::Done
    }

    fn log<'a>(&'a self, room: &'a RoomId, after: u64) -> impl Iterator<Item = &'a LogEntry> {
        self.entries
            .range((room.clone(), after.saturating_add(1))..)
            .take_while(move |((of, _), _)| of == room)
            .map(|(_, entry)| entry)
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn kind(&self) -> &'static str {
        "memory"
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let mut tables = self.tables.lock();
        let outcomes = writes.iter().map(|write| tables.write(write.clone()));
        Ok(outcomes.collect())
    }

    /// It ends with its process, so whoever wrote in it lives.
    async fn is_alive(&self, _: &NodeId) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn holders(&self) -> Result<Vec<NodeId>, StoreError> {
        let tables = self.tables.lock();
        let sessions = tables
            .sessions
            .values()
            .filter_map(|session| session.holder.clone());
        let rooms = tables.rooms.values().filter_map(|room| room.owner.clone());
        let holders: BTreeSet<NodeId> = sessions.chain(rooms).collect();
        Ok(holders.into_iter().collect())
    }

    async fn holders_of(&self, kind: &str) -> Result<Vec<NodeId>, StoreError> {
        let tables = self.tables.lock();
        let own = tables.holdings.iter().filter(|((of, _), _)| of == kind);
        let holders: BTreeSet<NodeId> = own.map(|(_, (_, node))| node.clone()).collect();
        Ok(holders.into_iter().collect())
    }

    async fn holder_of(&self, kind: &str, id: &str) -> Result<Option<NodeId>, StoreError> {
        let tables = self.tables.lock();
        let held = tables.holdings.get(&(kind.to_owned(), id.to_owned()));
        Ok(held.map(|(_, node)| node.clone()))
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.tables.lock().sessions.get(id).cloned())
    }

    async fn sessions(
        &self,
        after: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let tables = self.tables.lock();
        let later = |session: &&SessionRecord| after.is_none_or(|after| session.id > *after);
        let page = tables.sessions.values().filter(later);
        Ok(page.take(limit as usize).cloned().collect())
    }

    async fn session_count(&self, owner: Option<&str>) -> Result<u64, StoreError> {
        let tables = self.tables.lock();
        let own = |session: &&SessionRecord| {
            owner.is_none_or(|owner| session.owner.as_deref() == Some(owner))
        };
        Ok(tables.sessions.values().filter(own).count() as u64)
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        Ok(self.tables.lock().rooms.get(id).cloned())
    }

    async fn entries(&self, room: &RoomId, range: Range) -> Result<Vec<LogEntry>, StoreError> {
        let tables = self.tables.lock();
        let part = tables.log(room, range.after).take(range.limit as usize);
        Ok(part.cloned().collect())
    }

    async fn newest(&self, room: &RoomId, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let tables = self.tables.lock();
        let all: Vec<LogEntry> = tables.log(room, 0).cloned().collect();
        let older = all.len().saturating_sub(limit as usize);
        Ok(all[older..].to_vec())
    }

    async fn presences(&self, room: &RoomId, from: u64) -> Result<Vec<LogEntry>, StoreError> {
        let tables = self.tables.lock();
        let presences = tables
            .log(room, from.saturating_sub(1))
            .filter(|entry| matches!(entry.subject.kind, EntryKind::Present | EntryKind::Left));
        Ok(presences.cloned().collect())
    }

    async fn extent(&self, room: &RoomId) -> Result<LogExtent, StoreError> {
        let tables = self.tables.lock();
        let mut numbers = tables.log(room, 0).map(|entry| entry.seq);
        let Some(first) = numbers.next() else {
            return Ok(LogExtent::default());
        };
        let (entries, last) = numbers.fold((1, first), |(count, _), seq| (count + 1, seq));
        Ok(LogExtent {
            entries,
            first,
            last,
        })
    }

    async fn usage(&self, room: &RoomId) -> Result<Vec<UsageRecord>, StoreError> {
        let tables = self.tables.lock();
        let own = tables.usage.iter().filter(|((of, ..), _)| of == room);
        Ok(own
            .map(|((room, day, engine), amount)| UsageRecord {
                room: room.clone(),
                engine: engine.clone(),
                day: day.clone(),
                amount: *amount,
            })
            .collect())
    }

    async fn usage_by_day(&self, from: Day, to: Day) -> Result<Vec<DayUsage>, StoreError> {
        let days = from.to_string()..=to.to_string();
        let tables = self.tables.lock();
        let mut sums = tables.erased_usage.clone();
        for ((_, day, engine), amount) in &tables.usage {
            let sum = sums.entry((day.clone(), engine.clone())).or_default();
            *sum = sum.and(*amount);
        }
        sums.retain(|(day, _), _| days.contains(day));
        Ok(sums
            .into_iter()
            .map(|((day, engine), amount)| DayUsage {
                day,
                engine,
                amount,
            })
            .collect())
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let tables = self.tables.lock();
        let newest = tables.audit.iter().rev().take(limit as usize);
        Ok(newest.cloned().collect())
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn close(&self) {}
}
