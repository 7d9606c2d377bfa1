//! What stands before a server as it does before a real one: an address that stays when the server behind it is another.

use std::{
    net::{SocketAddr, TcpListener as StdListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

/// How a request for a media socket begins.
const MEDIA: &[u8] = b"GET /acs/media/";

/// A gateway on a thread of its own, so that it passes on while a test waits for a process.
pub struct Gateway {
    pub address: SocketAddr,
    behind: Arc<Mutex<String>>,
    media: Arc<AtomicUsize>,
}

impl Gateway {
    /// One that listens, with nobody behind it yet: who comes is sent away.
    pub fn start() -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let gateway = Self {
            address: listener.local_addr().unwrap(),
            behind: Arc::default(),
            media: Arc::default(),
        };
        let (behind, media) = (Arc::clone(&gateway.behind), Arc::clone(&gateway.media));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((outside, _)) = listener.accept().await {
                    let address = behind.lock().unwrap().clone();
                    tokio::spawn(pass(outside, address, Arc::clone(&media)));
                }
            });
        });
        gateway
    }

    /// Passes on to this address from now on.
    pub fn lead_to(&self, address: &str) {
        address.clone_into(&mut self.behind.lock().unwrap());
    }

    /// Media sockets that are open.
    pub fn media(&self) -> usize {
        self.media.load(Ordering::Relaxed)
    }
}

async fn pass(mut outside: TcpStream, address: String, media: Arc<AtomicUsize>) {
    let Ok(mut inside) = TcpStream::connect(address).await else {
        return;
    };
    let mut head = [0; MEDIA.len()];
    let is_media = outside.peek(&mut head).await.is_ok() && head == MEDIA;
    media.fetch_add(usize::from(is_media), Ordering::Relaxed);
    // One that breaks is as much at its end as one that is closed.
    let _ = copy_bidirectional(&mut outside, &mut inside).await;
    media.fetch_sub(usize::from(is_media), Ordering::Relaxed);
}
