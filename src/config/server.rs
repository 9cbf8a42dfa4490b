//! Which server a target's keys name: its engine, URL and default name. Pure. The URL's meaning is
//! the engines' own affair; here only its scheme and host are looked at.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::raw::{RawKind, RawTarget};
use crate::env::Env;
use crate::error::{Error, Kind, Result};

/// Which protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// PostgreSQL's.
    Postgresql,
    /// MySQL's and MariaDB's.
    Mysql,
    /// None: a program's standard output is taken.
    Command,
}

impl Engine {
    /// The engine of a URL, by its scheme.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once("://")?.0 {
            "postgres" | "postgresql" => Some(Self::Postgresql),
            "mysql" | "mariadb" => Some(Self::Mysql),
            _ => None,
        }
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Postgresql => Some(5432),
            Self::Mysql => Some(3306),
            Self::Command => None,
        }
    }

    fn port_variable(self) -> &'static str {
        match self {
            Self::Postgresql => "PGPORT",
            Self::Mysql | Self::Command => "MYSQL_TCP_PORT",
        }
    }

    fn host_variable(self) -> &'static str {
        match self {
            Self::Postgresql => "PGHOST",
            Self::Mysql | Self::Command => "MYSQL_HOST",
        }
    }

    /// Its name, as in reports and folders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Mysql => "mysql",
            Self::Command => "command",
        }
    }
}

/// What needs no escape in a URL's user, host and parameters.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// A target's server.
pub(super) struct Server {
    pub(super) engine: Engine,
    pub(super) url: String,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    /// `postgresql/HOST`, `mysql/HOST`.
    pub(super) default_name: String,
}

impl Server {
    /// Reads a target's keys, whose references are replaced; `key` names the target in messages.
    pub(super) fn of(raw: &RawTarget, key: &str, env: &Env) -> Result<Self> {
        let wrong = |what: String| Error::new(Kind::Config, format!("{key} {what}"));
        if raw.kind == Some(RawKind::Command) {
            return Self::none(raw, key);
        }
        let (engine, url) = match (&raw.url, &raw.host) {
            (Some(url), None) if raw.port.is_none() && raw.user.is_none() => {
                let engine = Engine::of(url).ok_or_else(|| {
                    wrong("has a url of an unknown scheme".to_owned())
                        .hint("It begins with postgres:// or mysql://.")
                })?;
                (engine, url.clone())
            }
            (Some(_), _) => {
                return Err(wrong("has both a url and host, port or user".to_owned())
                    .hint("Give the one or the others."));
            }
            (None, Some(host)) => built(raw, host),
            (None, None) => {
                return Err(wrong("has neither url nor host".to_owned())
                    .hint("Say where the server is: url = \"postgres://user@host/\"."));
            }
        };
        if raw.url.is_some() && raw.kind.is_some_and(|kind| engine_of(kind) != engine) {
            return Err(wrong("has a kind that its url contradicts".to_owned()));
        }
        let host = host(&url)
            .or_else(|| env.var(engine.host_variable()).map(str::to_owned))
            .unwrap_or_else(|| "localhost".to_owned());
        let port = port(&url)
            .or_else(|| env.var(engine.port_variable())?.parse().ok())
            .or_else(|| engine.port().filter(|_| !host.starts_with('/')));
        Ok(Self {
            engine,
            port,
            default_name: format!("{}/{}", engine.name(), host.trim_start_matches('/')),
            host,
            url,
        })
    }
}

impl Server {
    /// A command's: there is none to connect to. A host is what its hooks are told.
    fn none(raw: &RawTarget, key: &str) -> Result<Self> {
        if raw.url.is_some() || raw.user.is_some() {
            let what = format!("{key} is a command and has a url or a user");
            return Err(Error::new(Kind::Config, what)
                .hint("Its programs know where to connect; give them arguments."));
        }
        let host = raw.host.clone().unwrap_or_else(|| "localhost".to_owned());
        Ok(Self {
            engine: Engine::Command,
            url: String::new(),
            port: raw.port,
            default_name: format!("command/{}", host.trim_start_matches('/')),
            host,
        })
    }
}

fn engine_of(kind: RawKind) -> Engine {
    match kind {
        RawKind::Postgresql => Engine::Postgresql,
        RawKind::Mysql => Engine::Mysql,
        RawKind::Command => Engine::Command,
    }
}

