//! A PostgreSQL server's answers from memory: what no real server can be made to say, and streams
//! that cost the bench nothing.

use std::io::Result;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use dumpkeep::postgres::auth::Greeting;
use dumpkeep::postgres::connect::Opened;
use dumpkeep::postgres::session::Session;
use dumpkeep::postgres::settings::{Host, Place, Settings};
use dumpkeep::postgres::wire::Wire;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the server says; what it is told is not listened to.
struct Canned {
    says: Arc<[u8]>,
    at: usize,
}

impl AsyncRead for Canned {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let rest = self.says.get(self.at..).unwrap_or_default();
        let (part, _) = rest.split_at(rest.len().min(buf.remaining()));
        buf.put_slice(part);
        let taken = part.len();
        self.at += taken;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Canned {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A session, logged in, with a server that says this and then closes the connection.
pub(crate) fn session(says: Arc<[u8]>) -> Session {
    let opened = Opened {
        wire: Wire::new(Box::new(Canned { says, at: 0 })),
        greeting: Greeting::default(),
        host: Host {
            place: Place::Socket("/canned".into()),
            port: 5432,
        },
    };
    Session::over(opened, &Settings::default())
}

/// A message with its tag.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

/// The whole answer to a COPY of these rows.
pub(crate) fn copy(rows: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut says = message(b'H', b"\0\0\x01\0\0");
    let mut count = 0;
    for row in rows {
        says.extend(message(b'd', &row));
        count += 1;
    }
    says.extend(message(b'c', b""));
    says.extend(message(b'C', format!("COPY {count}\0").as_bytes()));
    says.extend(message(b'Z', b"I"));
    says
}
