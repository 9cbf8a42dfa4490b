//! A proxy between a client and a real server that cuts or stalls the connection after so many
//! bytes from the server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// What the proxy does once its bytes are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Closes both sides.
    Cut,
    /// Keeps both sides open and says nothing more.
    Stall,
}

/// A proxy that listens on 127.0.0.1. Its threads end with their connections, the listening one with
/// the test process.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The port that it listens on.
    pub(crate) port: u16,
    left: Arc<AtomicU64>,
}

impl Proxy {
    /// In front of a server's Unix socket: passes `bytes` from the server on, over all connections,
    /// `then` cuts or stalls them all.
    pub(crate) fn start(socket: &Path, bytes: u64, then: Then) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let left = Arc::new(AtomicU64::new(bytes));
        let (shared, socket) = (Arc::clone(&left), socket.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &socket, &shared, then);
            }
        });
        Self { port, left }
    }

    /// From now on passes everything on.
    pub(crate) fn refill(&self) {
        self.left.store(u64::MAX / 2, Ordering::SeqCst);
    }

    /// How many bytes it would still pass on.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::SeqCst)
    }
}

fn serve(client: TcpStream, socket: &PathBuf, left: &Arc<AtomicU64>, then: Then) {
    let Ok(server) = UnixStream::connect(socket) else {
        return;
    };
    let left = Arc::clone(left);
    let mut to_server = server.try_clone().expect("a second handle");
    let mut from_client = client.try_clone().expect("a second handle");
    thread::spawn(move || {
        drop(io::copy(&mut from_client, &mut to_server));
        drop(to_server.shutdown(Shutdown::Both));
    });
    thread::spawn(move || {
        if forward(&server, &client, &left).is_ok() && left.load(Ordering::SeqCst) == 0 {
            stop(&server, &client, then);
        } else {
            stop(&server, &client, Then::Cut);
        }
    });
}

/// Passes bytes on until the server ends, an error comes or none are left.
fn forward(mut from: &UnixStream, mut to: &TcpStream, left: &AtomicU64) -> io::Result<()> {
    let mut buffer = [0; 8192];
    loop {
        let most = left.load(Ordering::SeqCst).min(buffer.len() as u64);
        let most = usize::try_from(most).map_err(io::Error::other)?;
        let read = from.read(&mut buffer[..most])?;
        if read == 0 {
            return Ok(());
        }
        // Another connection may have used some up in the meantime; a few bytes more do no harm.
        let used = read as u64;
        left.update(Ordering::SeqCst, Ordering::SeqCst, |n| {
            n.saturating_sub(used)
        });
        to.write_all(&buffer[..read])?;
    }
}

fn stop(server: &UnixStream, client: &TcpStream, then: Then) {
    match then {
        Then::Stall => thread::park(),
        Then::Cut => {
            drop(server.shutdown(Shutdown::Both));
            drop(client.shutdown(Shutdown::Both));
        }
    }
}
