//! The parameters of a connection: libpq's, with their variables, and what becomes of each here.

use std::collections::BTreeMap;

use super::wrong;
use crate::error::Result;

/// What becomes of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is used.
    Used,
    /// It is about something that is not done here at all, so that its value changes nothing.
    Ignored,
    /// It asks for something that can't be done: only these values, which ask for nothing, pass.
    Refused(&'static [&'static str]),
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in URLs, connection strings and service files.
    pub name: &'static str,
    /// Its environment variable.
    pub variable: Option<&'static str>,
    /// What becomes of it.
    pub of_use: Use,
}

const fn used(name: &'static str, variable: &'static str) -> Parameter {
    entry(name, variable, Use::Used)
}

const fn entry(name: &'static str, variable: &'static str, of_use: Use) -> Parameter {
    Parameter {
        name,
        variable: if variable.is_empty() {
            None
        } else {
            Some(variable)
        },
        of_use,
    }
}

impl Parameter {
    /// All that libpq 18 knows.
    pub const ALL: &[Self] = &[
        used("host", "PGHOST"),
        used("hostaddr", "PGHOSTADDR"),
        used("port", "PGPORT"),
        used("user", "PGUSER"),
        used("password", "PGPASSWORD"),
        used("passfile", "PGPASSFILE"),
        used("dbname", "PGDATABASE"),
        used("service", "PGSERVICE"),
        used("servicefile", "PGSERVICEFILE"),
        used("options", "PGOPTIONS"),
        used("application_name", "PGAPPNAME"),
        used("fallback_application_name", ""),
        used("connect_timeout", "PGCONNECT_TIMEOUT"),
        used("target_session_attrs", "PGTARGETSESSIONATTRS"),
        used("channel_binding", "PGCHANNELBINDING"),
        used("require_auth", "PGREQUIREAUTH"),
        used("sslmode", "PGSSLMODE"),
        used("sslnegotiation", "PGSSLNEGOTIATION"),
        used("sslrootcert", "PGSSLROOTCERT"),
        used("sslcert", "PGSSLCERT"),
        used("sslkey", "PGSSLKEY"),
        used("sslcrl", "PGSSLCRL"),
        used("sslsni", "PGSSLSNI"),
        used("sslcertmode", "PGSSLCERTMODE"),
        used("keepalives", ""),
        used("keepalives_idle", ""),
        used("keepalives_interval", ""),
        used("keepalives_count", ""),
        used("tcp_user_timeout", ""),
        // The session's encoding is the database's own.
        entry("client_encoding", "PGCLIENTENCODING", Use::Ignored),
        // rustls speaks TLS 1.2 and 1.3 and compresses nothing.
        entry("sslcompression", "PGSSLCOMPRESSION", Use::Ignored),
        entry(
            "ssl_min_protocol_version",
            "PGSSLMINPROTOCOLVERSION",
            Use::Refused(&["TLSv1", "TLSv1.1", "TLSv1.2"]),
        ),
        entry(
            "ssl_max_protocol_version",
            "PGSSLMAXPROTOCOLVERSION",
            Use::Refused(&["TLSv1.3"]),
        ),
        entry("sslpassword", "", Use::Refused(&[])),
        entry("sslcrldir", "PGSSLCRLDIR", Use::Refused(&[])),
        entry("sslkeylogfile", "", Use::Refused(&[])),
        entry("requirepeer", "PGREQUIREPEER", Use::Refused(&[])),
        entry(
            "gssencmode",
            "PGGSSENCMODE",
            Use::Refused(&["disable", "prefer"]),
        ),
        entry("krbsrvname", "PGKRBSRVNAME", Use::Ignored),
        entry("gsslib", "PGGSSLIB", Use::Ignored),
        entry("gssdelegation", "PGGSSDELEGATION", Use::Ignored),
        entry(
            "replication",
            "",
            Use::Refused(&["false", "off", "no", "0"]),
        ),
        entry(
            "load_balance_hosts",
            "PGLOADBALANCEHOSTS",
            Use::Refused(&["disable"]),
        ),
        entry(
            "min_protocol_version",
            "PGMINPROTOCOLVERSION",
            Use::Refused(&["3.0"]),
        ),
        entry("max_protocol_version", "PGMAXPROTOCOLVERSION", Use::Ignored),
        entry("scram_client_key", "", Use::Refused(&[])),
        entry("scram_server_key", "", Use::Refused(&[])),
        entry("oauth_issuer", "", Use::Ignored),
        entry("oauth_client_id", "", Use::Ignored),
        entry("oauth_client_secret", "", Use::Ignored),
        entry("oauth_scope", "", Use::Ignored),
    ];

    fn find(name: &str) -> Result<&'static Self> {
        let found = Self::ALL.iter().find(|parameter| parameter.name == name);
        found.ok_or_else(|| unknown(name))
    }
}

fn unknown(name: &str) -> crate::error::Error {
    let near = Parameter::ALL
        .iter()
        .map(|parameter| (strsim::damerau_levenshtein(name, parameter.name), parameter))
        .filter(|(distance, _)| *distance <= 4)
        .min_by_key(|(distance, _)| *distance);
    let error = wrong(format!("unknown parameter {name}"));
    match near {
        Some((_, parameter)) => error.hint(format!("Did you mean {}?", parameter.name)),
        None => error,
    }
}

/// The values that were given, by their parameters' names.
#[derive(Default, Clone)]
pub struct Given(BTreeMap<&'static str, Vec<u8>>);

impl Given {
    /// Sets a value over any that is there.
    pub fn set(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        let parameter = Parameter::find(name)?;
        if value.contains(&0) {
            return Err(wrong(format!("{name} holds a NUL byte")));
        }
        if let Use::Refused(passing) = parameter.of_use
            && !value.is_empty()
            && !passing.iter().any(|pass| pass.as_bytes() == value)
        {
            return Err(wrong(format!("{name} with this value is not supported")));
        }
        self.0.insert(parameter.name, value);
        Ok(())
    }

    /// Sets a value where there is none yet.
    pub fn fill(&mut self, name: &str, value: Vec<u8>) -> Result<()> {
        if self.0.contains_key(name) {
            Ok(())
        } else {
            self.set(name, value)
        }
    }

    /// A value that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let value = self.0.get(name)?;
        (!value.is_empty()).then_some(value)
    }
}
