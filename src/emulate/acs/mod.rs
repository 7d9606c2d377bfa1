//! The emulator of Azure Communication Services: calls with scripted people, the REST surface, events, callbacks, media
//! sockets, and trouble on command.
//!
//! `server` takes connections. A request of the REST surface goes through `gate` (signature, version, repetition, faults) to
//! `calling`, which acts on a `call`: people, legs of ours, and a `courier` who carries callbacks. `grid` delivers events,
//! `media` moves sound, `keys` signs what goes out, `timeline` says what happens, `origin` keeps other sites out. At a
//! `telephone`, a page, a person calls and is called themselves.

mod bearer;
mod call;
mod callback;
mod calling;
mod control;
mod courier;
mod fault;
mod gate;
mod grid;
mod identifier;
mod identities;
mod keys;
mod media;
mod moment;
mod operation;
mod origin;
mod pace;
mod refusal;
mod repeatability;
mod rooms;
mod server;
mod service;
mod signature;
mod telephone;
mod timeline;

pub use self::{
    call::{
        callee::{Callee, Does},
        person::Script,
        start::{Kind, Wanted},
    },
    fault::Fault,
    grid::Schema,
    pace::Pace,
    server::{BindError, Bound, bind},
    service::{Options, Subscription, Summary},
};
