//! From the values that were given to settings: defaults, numbers, names of modes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::ByteSlice;

use super::hosts::hosts;
use super::parameter::Given;
use super::passfile::PassFile;
use super::surroundings::Surroundings;
use super::{text, wrong};
use crate::env::Env;
use crate::error::Result;
use crate::postgres::settings::{
    Auth, ChannelBinding, Keepalives, Roots, Secret, Settings, SslMode, Tls, Wanted,
};

/// Where libpq waits for ever, a nightly run must not.
const CONNECT_TIMEOUT: u64 = 60;

pub(super) struct Values<'a, S> {
    given: &'a Given,
    env: &'a Env,
    around: &'a S,
}

impl<'a, S: Surroundings> Values<'a, S> {
    pub(super) fn new(given: &'a Given, env: &'a Env, around: &'a S) -> Self {
        Self { given, env, around }
    }

    pub(super) fn settings(&self) -> Result<Settings> {
        let user = match self.given.get("user") {
            Some(user) => user.to_vec(),
            None => self.system_user()?,
        };
        let mut warnings = Vec::new();
        Ok(Settings {
            hosts: hosts(self.given, self.around)?,
            database_named: self.given.get("dbname").is_some(),
            database: self.given.get("dbname").unwrap_or(&user).to_vec(),
            password: self.given.get("password").map(Secret::new),
            passfile: self.passfile(&mut warnings)?,
            tls: self.tls()?,
            channel_binding: self.channel_binding()?,
            auth: self.auth()?,
            connect_timeout: self.connect_timeout()?,
            wanted: self.wanted()?,
            options: self.str("options")?.map(str::to_owned),
            application_name: self.application_name()?,
            keepalives: self.keepalives()?,
            user,
            warnings,
        })
    }

