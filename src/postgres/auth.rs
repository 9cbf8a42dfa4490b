//! Logging in: the startup message and the server's ways to ask who we are. SCRAM-SHA-256 with
//! channel binding where TLS gives one, MD5, and a clear password where nobody can listen.
//! Messages: PostgreSQL manual, "Message Flow", "SASL Authentication".

use std::collections::BTreeMap;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{self, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};

use super::failure::DbError;
use super::settings::{Auth, ChannelBinding, Secret, Settings};
use super::wire::{self, Wire, hostile};
use crate::error::{Error, Kind, Result};

/// The protocol's version, 3.0.
const VERSION: [u8; 4] = [0, 3, 0, 0];

/// What the way to this server is like.
#[derive(Debug, Clone, Default)]
pub struct Channel {
    /// Nobody can listen: TLS, or a socket on this machine.
    pub private: bool,
    /// The hash of the server's certificate, for channel binding (RFC 5929).
    pub end_point: Option<Vec<u8>>,
}

/// What a server says of itself at the beginning.
#[derive(Debug, Default)]
pub struct Greeting {
    /// Its parameters: `server_version`, `server_encoding`, …
    pub parameters: BTreeMap<String, String>,
    /// The process and the key, to cancel a statement.
    pub cancel: Option<(i32, i32)>,
    /// Notices that came before the first statement.
    pub notices: Vec<DbError>,
    /// The transaction's state, as ReadyForQuery has it.
    pub status: u8,
}

/// Logs in over a fresh connection. `doing` begins the errors' text.
pub async fn log_in(
    wire: &mut Wire,
    settings: &Settings,
    password: Option<&Secret>,
    channel: &Channel,
    doing: &str,
) -> Result<Greeting> {
    startup(wire.outgoing(), settings)?;
    wire.flush().await?;
    let login = Login {
        settings,
        password,
        channel,
        doing,
    };
    login.authenticate(wire).await?;
    login.greeting(wire).await
}

fn startup(out: &mut BytesMut, settings: &Settings) -> Result<()> {
    let mut body = VERSION.to_vec();
    let options = settings.options.as_deref().unwrap_or_default();
    for (key, value) in [
        ("user", settings.user.as_slice()),
        ("database", &settings.database),
        ("application_name", settings.application_name.as_bytes()),
        ("options", options.as_bytes()),
    ] {
        if value.contains(&0) {
            return Err(Error::new(
                Kind::Config,
                format!("the connection's {key} holds a NUL byte"),
            ));
        }
        if !value.is_empty() {
            body.extend_from_slice(key.as_bytes());
            body.push(0);
            body.extend_from_slice(value);
            body.push(0);
        }
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&body);
    Ok(())
}

struct Login<'a> {
    settings: &'a Settings,
    password: Option<&'a Secret>,
    channel: &'a Channel,
    doing: &'a str,
}

