//! Reaching a server: its addresses one after the other, TCP or a Unix socket.

use std::time::Duration;

use tokio::net::{TcpStream, UnixStream};

use super::auth::{self, Channel, Greeting};
use super::settings::{Host, Place, Settings, socket_path};
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

/// Opens a connection to the first of the hosts that takes it.
pub async fn open(settings: &Settings) -> Result<Opened> {
    let mut last = Error::new(Kind::Config, "no host to connect to");
    for host in &settings.hosts {
        match attempt(settings, host).await {
            Ok(opened) => return Ok(opened),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn attempt(settings: &Settings, host: &Host) -> Result<Opened> {
    let doing = format!("cannot connect to {}", host.address());
    let limit = settings.connect_timeout.unwrap_or(Duration::MAX);
    match tokio::time::timeout(limit, log_in(settings, host, &doing)).await {
        Ok(done) => done,
        Err(_) => Err(Error::new(Kind::Connect, doing)
            .cause(format!("no answer within {} s", limit.as_secs()))
            .hint("Check the host and port, or raise connect_timeout.")),
    }
}

async fn log_in(settings: &Settings, host: &Host, doing: &str) -> Result<Opened> {
    let io = dial(host).await?;
    let channel = Channel {
        private: matches!(host.place, Place::Socket(_)),
        end_point: None,
    };
    let mut wire = Wire::new(io);
    let password = settings.password_for(host);
    let greeting = auth::log_in(&mut wire, settings, password.as_ref(), &channel, doing).await?;
    Ok(Opened {
        wire,
        greeting,
        host: host.clone(),
    })
}

/// Opens the byte stream.
pub async fn dial(host: &Host) -> Result<Box<dyn Io>> {
    let refused = |error: std::io::Error| {
        Error::new(
            Kind::Connect,
            format!("cannot connect to {}", host.address()),
        )
        .cause(error)
        .hint("Is the server running, and does it listen there?")
    };
    match &host.place {
        Place::Socket(folder) => {
            let stream = UnixStream::connect(socket_path(folder, host.port)).await;
            Ok(Box::new(stream.map_err(refused)?))
        }
        Place::Tcp { name, addr } => {
            let name = addr.map_or_else(|| name.clone(), |addr| addr.to_string());
            let stream = TcpStream::connect((name.as_str(), host.port)).await;
            let stream = stream.map_err(refused)?;
            stream.set_nodelay(true).map_err(refused)?;
            Ok(Box::new(stream))
        }
    }
}