    fn str(&self, name: &str) -> Result<Option<&'a str>> {
        self.given
            .get(name)
            .map(|value| text(name, value))
            .transpose()
    }

    fn path(&self, name: &str) -> Result<Option<PathBuf>> {
        Ok(self.str(name)?.map(PathBuf::from))
    }

    fn number(&self, name: &str) -> Result<Option<i64>> {
        let Some(value) = self.str(name)? else {
            return Ok(None);
        };
        let number = value.trim().parse();
        number
            .map(Some)
            .map_err(|_| wrong(format!("{name} is not a number: {value}")))
    }

    fn choose<T: Copy + Default>(&self, name: &str, choices: &[(&str, T)]) -> Result<T> {
        let Some(value) = self.str(name)? else {
            return Ok(T::default());
        };
        let chosen = choices.iter().find(|(known, _)| *known == value);
        chosen.map(|(_, choice)| *choice).ok_or_else(|| {
            let known: Vec<_> = choices.iter().map(|(known, _)| *known).collect();
            wrong(format!("{name} is {value}")).hint(format!("It can be {}.", known.join(", ")))
        })
    }

    /// The system's name of the process's user, as libpq asks for it.
    fn system_user(&self) -> Result<Vec<u8>> {
        let uid = self.around.uid().to_string();
        let accounts = self
            .around
            .read(Path::new("/etc/passwd"))
            .unwrap_or_default();
        let account = accounts.lines().find_map(|line| {
            let mut fields = line.split_str(":");
            let name = fields.next()?;
            (fields.nth(1)? == uid.as_bytes()).then(|| name.to_vec())
        });
        let named = || self.env.bytes("LOGNAME").or(self.env.bytes("USER"));
        account
            .or_else(|| named().map(<[u8]>::to_vec))
            .ok_or_else(|| wrong("no user given, and the system has no name for this one"))
    }

    fn passfile(&self, warnings: &mut Vec<String>) -> Result<PassFile> {
        let path = match self.path("passfile")? {
            Some(path) => path,
            None => match self.env.home() {
                Some(home) => home.join(".pgpass"),
                None => return Ok(PassFile::default()),
            },
        };
        let Some(mode) = self.around.mode(&path) else {
            if self.around.exists(&path) {
                warnings.push(format!("the password file {} is no file", path.display()));
            }
            return Ok(PassFile::default());
        };
        if mode & 0o077 != 0 {
            warnings.push(format!(
                "the password file {} can be read by others and is not used; its mode should be \
                 0600",
                path.display()
            ));
            return Ok(PassFile::default());
        }
        let text = self.around.read(&path).map_err(|error| {
            wrong(format!(
                "cannot read the password file {}: {error}",
                path.display()
            ))
        })?;
        Ok(PassFile::new(text))
    }

    fn tls(&self) -> Result<Tls> {
        let roots = match self.str("sslrootcert")? {
            Some("system") => Some(Roots::System),
            Some(path) => Some(Roots::File(path.into())),
            None => self.usual("root.crt").map(Roots::File),
        };
        let mode = self.ssl_mode(roots.as_ref())?;
        let cert_modes = [("allow", false), ("disable", true), ("require", false)];
        let cert = match self.choose("sslcertmode", &cert_modes)? {
            true => None,
            false => self
                .path("sslcert")?
                .or_else(|| self.usual("postgresql.crt")),
        };
        if cert.is_none() && self.str("sslcertmode")? == Some("require") {
            return Err(wrong("sslcertmode=require, and there is no certificate"));
        }
        let key = self
            .path("sslkey")?
            .or_else(|| self.usual("postgresql.key"));
        let direct = self.choose("sslnegotiation", &[("postgres", false), ("direct", true)])?;
        if direct && mode < SslMode::Require {
            return Err(wrong("sslnegotiation=direct needs sslmode=require or more"));
        }
        Ok(Tls {
            key: key.filter(|_| cert.is_some()),
            cert,
            crl: self.path("sslcrl")?.or_else(|| self.usual("root.crl")),
            no_sni: self.str("sslsni")? == Some("0"),
            mode,
            roots,
            direct,
        })
    }

    /// A public authority signs anybody's certificate: without the name it says nothing.
    fn ssl_mode(&self, roots: Option<&Roots>) -> Result<SslMode> {
        let modes = [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Allow),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::VerifyCa),
            ("verify-full", SslMode::VerifyFull),
        ];
        let system = roots == Some(&Roots::System);
        match (self.choose("sslmode", &modes)?, system) {
            (_, true) if self.given.get("sslmode").is_none() => Ok(SslMode::VerifyFull),
            (mode, true) if mode < SslMode::VerifyFull => {
                Err(wrong("sslrootcert=system needs sslmode=verify-full"))
            }
            (mode, _) => Ok(mode),
        }
    }

    /// A file in `~/.postgresql`, where it is there.
    fn usual(&self, name: &str) -> Option<PathBuf> {
        let path = self.env.home()?.join(".postgresql").join(name);
        self.around.exists(&path).then_some(path)
    }

    fn channel_binding(&self) -> Result<ChannelBinding> {
        self.choose(
            "channel_binding",
            &[
                ("disable", ChannelBinding::Disable),
                ("prefer", ChannelBinding::Prefer),
                ("require", ChannelBinding::Require),
            ],
        )
    }

    fn auth(&self) -> Result<Option<Vec<Auth>>> {
        let Some(list) = self.str("require_auth")? else {
            return Ok(None);
        };
        let negated = list.starts_with('!');
        let mut named = Vec::new();
        for name in list.split(',').map(str::trim) {
            if name.starts_with('!') != negated {
                return Err(wrong("require_auth mixes methods with and without !"));
            }
            named.extend(auth_method(name.trim_start_matches('!'))?);
        }
        if negated {
            let all = [Auth::Password, Auth::Md5, Auth::Scram, Auth::None];
            named = all.into_iter().filter(|way| !named.contains(way)).collect();
        }
        Ok(Some(named))
    }

    /// Whole seconds; 0 waits for ever, 1 is too short and taken as 2, as in libpq.
    fn connect_timeout(&self) -> Result<Option<Duration>> {
        let Some(seconds) = self.number("connect_timeout")? else {
            return Ok(Some(Duration::from_secs(CONNECT_TIMEOUT)));
        };
        let seconds = u64::try_from(seconds).unwrap_or(0);
        Ok((seconds > 0).then(|| Duration::from_secs(seconds.max(2))))
    }

    fn wanted(&self) -> Result<Wanted> {
        self.choose(
            "target_session_attrs",
            &[
                ("any", Wanted::Any),
                ("read-write", Wanted::ReadWrite),
                ("read-only", Wanted::ReadOnly),
                ("primary", Wanted::Primary),
                ("standby", Wanted::Standby),
                ("prefer-standby", Wanted::PreferStandby),
            ],
        )
    }

    fn application_name(&self) -> Result<String> {
        let name = self.str("application_name")?;
        let name = name.or(self.str("fallback_application_name")?);
        Ok(name.unwrap_or("dumpkeep").to_owned())
    }

    fn keepalives(&self) -> Result<Keepalives> {
        let seconds = |name| -> Result<Option<Duration>> {
            let value = self
                .number(name)?
                .and_then(|value| u64::try_from(value).ok());
            Ok(value.filter(|&value| value > 0).map(Duration::from_secs))
        };
        let count = self.number("keepalives_count")?;
        let milliseconds = self.number("tcp_user_timeout")?;
        Ok(Keepalives {
            on: self.number("keepalives")? != Some(0),
            idle: seconds("keepalives_idle")?,
            interval: seconds("keepalives_interval")?,
            count: count
                .and_then(|count| u32::try_from(count).ok())
                .filter(|&c| c > 0),
            user_timeout: milliseconds
                .and_then(|value| u32::try_from(value).ok())
                .filter(|&value| value > 0),
        })
    }
}

fn auth_method(name: &str) -> Result<Option<Auth>> {
    match name {
        "password" => Ok(Some(Auth::Password)),
        "md5" => Ok(Some(Auth::Md5)),
        "scram-sha-256" => Ok(Some(Auth::Scram)),
        "none" => Ok(Some(Auth::None)),
        // Never done here, so neither asked for nor to be forbidden.
        "gss" | "sspi" | "oauth" => Ok(None),
        _ => Err(wrong(format!("require_auth names no known method: {name}"))),
    }
}
