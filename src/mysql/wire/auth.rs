//! Logging in: what each authentication plugin wants to hear. A plugin that would hand the
//! password to whoever listens is refused unless it was asked for.

use mysql_common::{crypto, scramble};

use crate::error::{Error, Kind, Result};
use crate::mysql::refusal;
use crate::mysql::settings::Settings;
use crate::mysql::wire::packets::Packets;
use crate::mysql::wire::reply::{self, Reader, nonsense};

/// More packets than any plugin needs.
const ROUNDS: usize = 12;

/// What a log in is done with.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// User, password and what is allowed.
    pub settings: &'a Settings,
    /// TLS, or a Unix socket: nobody listens.
    pub private: bool,
}

impl Login<'_> {
    fn password(&self) -> &[u8] {
        self.settings.password.reveal()
    }

    fn zeroed_password(&self) -> Vec<u8> {
        let mut password = self.password().to_vec();
        password.push(0);
        password
    }

    /// The plugin's first answer to the server's random bytes.
    pub fn first_answer(&self, plugin: &str, nonce: &[u8]) -> Result<Vec<u8>> {
        let password = self.password();
        match plugin {
            "mysql_native_password" => Ok(owned(scramble::scramble_native(nonce, password))),
            "caching_sha2_password" => Ok(owned(scramble::scramble_sha256(nonce, password))),
            "client_ed25519" => Ok(scramble::create_response_for_ed25519(password, nonce).to_vec()),
            // the salt is asked for with an empty packet
            "parsec" => Ok(Vec::new()),
            "sha256_password" if password.is_empty() => Ok(vec![0]),
            "sha256_password" if self.private => Ok(self.zeroed_password()),
            // asks for the RSA key
            "sha256_password" if self.settings.get_server_public_key => Ok(vec![1]),
            "sha256_password" => Err(no_key()),
            "mysql_clear_password" | "dialog" => self.cleartext(),
            // peer credentials; the server looks at nothing that we send
            "auth_socket" | "unix_socket" => Ok(Vec::new()),
            "mysql_old_password" => Err(unsupported(plugin)
                .hint("Its hashes are broken: give the account a plugin of this century.")),
            other => Err(unsupported(other)),
        }
    }

    fn cleartext(&self) -> Result<Vec<u8>> {
        if self.settings.cleartext && self.private {
            return Ok(self.zeroed_password());
        }
        let hint = if self.private {
            "Add enable-cleartext-plugin=1 to the URL if the server is to be trusted with it."
        } else {
            "Connect by TLS or a socket, and add enable-cleartext-plugin=1 to the URL."
        };
        Err(Error::new(Kind::Connect, "the server asks for the password in clear").hint(hint))
    }

    /// What a plugin answers to further data; `None`: nothing is to be sent.
    async fn more(&self, plugin: &str, nonce: &[u8], data: &[u8]) -> Result<Option<Vec<u8>>> {
        match (plugin, data) {
            ("caching_sha2_password", [3]) => Ok(None),
            ("caching_sha2_password", [4]) if self.private => Ok(Some(self.zeroed_password())),
            ("caching_sha2_password", [4]) if self.settings.get_server_public_key => {
                Ok(Some(vec![2]))
            }
            ("caching_sha2_password", [4]) => Err(no_key()),
            ("caching_sha2_password" | "sha256_password", key)
                if key.starts_with(b"-----BEGIN") && self.settings.get_server_public_key =>
            {
                self.encrypted(nonce, key).await.map(Some)
            }
            ("parsec", salt) => self.parsec(nonce, salt).map(Some),
            _ => Err(nonsense("an unknown step of the log in")),
        }
    }

    /// The password under the server's RSA key. The key is the server's word, and the crate panics
    /// on one that is none: the task takes the fall.
    async fn encrypted(&self, nonce: &[u8], key: &[u8]) -> Result<Vec<u8>> {
        let mut password = self.zeroed_password();
        for (byte, random) in password.iter_mut().zip(nonce.iter().cycle()) {
            *byte ^= random;
        }
        let key = key.to_vec();
        let task = tokio::task::spawn_blocking(move || crypto::encrypt(&password, &key));
        task.await.map_err(|_| nonsense("its RSA key is none"))
    }

    /// <https://mariadb.com/kb/en/authentication-plugin-parsec/>: `P`, log2 of the iterations less
    /// ten, the salt.
    fn parsec(&self, nonce: &[u8], salt: &[u8]) -> Result<Vec<u8>> {
        let (Some((&[b'P', factor @ 0..=6], salt)), Ok(nonce)) =
            (salt.split_first_chunk::<2>(), nonce.try_into())
        else {
            return Err(nonsense("its parsec salt is none"));
        };
        let iterations = 1024 << factor;
        Ok(scramble::create_response_for_parsec(self.password(), nonce, iterations, salt).to_vec())
    }
}

