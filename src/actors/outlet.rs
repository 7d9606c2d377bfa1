//! The way to sockets: one message per HTTP worker, however many sockets it carries.
//!
//! A Room lives on its own thread and its listeners' sockets on those of the HTTP workers. Waking each socket from
//! afar would cost a system call each, so what is meant for many goes to one [`Postbox`] per worker, which puts it
//! into their outboxes on their own thread.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::ThreadId,
};

use actix::{Actor, Handler, Message};
use dashmap::DashMap;

use crate::{
    actors::{
        observer::RoomObserver,
        outbox::{Class, Closing, Outbox, Parcel},
    },
    supervision::{Ctx, Ref, Spec, StartError, Supervised, TellError},
};

/// Deliveries that may wait at a worker. One that does not empty this is blocked; see [`Outlets::deliver`].
const POSTBOX_PLACES: u32 = 4096;

/// Puts what arrives for the sockets of one HTTP worker into their outboxes.
pub struct Postbox;

impl Actor for Postbox {
    type Context = Ctx<Self>;
}

impl Supervised for Postbox {
    const KIND: &'static str = "postbox";
}

#[derive(Message)]
#[rtype(result = "()")]
struct Deliver {
    outboxes: Arc<[Arc<Outbox>]>,
    parcel: Parcel,
}

impl Handler<Deliver> for Postbox {
    type Result = ();

