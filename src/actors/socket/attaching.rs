//! How a socket comes to a session: one it makes, one it joins, one it comes back to.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{Bound, Socket};
use crate::{
    actors::{
        environment::Environment,
        limit::Limit,
        refusal::Refusal,
        room::entering::Purpose,
        session::{
            Session,
            attaching::Attach,
            making::{Claim, NewSession, new_record},
        },
    },
    domain::{
        client_message::{CreateSession, JoinSession, RecoverSession},
        identity::{RoomId, SessionId},
        session_config::ConfigPatch,
    },
    store::{
        archive::{ArchiveError, SharedRow},
        record::{NodeId, SessionRecord},
    },
    supervision::{AskError, Ctx, Ref},
};

/// How long a socket waits for its session. Entering a room takes milliseconds; this is for one that restarts or is
/// handed over by another process.
const ATTACH_DEADLINE: Duration = Duration::from_secs(30);

/// How long a session that ends is waited for.
const ATTACH_PAUSE: Duration = Duration::from_secs(2);

/// How often attaching is tried with a session that ends just then.
const ATTACH_TRIES: usize = 3;

/// A session that the caller may attach to.
struct Found {
    id: SessionId,
    /// The process that held it when it was looked at.
    holder: Option<NodeId>,
    /// Its private room, which no other session has: what is opened must be what was looked at.
    private_room: RoomId,
    /// The row of one that was made just now.
    fresh: Option<SharedRow>,
    /// A change of its configuration.
    patch: Option<ConfigPatch>,
}

/// A session as it was when the right to it was checked.
pub(in crate::actors) struct Target {
    pub(in crate::actors) id: SessionId,
    pub(in crate::actors) holder: Option<NodeId>,
    pub(in crate::actors) private_room: RoomId,
}

/// Why a socket is to be attached, and what the answer refers to.
struct Errand {
    purpose: Purpose,
    reference: Option<Value>,
}

impl Socket {
    pub(super) fn create_session(
        &mut self,
        create: CreateSession,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        if self.environment.is_stopping() {
            return self.refuse(&Refusal::stopping(), reference.as_ref());
        }
        let user_id = create.user_id.or_else(|| self.caller.user_id.clone());
        let claim = Claim {
            access: self.caller.access.clone(),
            user_id: user_id.clone(),
            token: create.resume_token,
        };
        let environment = Arc::clone(&self.environment);
        let finding = async move {
            if let Some(id) = &create.session_id
                && let Some(known) = environment.archive.peek(id).await?
            {
                if !claim.holds(&environment, &known) {
                    return Err(Refusal::new(
                        "session_exists",
                        "a session with this id exists and is not yours; choose another id, or send its resume_token",
                    ));
                }
                return Ok(Found {
                    id: known.id,
                    holder: known.holder,
                    private_room: known.private_room,
                    fresh: None,
                    patch: create.config,
                });
            }
            let wanted = NewSession {
                session_id: create.session_id,
                user_id,
                config: create.config,
                data: create.data,
            };
            let record = new_record(&environment, &claim.access, wanted)?;
            let (id, private_room) = (record.id.clone(), record.private_room.clone());
            let row = make_row(&environment, record).await?;
            Ok(Found {
                id,
                holder: None,
                private_room,
                fresh: Some(row),
                patch: None,
            })
        };
        let purpose = Purpose::Created;
        self.go_to(finding, Errand { purpose, reference }, ctx);
    }

    pub(super) fn join_session(
        &mut self,
        join: JoinSession,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        let finding = self.find(join.session_id, join.resume_token);
        let purpose = Purpose::Joined;
        self.go_to(finding, Errand { purpose, reference }, ctx);
    }

    pub(super) fn recover_session(
        &mut self,
        recover: RecoverSession,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        let finding = self.find(recover.session_id, recover.resume_token);
        let purpose = Purpose::Recovered(recover.last_seq);
        self.go_to(finding, Errand { purpose, reference }, ctx);
    }

