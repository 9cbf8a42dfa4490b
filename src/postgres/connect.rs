//! Reaching a server: its hosts one after the other, TCP or a Unix socket, with or without TLS as
//! `sslmode` says.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::SocketAddr;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpStream, UnixStream};

use super::auth::{self, Channel, Greeting};
use super::settings::{Host, Keepalives, Place, Settings, SslMode, socket_path};
use super::tls::{self, Secured};
use super::wire::{Io, Wire};
use crate::error::{Error, Kind, Result};

/// A connection that is logged in.
pub struct Opened {
    /// The messages.
    pub wire: Wire,
    /// What the server said at the beginning.
    pub greeting: Greeting,
    /// Which of the hosts it is.
    pub host: Host,
}

/// Opens a connection to one host and logs in, within the time that is set.
pub async fn open(settings: &Settings, host: &Host) -> Result<Opened> {
    let doing = format!("cannot connect to {}", host.address());
    let attempt = Attempt {
        settings,
        host,
        doing: &doing,
    };
    match settings.connect_timeout {
        None => attempt.by_mode().await,
        Some(limit) => match tokio::time::timeout(limit, attempt.by_mode()).await {
            Ok(done) => done,
            Err(_) => Err(no_answer(&doing, limit)),
        },
    }
}

fn no_answer(doing: &str, limit: Duration) -> Error {
    Error::new(Kind::Connect, doing)
        .cause(format!("no answer within {} s", limit.as_secs()))
        .hint("Check the host and port, or raise connect_timeout.")
}

struct Attempt<'a> {
    settings: &'a Settings,
    host: &'a Host,
    doing: &'a str,
}

impl Attempt<'_> {
    /// `prefer` and `allow` have a second try, the other way, where the first fails for TLS's sake.
    async fn by_mode(&self) -> Result<Opened> {
        let mode = match self.host.place {
            Place::Socket(_) => SslMode::Disable,
            Place::Tcp { .. } => self.settings.tls.mode,
        };
        match mode {
            SslMode::Disable => self.once(false).await,
            SslMode::Prefer => match self.once(true).await {
                Err(error) if is_for_tls(&error) => self.once(false).await.map_err(|_| error),
                done => done,
            },
            SslMode::Allow => match self.once(false).await {
                Err(error) if is_for_tls(&error) => self.once(true).await.map_err(|_| error),
                done => done,
            },
            _ => self.once(true).await,
        }
    }

    async fn once(&self, secure: bool) -> Result<Opened> {
        let io = self.dial().await?;
        let (io, channel) = if secure {
            self.secure(io).await?
        } else {
            let private = matches!(self.host.place, Place::Socket(_));
            (
                io,
                Channel {
                    private,
                    ..Channel::default()
                },
            )
        };
        let mut wire = Wire::new(io);
        let password = self.settings.password_for(self.host);
        let login = auth::log_in(
            &mut wire,
            self.settings,
            password.as_ref(),
            &channel,
            self.doing,
        );
        Ok(Opened {
            greeting: login.await?,
            wire,
            host: self.host.clone(),
        })
    }

    async fn secure(&self, io: Box<dyn Io>) -> Result<(Box<dyn Io>, Channel)> {
        let tls = &self.settings.tls;
        let io = if tls.direct {
            io
        } else {
            match self.ask_for_tls(io).await? {
                (io, true) => io,
                (io, false) if tls.mode <= SslMode::Prefer => return Ok((io, Channel::default())),
                (_, false) => return Err(self.no_tls()),
            }
        };
        let Secured { io, end_point } = tls::secure(io, tls, self.host, self.doing).await?;
        let private = true;
        Ok((io, Channel { private, end_point }))
    }

    /// SSLRequest; whether the server can. An error in plain text is nobody's word and not shown
    /// (CVE-2024-10977).
    async fn ask_for_tls(&self, io: Box<dyn Io>) -> Result<(Box<dyn Io>, bool)> {
        let mut wire = Wire::new(io);
        postgres_protocol::message::frontend::ssl_request(wire.outgoing());
        wire.flush().await?;
        match wire.byte().await? {
            b'S' => Ok((wire.into_io()?, true)),
            b'N' => Ok((wire.into_io()?, false)),
            _ => Err(Error::new(Kind::Connect, self.doing).cause("it does not answer about TLS")),
        }
    }

    fn no_tls(&self) -> Error {
        Error::new(Kind::Connect, self.doing)
            .cause("the server does not speak TLS, and sslmode demands it")
            .hint("Turn ssl on in the server, or use sslmode=prefer.")
    }

    /// Opens the byte stream.
    async fn dial(&self) -> Result<Box<dyn Io>> {
        dial(self.host, &self.settings.keepalives)
            .await
            .map_err(|error| self.unreachable(error))
    }

    fn unreachable(&self, error: std::io::Error) -> Error {
        let failed = Error::new(Kind::Connect, self.doing);
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "There is no such socket: is the server running, and is its socket elsewhere?"
            }
            std::io::ErrorKind::ConnectionRefused => {
                "Is the server running, and does it listen there?"
            }
            _ => "Check the host and the port.",
        };
        failed.cause(error).hint(hint)
    }
}