fn built(raw: &RawTarget, host: &str) -> (Engine, String) {
    let engine = engine_of(raw.kind.unwrap_or(RawKind::Postgresql));
    let (scheme, socket) = match engine {
        Engine::Postgresql => ("postgres", "host"),
        Engine::Mysql | Engine::Command => ("mysql", "socket"),
    };
    let user = raw.user.as_deref().map_or_else(String::new, |user| {
        format!("{}@", utf8_percent_encode(user, PLAIN))
    });
    let port = raw.port.map_or_else(String::new, |port| format!(":{port}"));
    let url = if host.starts_with('/') {
        let path = utf8_percent_encode(host, PLAIN);
        // A PostgreSQL socket's name holds the port; a MySQL socket is named whole.
        let port = if engine == Engine::Mysql { "" } else { &port };
        format!("{scheme}://{user}{port}/?{socket}={path}")
    } else if host.contains(':') && !host.starts_with('[') {
        format!("{scheme}://{user}[{host}]{port}/")
    } else {
        format!("{scheme}://{user}{host}{port}/")
    };
    (engine, url)
}

/// The port of a URL, where it names one.
fn port(url: &str) -> Option<u16> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let after_v6 = host.rsplit_once(']').map_or(host, |(_, after)| after);
    let own = after_v6.rsplit_once(':').map(|(_, port)| port);
    let parameters = rest
        .split_once('?')
        .map_or("", |(_, parameters)| parameters);
    let mut parameters = parameters.split('&');
    let named = || parameters.find_map(|parameter| parameter.strip_prefix("port="));
    own.filter(|port| !port.is_empty())
        .or_else(named)?
        .parse()
        .ok()
}

/// The host, or the socket's path, of a URL.
fn host(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((v6, _)) => v6,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    let parameters = rest
        .split_once('?')
        .map_or("", |(_, parameters)| parameters);
    let named = parameters.split('&').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        ["host", "socket"].contains(&name).then_some(value)
    });
    let host = if host.is_empty() { named? } else { host };
    let host = percent_decode_str(host).decode_utf8_lossy().into_owned();
    (!host.is_empty()).then_some(host)
}