    /// Looks for a session that the caller may attach to.
    fn find(
        &self,
        id: SessionId,
        token: Option<String>,
    ) -> impl Future<Output = Result<Found, Refusal>> + 'static {
        let environment = Arc::clone(&self.environment);
        let claim = Claim {
            access: self.caller.access.clone(),
            user_id: self.caller.user_id.clone(),
            token,
        };
        async move {
            if environment.is_stopping() {
                return Err(Refusal::stopping());
            }
            let known = environment.archive.peek(&id).await?;
            let known = known.ok_or_else(not_found)?;
            if !claim.holds(&environment, &known) {
                return Err(Refusal::new(
                    "forbidden",
                    "this session belongs to somebody else; send its resume_token",
                ));
            }
            Ok(Found {
                id,
                holder: known.holder,
                private_room: known.private_room,
                fresh: None,
                patch: None,
            })
        }
    }

    /// Attaches this socket to the session that is found. Nothing else is handled meanwhile, so that what the client
    /// sends next finds it done.
    fn go_to(
        &mut self,
        finding: impl Future<Output = Result<Found, Refusal>> + 'static,
        errand: Errand,
        ctx: &mut Ctx<Self>,
    ) {
        self.before_anything_else(
            finding,
            |found, socket, ctx| match found {
                Ok(found) => socket.attach(found, errand, ctx),
                Err(refusal) => socket.refuse(&refusal, errand.reference.as_ref()),
            },
            ctx,
        );
    }

    fn attach(&mut self, found: Found, errand: Errand, ctx: &mut Ctx<Self>) {
        let id = found.id;
        if self.bound.as_ref().is_some_and(|bound| bound.id != id) {
            self.detach();
        }
        self.audio.forget_refusal();
        let attach = Attach {
            attached: self.attached(ctx),
            purpose: errand.purpose,
            reference: errand.reference.clone(),
            patch: found.patch,
            fresh: found.fresh.is_some(),
        };
        let environment = Arc::clone(&self.environment);
        let target = Target {
            id: id.clone(),
            holder: found.holder,
            private_room: found.private_room,
        };
        let attaching = reach(environment, target, found.fresh, attach);
        self.before_anything_else(
            attaching,
            move |reached, socket, ctx| match reached {
                Ok(session) => {
                    ctx.watch(&session);
                    socket.outbox().bind(Some(id.clone()));
                    socket.bound = Some(Bound { id, session });
                }
                Err(refusal) => socket.refuse(&refusal, errand.reference.as_ref()),
            },
            ctx,
        );
    }
}

/// Brings a socket to its session, whose actor is started if need be.
pub(in crate::actors) async fn reach(
    environment: Arc<Environment>,
    target: Target,
    mut fresh: Option<SharedRow>,
    attach: Attach,
) -> Result<Ref<Session>, Refusal> {
    for _ in 0..ATTACH_TRIES {
        // One that was closed meanwhile is not to be revived under the id of whoever comes next: it is looked up anew.
        let row = match fresh.take() {
            Some(row) => row,
            None => {
                let known = environment
                    .archive
                    .open_session(&target.id, target.holder.as_ref())
                    .await?;
                let same = |row: &SharedRow| row.lock().record.private_room == target.private_room;
                known.filter(same).ok_or_else(not_found)?
            }
        };
        let session = Session::open(&environment, &row)?;
        match session.ask(attach.clone(), ATTACH_DEADLINE).await {
            Ok(attached) => return attached.map(|()| session),
            // It ended just now, its linger over: the next one takes its place.
            Err(AskError::Gone | AskError::Dropped) => {
                let _ = tokio::time::timeout(ATTACH_PAUSE, session.ended()).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(AskError::Unavailable.into())
}

async fn make_row(
    environment: &Environment,
    record: SessionRecord,
) -> Result<SharedRow, ArchiveError> {
    let made = environment.archive.create_session(record).await;
    if matches!(made, Err(ArchiveError::OwnerFull)) {
        environment.counters.limits.note(Limit::SessionsPerOwner);
    }
    made
}

fn not_found() -> Refusal {
    Refusal::new(
        "session_not_found",
        "there is no session with this id, or it has expired; send create_session",
    )
}
