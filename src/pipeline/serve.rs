//! A small web server for `schedule --listen`: `/health`, `/metrics` and the page of all backups. It
//! answers GET, one request a connection, and takes no more of it than it needs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::{Error, Kind, Result};

/// The longest request head, in bytes.
const HEAD: usize = 8 << 10;
/// How long a request may take.
const TIME: Duration = Duration::from_secs(10);
/// Requests at once.
const AT_ONCE: usize = 16;

/// An answer: status, content type, body.
pub type Answer = (u16, &'static str, String);

/// Listens; gives the address, whose port may have been chosen by the system.
pub async fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let wrong = || Error::new(Kind::Io, format!("cannot listen on {address}"));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|cause| wrong().cause(cause))?;
    let local = listener
        .local_addr()
        .map_err(|cause| wrong().cause(cause))?;
    Ok((listener, local))
}

/// Answers for ever.
pub async fn serve(listener: TcpListener, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: a moment later there may be some.
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            // Who does not read the answer does not want it.
            let _ = timeout(TIME, one(stream, answer.as_ref())).await;
            drop(place);
        });
    }
}

async fn one(mut stream: TcpStream, answer: &impl Fn(&str) -> Answer) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (status, kind, body) = match (words.next(), words.next()) {
        (Some("GET" | "HEAD"), Some(path)) => answer(path.split('?').next().unwrap_or_default()),
        _ => (405, "text/plain", "only GET\n".to_owned()),
    };
    let length = body.len();
    let start = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {length}\r\n\
         Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n",
        reason(status)
    );
    stream.write_all(start.as_bytes()).await?;
    if !head.starts_with("HEAD") {
        stream.write_all(body.as_bytes()).await?;
    }
    stream.shutdown().await
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    }
}