/// Parameters of a URL that say how a server is reached and hold no secret.
const SHOWN: [&str; 12] = [
    "channel_binding",
    "service",
    "socket",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// A URL that anybody may read, put together from parts that are no secrets; what a password
/// might hide in is left out. `database` is the one that it names.
pub(super) fn shown(
    engine: Engine,
    url: &str,
    (host, port): (&str, Option<u16>),
    database: &[u8],
) -> String {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let login = authority.rsplit_once('@').map(|(login, _)| login);
    let user = login.and_then(|login| login.split(':').next());
    let user = user.map_or_else(String::new, |user| format!("{user}@"));
    let port = port.filter(|port| engine.port() != Some(*port));
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let (scheme, socket) = match engine {
        Engine::Postgresql => ("postgres", "host"),
        Engine::Mysql | Engine::Command => ("mysql", "socket"),
    };
    let mut parameters: Vec<String> = Vec::new();
    let place = match host {
        host if host.starts_with('/') => {
            parameters.push(format!("{socket}={host}"));
            String::new()
        }
        host if host.contains(':') => format!("[{host}]"),
        host => host.to_owned(),
    };
    // A MySQL socket is named whole, so that a port would mean TCP.
    let port = match (place.is_empty(), engine) {
        (true, Engine::Mysql) => String::new(),
        _ => port,
    };
    let given = rest.split_once('?').map_or("", |(_, given)| given);
    let given = given.split('&').filter(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        // A socket that is the target's host stands there already.
        let twice = name == socket && place.is_empty();
        !twice && SHOWN.contains(&name.replace("ssl_", "ssl-").as_str())
    });
    parameters.extend(given.map(str::to_owned));
    let database = utf8_percent_encode(&String::from_utf8_lossy(database), PLAIN).to_string();
    let parameters = match parameters.join("&") {
        none if none.is_empty() => none,
        some => format!("?{some}"),
    };
    format!("{scheme}://{user}{place}{port}/{database}{parameters}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn env() -> Env {
        Env {
            vars: [].into(),
            ..Env::read()
        }
    }

    fn name(url: &str) -> String {
        let raw = RawTarget {
            url: Some(url.to_owned()),
            ..RawTarget::default()
        };
        Server::of(&raw, "target", &env()).unwrap().default_name
    }

    #[test]
    fn targets_are_named_by_their_host() {
        for (url, expected) in [
            (
                "postgres://backup:p%40w@db.internal:5433/shop?sslmode=require",
                "postgresql/db.internal",
            ),
            ("postgresql://db1", "postgresql/db1"),
            ("postgres:///", "postgresql/localhost"),
            (
                "postgres:///shop?host=/run/postgresql",
                "postgresql/run/postgresql",
            ),
            ("postgres://u@%2Frun%2Fpg/", "postgresql/run/pg"),
            ("mysql://u@[::1]:3306/", "mysql/::1"),
            (
                "mariadb:///?ssl-mode=x&socket=/run/mysqld/mysqld.sock",
                "mysql/run/mysqld/mysqld.sock",
            ),
        ] {
            assert_eq!(name(url), expected);
        }
    }

    #[test]
    fn ports_are_found_for_hooks() {
        for (url, expected) in [
            ("postgres://u:1@db1:5433/", Some(5433)),
            ("postgres://[::1]/", None),
            ("postgres://[::1]:7/", Some(7)),
            ("postgres:///x?host=/run&port=6", Some(6)),
        ] {
            assert_eq!(port(url), expected, "{url}");
        }
    }

    #[test]
    fn hosts_make_urls() {
        let url = |kind, host: &str| {
            let raw = RawTarget {
                kind: Some(kind),
                host: Some(host.to_owned()),
                port: Some(1),
                user: Some("a@b".to_owned()),
                ..RawTarget::default()
            };
            Server::of(&raw, "target", &env()).unwrap().url
        };
        assert_eq!(url(RawKind::Postgresql, "db1"), "postgres://a%40b@db1:1/");
        assert_eq!(url(RawKind::Mysql, "::1"), "mysql://a%40b@[::1]:1/");
        assert_eq!(
            url(RawKind::Mysql, "/run/m.sock"),
            "mysql://a%40b@/?socket=%2Frun%2Fm.sock"
        );
    }

    #[test]
    fn what_is_shown_has_no_password() {
        for (url, expected) in [
            (
                "postgres://u:s3cret@db1:5433/x?sslmode=require&password=s3cret",
                "postgres://u@db1:5433/shop?sslmode=require",
            ),
            ("postgres://db1/", "postgres://db1/shop"),
            ("postgres://u:s3cret#1@db1/", "postgres://u/shop"),
            (
                "postgres://u@:6/?host=/run/pg",
                "postgres://u@:6/shop?host=/run/pg",
            ),
            (
                "mariadb://u:s3cret@/?socket=%2Frun%2Fm.sock&ssl_mode=REQUIRED",
                "mysql://u@/shop?socket=/run/m.sock&ssl_mode=REQUIRED",
            ),
            (
                "mysql://u@localhost/?socket=/run/m.sock",
                "mysql://u@localhost/shop?socket=/run/m.sock",
            ),
            ("mysql://[::1]:3306/", "mysql://[::1]/shop"),
        ] {
            let raw = RawTarget {
                url: Some(url.to_owned()),
                ..RawTarget::default()
            };
            let server = Server::of(&raw, "target", &env()).unwrap();
            let place = (server.host.as_str(), server.port);
            let said = shown(server.engine, url, place, b"shop");
            assert!(!said.contains("s3cret"), "{said}");
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let wrong = |raw: RawTarget| Server::of(&raw, "target 1", &env()).err().unwrap().report();
        assert!(wrong(RawTarget::default()).contains("neither url nor host"));
        let url = |url: &str| RawTarget {
            url: Some(url.to_owned()),
            ..RawTarget::default()
        };
        assert!(wrong(url("oracle://x/")).contains("unknown scheme"));
        let both = RawTarget {
            host: Some("db1".to_owned()),
            ..url("postgres://db1/")
        };
        assert!(wrong(both).contains("both a url and host"));
        let kind = RawTarget {
            kind: Some(RawKind::Mysql),
            ..url("postgres://db1/")
        };
        assert!(wrong(kind).contains("contradicts"));
    }
}