impl Login<'_> {
    async fn authenticate(&self, wire: &mut Wire) -> Result<()> {
        let bound = match self.answer(wire).await? {
            Asked::Nothing => {
                self.accept(Auth::None)?;
                false
            }
            Asked::Answered => {
                match self.next(wire).await? {
                    Message::AuthenticationOk => {}
                    _ => return Err(hostile("it asks twice who we are")),
                }
                false
            }
            Asked::Proved { bound } => bound,
        };
        if self.settings.channel_binding == ChannelBinding::Require && !bound {
            return Err(self.refused("the server did not use channel binding"));
        }
        Ok(())
    }

    async fn answer(&self, wire: &mut Wire) -> Result<Asked> {
        match self.next(wire).await? {
            Message::AuthenticationOk => return Ok(Asked::Nothing),
            Message::AuthenticationCleartextPassword => {
                self.accept(Auth::Password)?;
                self.send_password(wire, self.password()?).await?;
            }
            Message::AuthenticationMd5Password(body) => {
                self.accept(Auth::Md5)?;
                let hash = md5_hash(&self.settings.user, self.password()?, body.salt());
                self.send_password(wire, hash.as_bytes()).await?;
            }
            Message::AuthenticationSasl(body) => {
                self.accept(Auth::Scram)?;
                return self.scram(wire, &body).await;
            }
            Message::AuthenticationGss | Message::AuthenticationSspi => {
                return Err(self.refused("the server asks for GSSAPI or SSPI, which is not there"));
            }
            _ => return Err(hostile("it does not ask who we are in any known way")),
        }
        Ok(Asked::Answered)
    }

    /// A server in the middle could ask for less than the real one does.
    fn accept(&self, way: Auth) -> Result<()> {
        if self.settings.channel_binding == ChannelBinding::Require && way != Auth::Scram {
            return Err(self.refused("channel binding is required, and the server can't do it"));
        }
        match &self.settings.auth {
            Some(accepted) if !accepted.contains(&way) => Err(self.refused(&format!(
                "the server asks for {way:?}, which require_auth forbids"
            ))),
            None if way == Auth::Password && !self.channel.private => Err(self
                .refused("the server asks for the password in clear over an open connection")
                .hint("Use sslmode=verify-full; or say require_auth=password.")),
            _ => Ok(()),
        }
    }

    fn password(&self) -> Result<&[u8]> {
        let password = self.password.map(Secret::reveal).filter(|p| !p.is_empty());
        password.ok_or_else(|| {
            self.refused("the server asks for a password and none was given")
                .hint("Give it by password_file, PGPASSWORD, or ~/.pgpass.")
        })
    }

    fn refused(&self, why: &str) -> Error {
        Error::new(Kind::Connect, self.doing).cause(why.to_owned())
    }

    async fn send_password(&self, wire: &mut Wire, password: &[u8]) -> Result<()> {
        if password.contains(&0) {
            return Err(self.refused("the password holds a NUL byte"));
        }
        wire::put(wire.outgoing(), b'p', &[password, b"\0"])?;
        wire.flush().await
    }

    async fn scram(&self, wire: &mut Wire, body: &AuthenticationSaslBody) -> Result<Asked> {
        let (mechanism, binding) = self.mechanism(body)?;
        let bound = mechanism == sasl::SCRAM_SHA_256_PLUS;
        let mut scram = ScramSha256::new(self.password()?, binding);
        let first = scram.message();
        let length = u32::try_from(first.len()).unwrap_or(u32::MAX).to_be_bytes();
        let parts = [mechanism.as_bytes(), b"\0", &length, first];
        wire::put(wire.outgoing(), b'p', &parts)?;
        wire.flush().await?;
        match self.next(wire).await? {
            Message::AuthenticationSaslContinue(body) => scram.update(body.data()),
            _ => return Err(hostile("it left the SCRAM exchange")),
        }
        .map_err(|error| hostile(&format!("in the SCRAM exchange: {error}")))?;
        wire::put(wire.outgoing(), b'p', &[scram.message()])?;
        wire.flush().await?;
        match self.next(wire).await? {
            // Only one who knows the password's verifier can sign this.
            Message::AuthenticationSaslFinal(body) => scram.finish(body.data()),
            _ => return Err(hostile("it did not prove that it knows the password")),
        }
        .map_err(|error| hostile(&format!("it does not know the password: {error}")))?;
        match self.next(wire).await? {
            Message::AuthenticationOk => Ok(Asked::Proved { bound }),
            _ => Err(hostile("it asks twice who we are")),
        }
    }

    fn mechanism(
        &self,
        body: &AuthenticationSaslBody,
    ) -> Result<(&'static str, sasl::ChannelBinding)> {
        let mut offered = (false, false);
        let mut names = body.mechanisms();
        while let Some(name) = names.next().map_err(|error| wire::broken().cause(error))? {
            offered.0 |= name == sasl::SCRAM_SHA_256;
            offered.1 |= name == sasl::SCRAM_SHA_256_PLUS;
        }
        let wanted = self.settings.channel_binding != ChannelBinding::Disable;
        match (offered, self.channel.end_point.clone().filter(|_| wanted)) {
            ((_, true), Some(hash)) => Ok((
                sasl::SCRAM_SHA_256_PLUS,
                sasl::ChannelBinding::tls_server_end_point(hash),
            )),
            // "We could, you can't": the server refuses if that is not what it said.
            ((true, false), Some(_)) => {
                Ok((sasl::SCRAM_SHA_256, sasl::ChannelBinding::unrequested()))
            }
            ((true, _), None) => Ok((sasl::SCRAM_SHA_256, sasl::ChannelBinding::unsupported())),
            _ => Err(self.refused("the server offers no way of SASL that is known")),
        }
    }

    async fn greeting(&self, wire: &mut Wire) -> Result<Greeting> {
        let mut greeting = Greeting::default();
        loop {
            match self.next(wire).await? {
                Message::BackendKeyData(body) => {
                    greeting.cancel = Some((body.process_id(), body.secret_key()));
                }
                Message::ParameterStatus(body) if greeting.parameters.len() < 1000 => {
                    if let (Ok(name), Ok(value)) = (body.name(), body.value()) {
                        greeting.parameters.insert(name.into(), value.into());
                    }
                }
                Message::NoticeResponse(body) if greeting.notices.len() < 100 => {
                    greeting.notices.push(DbError::read(body.fields()));
                }
                Message::NoticeResponse(_) => {}
                Message::ReadyForQuery(body) => {
                    greeting.status = body.status();
                    return Ok(greeting);
                }
                _ => return Err(wire::broken()),
            }
        }
    }

    async fn next(&self, wire: &mut Wire) -> Result<Message> {
        match wire.message().await? {
            Message::ErrorResponse(body) => {
                Err(DbError::read(body.fields()).into_error(self.doing))
            }
            message => Ok(message),
        }
    }
}

enum Asked {
    Nothing,
    Answered,
    Proved { bound: bool },
}