/// The server's rules (pg_hba.conf), or TLS itself, said no.
fn is_for_tls(error: &Error) -> bool {
    match error.server_code() {
        Some(code) => code == "28000",
        None => error.kind() == Kind::Connect && error.line().contains("TLS failed"),
    }
}

async fn dial(host: &Host, keepalives: &Keepalives) -> std::io::Result<Box<dyn Io>> {
    match &host.place {
        Place::Socket(folder) => {
            let path = socket_path(folder, host.port);
            match path.to_str().and_then(|path| path.strip_prefix('@')) {
                Some(name) => Ok(widened(abstract_socket(name)?)),
                None => Ok(widened(UnixStream::connect(path).await?)),
            }
        }
        Place::Tcp { name, addr } => {
            let stream = match addr {
                Some(addr) => TcpStream::connect((*addr, host.port)).await?,
                None => TcpStream::connect((name.as_str(), host.port)).await?,
            };
            stream.set_nodelay(true)?;
            keep_alive(&stream, keepalives)?;
            Ok(Box::new(stream))
        }
    }
}

/// What may wait in a Unix socket for the server, in bytes: Linux wakes who writes when three quarters of it
/// are taken, and until that one runs, the server lives on the rest. TCP finds its own size.
const WAITING: usize = 1 << 20;

fn widened(stream: UnixStream) -> Box<dyn Io> {
    // The system may allow less: it works with what there is.
    let _ = sockopt::set_socket_send_buffer_size(&stream, WAITING);
    Box::new(stream)
}

fn abstract_socket(name: &str) -> std::io::Result<UnixStream> {
    let address = SocketAddr::from_abstract_name(name)?;
    let stream = std::os::unix::net::UnixStream::connect_addr(&address)?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

fn keep_alive(stream: &TcpStream, keepalives: &Keepalives) -> std::io::Result<()> {
    sockopt::set_socket_keepalive(stream, keepalives.on)?;
    if let Some(idle) = keepalives.idle {
        sockopt::set_tcp_keepidle(stream, idle)?;
    }
    if let Some(interval) = keepalives.interval {
        sockopt::set_tcp_keepintvl(stream, interval)?;
    }
    if let Some(count) = keepalives.count {
        sockopt::set_tcp_keepcnt(stream, count)?;
    }
    if let Some(timeout) = keepalives.user_timeout {
        sockopt::set_tcp_user_timeout(stream, timeout)?;
    }
    Ok(())
}

/// Asks the server to end what a session is doing: over a connection of its own, as safe as the
/// session's, which the server closes without an answer.
pub async fn cancel(settings: &Settings, host: &Host, process: i32, key: i32) -> Result<()> {
    let attempt = Attempt {
        settings,
        host,
        doing: "cannot cancel a statement",
    };
    let mut io = attempt.dial().await?;
    let tcp = matches!(host.place, Place::Tcp { .. });
    if tcp && settings.tls.mode >= SslMode::Prefer {
        io = attempt.secure(io).await?.0;
    }
    let mut wire = Wire::new(io);
    postgres_protocol::message::frontend::cancel_request(process, key, wire.outgoing());
    wire.flush().await?;
    wire.shutdown().await
}