    fn handle(&mut self, delivery: Deliver, _: &mut Ctx<Self>) {
        for outbox in delivery.outboxes.iter() {
            outbox.push(delivery.parcel.clone());
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct DeliverAll {
    outbox: Arc<Outbox>,
    parcels: Vec<Parcel>,
}

impl Handler<DeliverAll> for Postbox {
    type Result = ();

    fn handle(&mut self, delivery: DeliverAll, _: &mut Ctx<Self>) {
        for parcel in delivery.parcels {
            delivery.outbox.push(parcel);
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct CloseAfter {
    outbox: Arc<Outbox>,
    closing: Closing,
}

impl Handler<CloseAfter> for Postbox {
    type Result = ();

    fn handle(&mut self, close: CloseAfter, _: &mut Ctx<Self>) {
        close.outbox.close(close.closing);
    }
}

/// The postboxes of one tree, by the thread they live on.
#[derive(Default)]
pub struct Postboxes {
    by_thread: DashMap<ThreadId, Ref<Postbox>>,
    started: AtomicUsize,
}

impl Postboxes {
    /// The postbox of the thread this is called on, started with the first socket there.
    ///
    /// # Errors
    /// [`StartError`] while the server stops.
    pub fn here(&self, observer: &Ref<RoomObserver>) -> Result<Ref<Postbox>, StartError> {
        let thread = std::thread::current().id();
        if let Some(postbox) = self.by_thread.get(&thread)
            && postbox.is_alive()
        {
            return Ok(postbox.clone());
        }
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let name = format!("workers/http-{number}");
        let spec = Spec::new().mailbox(POSTBOX_PLACES).on_current_thread();
        let postbox = observer.node().start_child(&name, spec, || Postbox)?;
        self.by_thread.insert(thread, postbox.clone());
        Ok(postbox)
    }
}

/// The way to one socket.
#[derive(Clone)]
pub struct Outlet {
    postbox: Ref<Postbox>,
    alone: Arc<[Arc<Outbox>]>,
}

impl Outlet {
    /// The way to the socket with this outbox, which lives on the thread of `postbox`.
    pub fn new(outbox: Arc<Outbox>, postbox: Ref<Postbox>) -> Self {
        Self {
            postbox,
            alone: Arc::new([outbox]),
        }
    }

    /// A way to nowhere, in place of this one: what is sent over it is not kept.
    pub fn muted(&self) -> Self {
        let nowhere = Outbox::new(0);
        nowhere.close(Closing::CALL_ENDED);
        Self::new(nowhere, self.postbox.clone())
    }

    /// The socket's queue.
    pub fn outbox(&self) -> &Arc<Outbox> {
        &self.alone[0]
    }

    /// Ends the socket after everything that was delivered to it so far.
    pub fn close(&self, closing: Closing) {
        let close = CloseAfter {
            outbox: Arc::clone(self.outbox()),
            closing,
        };
        if self.postbox.tell(close).is_err() {
            self.outbox().close(closing);
        }
    }

    /// Sends to this socket alone, in order with what is sent to many.
    pub fn deliver(&self, parcel: Parcel) {
        post(&self.postbox, &self.alone, parcel);
    }

    /// Sends many to this socket alone, in one piece: a whole log of them would fill the worker's places.
    pub fn deliver_all(&self, parcels: Vec<Parcel>) {
        let delivery = DeliverAll {
            outbox: Arc::clone(self.outbox()),
            parcels,
        };
        if let Err(TellError::Full(refused)) = self.postbox.tell(delivery) {
            refused.outbox.close(Closing::TOO_SLOW);
        }
    }
}

#[derive(Clone)]
struct Group {
    postbox: Ref<Postbox>,
    outboxes: Arc<[Arc<Outbox>]>,
}

/// The way to many sockets, grouped by the thread they live on; cheap to clone.
#[derive(Clone, Default)]
pub struct Outlets(Arc<[Group]>);

impl<'a> FromIterator<&'a Outlet> for Outlets {
    fn from_iter<I: IntoIterator<Item = &'a Outlet>>(outlets: I) -> Self {
        let mut groups: Vec<(Ref<Postbox>, Vec<Arc<Outbox>>)> = Vec::new();
        for outlet in outlets {
            let here = groups
                .iter_mut()
                .find(|(postbox, _)| postbox.path() == outlet.postbox.path());
            match here {
                Some((_, outboxes)) => outboxes.push(Arc::clone(outlet.outbox())),
                None => groups.push((outlet.postbox.clone(), vec![Arc::clone(outlet.outbox())])),
            }
        }
        Self(
            groups
                .into_iter()
                .map(|(postbox, outboxes)| Group {
                    postbox,
                    outboxes: outboxes.into(),
                })
                .collect(),
        )
    }
}

impl Outlets {
    /// Whether nobody is reached.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many sockets are reached.
    pub fn len(&self) -> usize {
        self.0.iter().map(|group| group.outboxes.len()).sum()
    }

    /// Those of them that are also among `others`, and those that are not.
    pub fn split_by<'a>(&self, others: impl Iterator<Item = &'a Self>) -> (Self, Self) {
        let known: HashSet<*const Outbox> = others
            .flat_map(|others| others.0.iter())
            .flat_map(|group| group.outboxes.iter().map(Arc::as_ptr))
            .collect();
        let those = |wanted: bool| {
            let groups = self.0.iter().map(|group| Group {
                postbox: group.postbox.clone(),
                outboxes: group
                    .outboxes
                    .iter()
                    .filter(|outbox| known.contains(&Arc::as_ptr(outbox)) == wanted)
                    .cloned()
                    .collect(),
            });
            Self(groups.filter(|group| !group.outboxes.is_empty()).collect())
        };
        (those(true), those(false))
    }

    /// Sends to all. Never waits: at a worker that is blocked, audio and captions that still change are left out, and
    /// for what may not be left out the sockets there are ended, so that their clients recover by sequence.
    pub fn deliver(&self, parcel: &Parcel) {
        for group in self.0.iter() {
            post(&group.postbox, &group.outboxes, parcel.clone());
        }
    }
}

fn post(postbox: &Ref<Postbox>, outboxes: &Arc<[Arc<Outbox>]>, parcel: Parcel) {
    let delivery = Deliver {
        outboxes: Arc::clone(outboxes),
        parcel,
    };
    // A postbox that takes nothing, be it full, parked or gone, is all the same to those behind it.
    if let Err(refused) = postbox.tell(delivery).map_err(TellError::into_message)
        && !matches!(refused.parcel.class, Class::Audio | Class::Newest(_))
    {
        for outbox in refused.outboxes.iter() {
            outbox.close(Closing::TOO_SLOW);
        }
    }
}
