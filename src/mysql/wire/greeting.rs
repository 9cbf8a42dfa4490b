//! The server's first packet and the client's answers to it. Pure.

use crate::error::{Error, Kind, Result};
use crate::mysql::refusal;
use crate::mysql::settings::Compression;
use crate::mysql::wire::compressed::ZSTD_LEVEL;
use crate::mysql::wire::reply::{self, Reader, nonsense};

/// Capabilities: <https://mariadb.com/kb/en/connection/#capabilities>
pub mod capability {
    /// Old name: the client is not MariaDB's own with extended capabilities.
    pub const LONG_PASSWORD: u32 = 1;
    /// Longer column flags.
    pub const LONG_FLAG: u32 = 1 << 2;
    /// A database is named in the answer.
    pub const CONNECT_WITH_DB: u32 = 1 << 3;
    /// Packets compressed by zlib.
    pub const COMPRESS: u32 = 1 << 5;
    /// The client may be asked for a file (`LOAD DATA LOCAL`).
    pub const LOCAL_FILES: u32 = 1 << 7;
    /// The protocol since 4.1.
    pub const PROTOCOL_41: u32 = 1 << 9;
    /// TLS.
    pub const SSL: u32 = 1 << 11;
    /// Status flags in OK packets.
    pub const TRANSACTIONS: u32 = 1 << 13;
    /// Hashed passwords.
    pub const SECURE_CONNECTION: u32 = 1 << 15;
    /// Procedures may give several result sets.
    pub const MULTI_RESULTS: u32 = 1 << 17;
    /// Authentication plugins.
    pub const PLUGIN_AUTH: u32 = 1 << 19;
    /// Attributes of the client.
    pub const CONNECT_ATTRS: u32 = 1 << 20;
    /// The plugin's answer may be longer than 255 bytes.
    pub const PLUGIN_AUTH_LENENC: u32 = 1 << 21;
    /// Rows end with an OK packet.
    pub const DEPRECATE_EOF: u32 = 1 << 24;
    /// Packets compressed by zstd (MySQL).
    pub const ZSTD: u32 = 1 << 26;
}

/// What this client always can. LOCAL INFILE is not among it, which is asked for by who loads only; nor are
/// several statements in one command.
const OURS: u32 = capability::LONG_PASSWORD
    | capability::LONG_FLAG
    | capability::PROTOCOL_41
    | capability::TRANSACTIONS
    | capability::SECURE_CONNECTION
    | capability::MULTI_RESULTS
    | capability::PLUGIN_AUTH
    | capability::CONNECT_ATTRS
    | capability::PLUGIN_AUTH_LENENC
    | capability::DEPRECATE_EOF;

/// utf8mb4_general_ci, until `SET NAMES`.
const COLLATION: u8 = 45;
/// The longest packet that we take.
const MAX_PACKET: u32 = 1 << 30;

/// The server's first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The connection's number, for KILL.
    pub id: u32,
    /// What the server can.
    pub capabilities: u32,
    /// Twenty random bytes.
    pub scramble: Vec<u8>,
    /// The plugin that the server begins with.
    pub plugin: String,
}

impl Greeting {
    /// Reads it. A server that refuses at once (too many connections, a blocked host) is an error.
    pub fn parse(payload: &[u8]) -> Result<Self> {
        let mut reader = Reader(payload);
        match reader.byte()? {
            10 => Self::parse_v10(reader),
            0xff => Err(refusal::at_login(reply::refusal(payload))),
            _ => Err(Error::new(
                Kind::Connect,
                "what listens there does not speak the MySQL protocol",
            )
            .hint("Check the port; MySQL's X protocol (33060) is another one.")),
        }
    }

    fn parse_v10(mut reader: Reader<'_>) -> Result<Self> {
        reader.until_zero();
        let id = reader.u32()?;
        let mut scramble = reader.take(8)?.to_vec();
        reader.byte()?;
        let low = u32::from(reader.u16()?);
        reader.byte()?;
        reader.u16()?;
        let capabilities = low | u32::from(reader.u16()?) << 16;
        let length = usize::from(reader.byte()?);
        reader.take(10)?;
        let rest = reader.take(length.saturating_sub(8).max(13).min(reader.0.len()))?;
        scramble.extend_from_slice(rest.strip_suffix(b"\0").unwrap_or(rest));
        let plugin = String::from_utf8_lossy(reader.until_zero()).into_owned();
        if capabilities & capability::PROTOCOL_41 == 0 || scramble.len() != 20 {
            return Err(nonsense("its greeting is older than MySQL 4.1"));
        }
        Ok(Self {
            id,
            capabilities,
            scramble,
            plugin,
        })
    }