/// Talks until the server says yes or no.
pub async fn converse(
    packets: &mut Packets,
    login: Login<'_>,
    plugin: &str,
    nonce: &[u8],
) -> Result<()> {
    let (mut plugin, mut nonce) = (plugin.to_owned(), nonce.to_vec());
    for _ in 0..ROUNDS {
        let payload = packets.read().await.map_err(refusal::lost)?;
        let answer = match payload.first() {
            Some(0x00) => return Ok(()),
            Some(0xff) => return Err(refusal::at_login(reply::refusal(payload))),
            Some(0xfe) => {
                (plugin, nonce) = switch(payload);
                Some(login.first_answer(&plugin, &nonce)?)
            }
            Some(0x01) => login.more(&plugin, &nonce, &payload[1..]).await?,
            // the first servers with parsec left the 1 out
            Some(b'P') if plugin == "parsec" => login.more(&plugin, &nonce, payload).await?,
            _ => return Err(nonsense("no answer to a log in")),
        };
        if let Some(answer) = answer {
            packets.write(&answer, b"").await.map_err(refusal::lost)?;
        }
    }
    Err(nonsense("a log in without an end"))
}

/// The plugin that the server wants instead, and its random bytes.
fn switch(payload: &[u8]) -> (String, Vec<u8>) {
    let mut reader = Reader(&payload[1..]);
    if reader.0.is_empty() {
        return ("mysql_old_password".to_owned(), Vec::new());
    }
    let plugin = String::from_utf8_lossy(reader.until_zero()).into_owned();
    let nonce = reader
        .0
        .strip_suffix(b"\0")
        .filter(|nonce| nonce.len() % 4 == 0);
    (plugin, nonce.unwrap_or(reader.0).to_vec())
}

fn owned<const N: usize>(answer: Option<[u8; N]>) -> Vec<u8> {
    answer.map(Vec::from).unwrap_or_default()
}

fn no_key() -> Error {
    Error::new(
        Kind::Connect,
        "the server wants the password under a key that nobody vouches for",
    )
    .hint("Connect by TLS or a socket; or add get-server-public-key=1 to the URL, which trusts whoever answers.")
}

fn unsupported(plugin: &str) -> Error {
    let plugin: String = plugin.chars().take(60).collect();
    Error::new(
        Kind::Connect,
        format!("cannot log in with the authentication plugin {plugin}"),
    )
    .hint("Use an account with caching_sha2_password, mysql_native_password, ed25519, parsec or a socket's.")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::mysql::settings::{Place, Secret, Tls};

    fn settings() -> Settings {
        Settings {
            place: Place::Tcp("db".into(), 3306),
            user: "u".into(),
            password: Secret::new("hunter2"),
            database: None,
            tls: Tls::default(),
            connect_timeout: std::time::Duration::from_secs(1),
            compression: Vec::new(),
            get_server_public_key: false,
            cleartext: false,
            local_infile: false,
            pipelining: None,
        }
    }

    #[tokio::test]
    async fn the_password_goes_to_nobody_who_may_listen() {
        let settings = settings();
        let login = Login {
            settings: &settings,
            private: false,
        };
        for plugin in ["mysql_clear_password", "dialog", "sha256_password"] {
            assert!(login.first_answer(plugin, &[1; 20]).is_err());
        }
        assert!(
            login
                .more("caching_sha2_password", &[1; 20], &[4])
                .await
                .is_err()
        );
        let key = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        assert!(
            login
                .more("caching_sha2_password", &[1; 20], key)
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn a_key_that_is_none_is_an_error() {
        let mut settings = settings();
        settings.get_server_public_key = true;
        let login = Login {
            settings: &settings,
            private: false,
        };
        let key = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        let error = login
            .more("sha256_password", &[1; 20], key)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Hostile);
    }

    #[test]
    fn a_switch_names_plugin_and_nonce() {
        let mut payload = b"\xfeclient_ed25519\0".to_vec();
        payload.extend([7; 32]);
        assert_eq!(switch(&payload), ("client_ed25519".into(), vec![7; 32]));
        let mut payload = b"\xfecaching_sha2_password\0".to_vec();
        payload.extend([7; 20]);
        payload.push(0);
        assert_eq!(switch(&payload).1, vec![7; 20]);
        assert_eq!(switch(b"\xfe").0, "mysql_old_password");
    }
}
