//! The telephone: a page with a microphone and a loudspeaker, at which a person calls and is called themselves.
//!
//! `page` serves it; `socket` carries messages and frames of one page; `session` does what its person wants; `lines` knows
//! at which pages whose calls are waited for.

mod lines;
mod page;
mod session;
mod socket;

use actix_web::web::{ServiceConfig, get};

pub use self::lines::Lines;

/// Its paths.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/", get().to(page::lead))
        .route(page::ADDRESS, get().to(page::page))
        .route("/_emulator/telephone/line", get().to(socket::connect))
        .route("/_emulator/telephone/{file:.+}", get().to(page::file));
}
