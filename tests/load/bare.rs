//! What actix-web-actors does with nothing around it: a caption that comes in goes out to every connection.

use std::{io::Write, sync::Arc};

use actix::{Actor, ActorContext, Addr, AsyncContext, Handler, Message, StreamHandler};
use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    web::{self, Data, Payload},
};
use actix_web_actors::ws::{self, ProtocolError, WebsocketContext};
use bytestring::ByteString;
use parking_lot::RwLock;

type Everybody = RwLock<Vec<Addr<Wire>>>;

struct Wire(Arc<Everybody>);

#[derive(Message)]
#[rtype(result = "()")]
struct Caption(ByteString);

impl Actor for Wire {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.0.write().push(ctx.address());
    }
}

impl StreamHandler<Result<ws::Message, ProtocolError>> for Wire {
    fn handle(&mut self, message: Result<ws::Message, ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(ws::Message::Text(text)) => {
                for wire in self.0.read().iter() {
                    wire.do_send(Caption(text.clone()));
                }
            }
            Ok(ws::Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(ws::Message::Close(_)) | Err(_) => ctx.stop(),
            Ok(_) => {}
        }
    }
}

impl Handler<Caption> for Wire {
    type Result = ();

    fn handle(&mut self, Caption(text): Caption, ctx: &mut Self::Context) {
        ctx.text(text);
    }
}

async fn upgrade(
    request: HttpRequest,
    payload: Payload,
    everybody: Data<Everybody>,
) -> actix_web::Result<HttpResponse> {
    ws::start(Wire(everybody.into_inner()), &request, payload)
}

/// Serves until it is told to end, with one worker per core, as `interpres serve` does.
pub fn serve() -> anyhow::Result<()> {
    crate::process::raise_file_limit()?;
    actix_web::rt::System::new().block_on(async {
        let everybody = Data::new(Everybody::default());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(everybody.clone())
                .route("/ws", web::get().to(upgrade))
        })
        .bind("127.0.0.1:0")?;
        let mut out = std::io::stdout();
        for address in server.addrs() {
            writeln!(out, "listening on http://{address}")?;
        }
        server.run().await?;
        Ok(())
    })
}