    /// Whether the server can do TLS.
    #[must_use]
    pub fn tls(&self) -> bool {
        self.capabilities & capability::SSL != 0
    }

    /// The first of these that the server has; an error where it has none.
    pub fn compression(&self, wanted: &[Option<Compression>]) -> Result<Option<Compression>> {
        let has = |one: &&Option<Compression>| match one {
            None => true,
            Some(method) => self.capabilities & flag(*method) != 0,
        };
        match wanted.iter().find(has) {
            Some(found) => Ok(*found),
            None if wanted.is_empty() => Ok(None),
            None => Err(Error::new(
                Kind::Connect,
                "the server has none of the compression-algorithms that are wanted",
            )
            .hint("Add uncompressed to them, or zlib, which nearly every server has.")),
        }
    }

    /// That of `LOAD DATA LOCAL`, where the server has it.
    #[must_use]
    pub fn local_files(&self) -> u32 {
        self.capabilities & capability::LOCAL_FILES
    }

    /// The capabilities that both sides have.
    #[must_use]
    pub fn agreed(&self, tls: bool, database: bool) -> u32 {
        let with_tls = if tls { capability::SSL } else { 0 };
        let with_db = if database {
            capability::CONNECT_WITH_DB
        } else {
            0
        };
        self.capabilities & OURS | with_tls | with_db
    }
}

/// The capability that asks for it.
#[must_use]
pub fn flag(method: Compression) -> u32 {
    match method {
        Compression::Zlib => capability::COMPRESS,
        Compression::Zstd => capability::ZSTD,
    }
}

/// The packet that asks for TLS: the beginning of an answer.
#[must_use]
pub fn tls_request(capabilities: u32) -> Vec<u8> {
    let mut out = capabilities.to_le_bytes().to_vec();
    out.extend_from_slice(&MAX_PACKET.to_le_bytes());
    out.push(COLLATION);
    out.extend_from_slice(&[0; 23]);
    out
}

/// Who logs in, and the first answer of the plugin.
#[must_use]
pub fn response(
    capabilities: u32,
    user: &str,
    answer: &[u8],
    database: Option<&str>,
    plugin: &str,
) -> Vec<u8> {
    let mut out = tls_request(capabilities);
    push_zeroed(&mut out, user.as_bytes());
    // answers are at most 255 bytes, so both forms of the length are one byte below 251
    push_string(&mut out, answer);
    if let Some(database) = database {
        push_zeroed(&mut out, database.as_bytes());
    }
    if capabilities & capability::PLUGIN_AUTH != 0 {
        push_zeroed(&mut out, plugin.as_bytes());
    }
    if capabilities & capability::CONNECT_ATTRS != 0 {
        let mut attributes = Vec::new();
        push_string(&mut attributes, b"program_name");
        push_string(&mut attributes, b"dumpkeep");
        push_string(&mut out, &attributes);
    }
    if capabilities & capability::ZSTD != 0 {
        out.extend(u8::try_from(ZSTD_LEVEL));
    }
    out
}

/// Zero bytes end such strings: what comes after one in a name would be read as the next field.
fn push_zeroed(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(text.iter().filter(|byte| **byte != 0));
    out.push(0);
}

fn push_string(out: &mut Vec<u8>, text: &[u8]) {
    let short = &text[..text.len().min(250)];
    out.extend(u8::try_from(short.len()));
    out.extend_from_slice(short);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    fn greeting() -> Vec<u8> {
        let mut out = b"\x0a10.11.6-MariaDB\0\x07\0\0\0abcdefgh\0".to_vec();
        out.extend(0xf7ff_u16.to_le_bytes());
        out.extend(b"\x2d\x02\0");
        out.extend(0x81ff_u16.to_le_bytes());
        out.extend(b"\x15");
        out.extend([0; 10]);
        out.extend(b"ijklmnopqrst\0mysql_native_password\0");
        out
    }

    #[test]
    fn a_greeting_is_read() {
        let greeting = Greeting::parse(&greeting()).unwrap();
        assert_eq!(greeting.id, 7);
        assert_eq!(greeting.scramble, b"abcdefghijklmnopqrst");
        assert_eq!(greeting.plugin, "mysql_native_password");
        assert!(!greeting.tls() || greeting.capabilities & capability::SSL != 0);
    }

    #[test]
    fn another_protocol_is_named_as_such() {
        let error = Greeting::parse(b"SSH-2.0-OpenSSH_9.2").unwrap_err();
        assert_eq!(
            error.line(),
            "what listens there does not speak the MySQL protocol"
        );
    }

    proptest! {
        #[test]
        fn no_payload_makes_it_panic(mut payload: Vec<u8>) {
            let _ = Greeting::parse(&payload);
            payload.insert(0, 10);
            let _ = Greeting::parse(&payload);
        }
    }
}
