//! From a URL, the environment and the option files to [`Settings`]. Pure but for the option files,
//! which a given reader reads. What the URL says counts most, then the files, then the environment
//! (the clients' own order).

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::mysql::optionfile::{self, FileOption, Files};
use crate::mysql::settings::{Compression, Place, Secret, Settings, Tls, TlsMode};

/// Where servers put their socket if nobody says otherwise (Debian, upstream, Red Hat).
const SOCKETS: [&str; 3] = [
    "/run/mysqld/mysqld.sock",
    "/tmp/mysql.sock",
    "/var/lib/mysql/mysql.sock",
];
const PORT: u16 = 3306;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The parameters of a URL, and the options that count in `[dumpkeep]`.
const PARAMETERS: [&str; 12] = [
    "compression-algorithms",
    "connect-timeout",
    "enable-cleartext-plugin",
    "get-server-public-key",
    "local-infile",
    "pipelining",
    "socket",
    "ssl-ca",
    "ssl-capath",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
];
/// Options that only files have: in a URL they have a place of their own.
const FILE_ONLY: [&str; 10] = [
    "database",
    "disable-ssl",
    "host",
    "password",
    "port",
    "skip-ssl",
    "ssl",
    "ssl-verify-server-cert",
    "user",
    "disable-ssl-verify-server-cert",
];

/// Resolves it all. `files` is asked for `~/.my.cnf` and what it includes.
pub fn resolve(url: &str, env: &Env, files: &dyn Files) -> Result<Settings> {
    let from_url = parse_url(url)?;
    let from_files = match env.home() {
        Some(home) => parse_options(optionfile::load(&home.join(".my.cnf"), files)?)?,
        None => Given::default(),
    };
    let from_env = parse_env(env)?;
    Ok(merge([from_url, from_files, from_env], files).settle(env))
}

/// Where the password comes from, in words, where the configuration names none; never what it is.
pub fn source_of_password(url: &str, env: &Env, files: &dyn Files) -> Result<&'static str> {
    if parse_url(url)?.password.is_some() {
        return Ok("from the URL");
    }
    if let Some(home) = env.home()
        && parse_options(optionfile::load(&home.join(".my.cnf"), files)?)?
            .password
            .is_some()
    {
        return Ok("from the option file ~/.my.cnf");
    }
    Ok(match parse_env(env)?.password {
        Some(_) => "from the variable MYSQL_PWD",
        None => "none is given; the server must ask for none",
    })
}

/// What one place says.
#[derive(Default)]
struct Given {
    user: Option<String>,
    password: Option<Secret>,
    host: Option<String>,
    port: Option<u16>,
    socket: Option<PathBuf>,
    database: Option<String>,
    mode: Option<TlsMode>,
    ca: Option<PathBuf>,
    capath: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    connect_timeout: Option<Duration>,
    compression: Option<Vec<Option<Compression>>>,
    public_key: Option<bool>,
    cleartext: Option<bool>,
    local_infile: Option<bool>,
    pipelining: Option<bool>,
}

/// Why an option could not be set; `None`: there is no such option.
type Unset = Option<Error>;

impl Given {
    /// Whether it says where the server is. A port alone does not.
    fn has_place(&self) -> bool {
        self.host.is_some() || self.socket.is_some()
    }

    fn settle(self, env: &Env) -> Settings {
        let login = || env.var("USER").or_else(|| env.var("LOGNAME"));
        Settings {
            place: self.place(),
            user: self
                .user
                .unwrap_or_else(|| login().unwrap_or("root").to_owned()),
            password: self.password.unwrap_or_default(),
            database: self.database.filter(|name| !name.is_empty()),
            tls: Tls {
                mode: self.mode.unwrap_or_default(),
                ca: self.ca,
                capath: self.capath,
                cert: self.cert,
                key: self.key,
            },
            connect_timeout: self.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            compression: self.compression.unwrap_or_default(),
            get_server_public_key: self.public_key.unwrap_or(false),
            cleartext: self.cleartext.unwrap_or(false),
            local_infile: self.local_infile.unwrap_or(true),
            pipelining: self.pipelining,
        }
    }

    fn place(&self) -> Place {
        match (&self.socket, &self.host) {
            (Some(socket), _) => Place::Socket(socket.clone()),
            (None, Some(host)) => Place::Tcp(host.clone(), self.port.unwrap_or(PORT)),
            (None, None) => Place::Tcp("127.0.0.1".to_owned(), self.port.unwrap_or(PORT)),
        }
    }

    /// One parameter or option.
    fn set(&mut self, name: &str, value: Option<&[u8]>) -> Result<(), Unset> {
        match name {
            "user" => self.user = Some(text(name, value)?),
            "password" => self.password = Some(Secret::new(value.unwrap_or_default())),
            "host" => self.host = Some(text(name, value)?).filter(|host| !host.is_empty()),
            "port" => self.port = Some(number(name, value)?),
            "database" => self.database = Some(text(name, value)?),
            "socket" => self.socket = Some(path(name, value)?),
            "ssl-mode" => self.mode = Some(tls_mode(&text(name, value)?)?),
            "ssl-ca" => self.ca = Some(path(name, value)?),
            "ssl-capath" => self.capath = Some(path(name, value)?),
            "ssl-cert" => self.cert = Some(path(name, value)?),
            "ssl-key" => self.key = Some(path(name, value)?),
            "connect-timeout" => {
                let seconds: u32 = number(name, value)?;
                self.connect_timeout = Some(Duration::from_secs(seconds.max(1).into()));
            }
            "compression-algorithms" => self.compression = Some(algorithms(&text(name, value)?)?),
            "get-server-public-key" => self.public_key = Some(flag(name, value)?),
            "enable-cleartext-plugin" => self.cleartext = Some(flag(name, value)?),
            "local-infile" => self.local_infile = Some(flag(name, value)?),
            "pipelining" => self.pipelining = Some(flag(name, value)?),
            "ssl" | "skip-ssl" | "disable-ssl" => {
                let on = flag(name, value)? == (name == "ssl");
                self.mode = Some(if on {
                    TlsMode::Required
                } else {
                    TlsMode::Disabled
                });
            }
            "ssl-verify-server-cert" if flag(name, value)? => {
                self.mode = Some(TlsMode::VerifyIdentity);
            }
            "ssl-verify-server-cert" | "disable-ssl-verify-server-cert" => {}
            _ => return Err(None),
        }
        Ok(())
    }
}

fn text(name: &str, value: Option<&[u8]>) -> Result<String> {
    let value = value.ok_or_else(|| bad(name, "has no value"))?;
    let value = std::str::from_utf8(value).map_err(|_| bad(name, "is not UTF-8"))?;
    Ok(value.to_owned())
}

fn path(name: &str, value: Option<&[u8]>) -> Result<PathBuf> {
    Ok(PathBuf::from(text(name, value)?))
}

fn number<T: std::str::FromStr>(name: &str, value: Option<&[u8]>) -> Result<T> {
    let value = text(name, value)?;
    value
        .parse()
        .map_err(|_| bad(name, &format!("is not such a number: {value}")))
}

fn flag(name: &str, value: Option<&[u8]>) -> Result<bool> {
    let Some(value) = value else { return Ok(true) };
    match value.to_ascii_lowercase().as_slice() {
        b"1" | b"on" | b"true" | b"yes" | b"" => Ok(true),
        b"0" | b"off" | b"false" | b"no" => Ok(false),
        _ => Err(bad(name, "is neither 0 nor 1")),
    }
}

fn tls_mode(text: &str) -> Result<TlsMode> {
    match text.to_ascii_uppercase().replace('-', "_").as_str() {
        "DISABLED" => Ok(TlsMode::Disabled),
        "PREFERRED" => Ok(TlsMode::Preferred),
        "REQUIRED" => Ok(TlsMode::Required),
        "VERIFY_CA" => Ok(TlsMode::VerifyCa),
        "VERIFY_IDENTITY" => Ok(TlsMode::VerifyIdentity),
        _ => Err(bad("ssl-mode", &format!("is unknown: {text}"))
            .hint("It is one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY.")),
    }
}

/// The clients' list, the dearest first.
fn algorithms(text: &str) -> Result<Vec<Option<Compression>>> {
    let one = |name: &str| match name.trim().to_ascii_lowercase().as_str() {
        "zlib" => Ok(Some(Compression::Zlib)),
        "zstd" => Ok(Some(Compression::Zstd)),
        "uncompressed" => Ok(None),
        other => Err(bad(
            "compression-algorithms",
            &format!("has an unknown one: {other}"),
        )
        .hint("They are zlib, zstd and uncompressed, separated by commas.")),
    };
    text.split(',').map(one).collect()
}

fn bad(name: &str, what: &str) -> Error {
    Error::new(Kind::Config, format!("the connection's {name} {what}"))
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let nearest = known
        .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
    let shown: String = name.chars().take(60).collect();
    let error = Error::new(
        Kind::Config,
        format!("unknown connection parameter {shown}"),
    );
    match nearest {
        Some(nearest) => error.hint(format!("The nearest known one is {nearest}.")),
        None => error,
    }
}

/// `mysql://user:password@host:port/database?name=value&…`
fn parse_url(url: &str) -> Result<Given> {
    let rest = ["mysql://", "mariadb://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .ok_or_else(|| {
            Error::new(
                Kind::Config,
                "the URL begins with neither mysql:// nor mariadb://",
            )
        })?;
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let mut given = Given::default();
    parse_authority(&mut given, authority)?;
    if !database.is_empty() {
        given.database = Some(decoded("database", database)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        parse_parameter(&mut given, pair)?;
    }
    // a port alone means this machine by TCP, whatever socket the option files name
    if given.port.is_some() && !given.has_place() {
        given.host = Some("127.0.0.1".to_owned());
    }
    Ok(given)
}

fn parse_authority(given: &mut Given, authority: &str) -> Result<()> {
    // a password with an unencoded @ still has its host after the last one
    let (login, place) = match authority.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, authority),
    };
    if let Some(login) = login {
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        given.user = Some(decoded("user", user)?).filter(|user| !user.is_empty());
        given.password =
            password.map(|password| Secret::new(percent_decode_str(password).collect::<Vec<u8>>()));
    }
    let (host, port) = split_port(place)?;
    given.host = Some(decoded("host", host)?).filter(|host| !host.is_empty());
    if let Some(port) = port {
        // Not repeated: behind a slash that is not encoded it is the beginning of a password.
        let port = port.parse().map_err(|_| {
            bad("port", "is no number from 0 to 65535")
                .hint("A / or ? in a password is written %2F or %3F.")
        })?;
        given.port = Some(port);
    }
    Ok(())
}

/// `db1:3306`, `[::1]:3306`, `[::1]`.
fn split_port(place: &str) -> Result<(&str, Option<&str>)> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, after) = rest
            .split_once(']')
            .ok_or_else(|| bad("host", "has no ]"))?;
        return Ok((
            host,
            after.strip_prefix(':').filter(|port| !port.is_empty()),
        ));
    }
    Ok(match place.split_once(':') {
        Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty())),
        None => (place, None),
    })
}

fn parse_parameter(given: &mut Given, pair: &str) -> Result<()> {
    let (name, value) = match pair.split_once('=') {
        Some((name, value)) => (name, Some(percent_decode_str(value).collect::<Vec<u8>>())),
        None => (pair, None),
    };
    let name = decoded("parameter", name)?
        .to_ascii_lowercase()
        .replace('_', "-");
    if !PARAMETERS.contains(&name.as_str()) {
        return Err(unknown(&name, PARAMETERS.into_iter()));
    }
    given
        .set(&name, value.as_deref())
        .map_err(|error| error.unwrap_or_else(|| unknown(&name, PARAMETERS.into_iter())))
}

fn decoded(name: &str, text: &str) -> Result<String> {
    let text = percent_decode_str(text).decode_utf8();
    Ok(text.map_err(|_| bad(name, "is not UTF-8"))?.into_owned())
}

fn parse_options(options: Vec<FileOption>) -> Result<Given> {
    let mut given = Given::default();
    for option in options {
        match given.set(&option.name, option.value.as_deref()) {
            Ok(()) => {}
            Err(None) if option.loose => {}
            Err(error) => {
                let known = PARAMETERS.into_iter().chain(FILE_ONLY);
                let error = error.unwrap_or_else(|| unknown(&option.name, known));
                return Err(error.while_("reading the option file ~/.my.cnf"));
            }
        }
    }
    // `host=localhost` has always meant the socket in these files
    if given.host.as_deref() == Some("localhost") {
        given.host = None;
    }
    Ok(given)
}

fn parse_env(env: &Env) -> Result<Given> {
    let mut given = Given::default();
    for (variable, name) in [
        ("MYSQL_HOST", "host"),
        ("MYSQL_TCP_PORT", "port"),
        ("MYSQL_UNIX_PORT", "socket"),
    ] {
        if let Some(value) = env.var(variable) {
            let set = given.set(name, Some(value.as_bytes()));
            set.map_err(|error| {
                let error = error.unwrap_or_else(|| bad(name, "is unknown"));
                error.while_(format!("reading the variable {variable}"))
            })?;
        }
    }
    let password = env.vars.get(std::ffi::OsStr::new("MYSQL_PWD"));
    given.password = password.map(|value| Secret::new(value.as_encoded_bytes()));
    Ok(given)
}

/// The first that says something counts; where the server is comes from one of them as a whole.
fn merge(sources: [Given; 3], files: &dyn Files) -> Given {
    let mut merged = Given::default();
    for source in sources {
        if !merged.has_place() {
            (merged.host, merged.socket) = (source.host, source.socket);
        }
        merged.port = merged.port.or(source.port);
        merged.user = merged.user.or(source.user);
        merged.password = merged.password.or(source.password);
        merged.database = merged.database.or(source.database);
        merged.mode = merged.mode.or(source.mode);
        merged.ca = merged.ca.or(source.ca);
        merged.capath = merged.capath.or(source.capath);
        merged.cert = merged.cert.or(source.cert);
        merged.key = merged.key.or(source.key);
        merged.connect_timeout = merged.connect_timeout.or(source.connect_timeout);
        merged.compression = merged.compression.or(source.compression);
        merged.public_key = merged.public_key.or(source.public_key);
        merged.cleartext = merged.cleartext.or(source.cleartext);
        merged.local_infile = merged.local_infile.or(source.local_infile);
        merged.pipelining = merged.pipelining.or(source.pipelining);
    }
    // a port means TCP; without one, a socket that is there is what the clients take
    if !merged.has_place() && merged.port.is_none() {
        let socket = SOCKETS
            .map(Path::new)
            .into_iter()
            .find(|path| files.exists(path));
        merged.socket = socket.map(Path::to_owned);
    }
    merged
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    struct Home(&'static str);

    impl Files for Home {
        fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
            assert_eq!(path, Path::new("/h/.my.cnf"));
            Ok(Some(self.0.as_bytes().to_vec()))
        }

        fn list(&self, _: &Path) -> Result<Vec<PathBuf>> {
            Ok(Vec::new())
        }

        fn exists(&self, _: &Path) -> bool {
            false
        }
    }

    fn env(vars: &[(&str, &str)]) -> Env {
        let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
        Env {
            now: chrono::DateTime::UNIX_EPOCH,
            vars: vars.chain([("HOME".into(), "/h".into())]).collect(),
            host: "here".into(),
            stderr_is_terminal: false,
        }
    }

    fn url(url: &str) -> Result<Settings> {
        resolve(url, &env(&[]), &Home(""))
    }

    #[test]
    fn a_url_says_it_all() {
        let settings = url(
            "mysql://me:p%40ss%2F@db1:3307/shop%C3%A9?ssl-mode=VERIFY_IDENTITY&ssl_ca=/ca.pem&connect-timeout=5",
        )
        .unwrap();
        assert_eq!(settings.place, Place::Tcp("db1".into(), 3307));
        assert_eq!(settings.user, "me");
        assert_eq!(settings.password, Secret::new("p@ss/"));
        assert_eq!(settings.database.as_deref(), Some("shopé"));
        assert_eq!(settings.tls.mode, TlsMode::VerifyIdentity);
        assert_eq!(settings.tls.ca, Some("/ca.pem".into()));
        assert_eq!(settings.connect_timeout, Duration::from_secs(5));
        assert!(!format!("{settings:?}").contains("p@ss"));
    }

    #[test]
    fn addresses_and_sockets() {
        let place = |text: &str| url(text).unwrap().place;
        assert_eq!(
            place("mariadb://[::1]:3307"),
            Place::Tcp("::1".into(), 3307)
        );
        assert_eq!(place("mysql://a:b@c:d@db"), Place::Tcp("db".into(), 3306));
        assert_eq!(place("mysql://"), Place::Tcp("127.0.0.1".into(), 3306));
        assert_eq!(place("mysql:///db?socket=/s"), Place::Socket("/s".into()));
        assert_eq!(
            place("mysql://localhost/db"),
            Place::Tcp("localhost".into(), 3306)
        );
    }

    #[test]
    fn a_password_with_a_slash_is_not_repeated() {
        let error = url("mysql://u:hush/x@db/d").unwrap_err().report();
        assert!(!error.contains("hush") && error.contains("%2F"), "{error}");
    }

    #[test]
    fn the_url_goes_before_the_files_before_the_environment() {
        let env = env(&[
            ("MYSQL_HOST", "env"),
            ("MYSQL_PWD", "env"),
            ("MYSQL_TCP_PORT", "1"),
            ("USER", "env"),
        ]);
        let files = Home("[client]\nhost=file\npassword=file\nprompt=x\nport=2\n");
        let settings = resolve("mysql://db/", &env, &files).unwrap();
        assert_eq!(settings.place, Place::Tcp("db".into(), 2));
        assert_eq!(settings.password, Secret::new("file"));
        let settings = resolve("mysql:///", &env, &Home("")).unwrap();
        assert_eq!(settings.place, Place::Tcp("env".into(), 1));
        assert_eq!(settings.user, "env");
        assert_eq!(settings.password, Secret::new("env"));
        let settings = resolve("mysql://a:@:5/", &env, &Home("[client]\nsocket=/s")).unwrap();
        assert_eq!(settings.place, Place::Tcp("127.0.0.1".into(), 5));
        assert_eq!(settings.password, Secret::default());
    }

    #[test]
    fn the_source_of_a_password_is_said() {
        let said = |url, vars: &[(&str, &str)], file| {
            source_of_password(url, &env(vars), &Home(file)).unwrap()
        };
        let file = "[client]\npassword=x\n";
        let vars = [("MYSQL_PWD", "x")];
        assert_eq!(said("mysql://u:p@h/", &vars, file), "from the URL");
        assert!(said("mysql://u@h/", &vars, file).contains("~/.my.cnf"));
        assert!(said("mysql://u@h/", &vars, "").contains("MYSQL_PWD"));
        assert!(said("mysql://u@h/", &[], "").starts_with("none"));
    }

    #[test]
    fn the_files_spell_tls_in_their_own_ways() {
        let mode = |text| {
            resolve("mysql://db", &env(&[]), &Home(text))
                .unwrap()
                .tls
                .mode
        };
        assert_eq!(mode("[client]\nskip-ssl"), TlsMode::Disabled);
        assert_eq!(mode("[client]\nssl=0"), TlsMode::Disabled);
        assert_eq!(mode("[client]\nssl"), TlsMode::Required);
        assert_eq!(
            mode("[client]\nssl_verify_server_cert"),
            TlsMode::VerifyIdentity
        );
        assert_eq!(
            mode("[dumpkeep]\nloose-what=1\nssl-mode=verify_ca"),
            TlsMode::VerifyCa
        );
    }

    #[test]
    fn mistakes_are_named_with_the_nearest() {
        let error = url("mysql://db/?sslmode=x").unwrap_err();
        assert_eq!(error.line(), "unknown connection parameter sslmode");
        assert!(error.report().contains("nearest known one is ssl-mode"));
        let file = resolve("mysql://db", &env(&[]), &Home("[dumpkeep]\npasswort=x"));
        let report = file.unwrap_err().report();
        assert!(report.contains("passwort") && report.contains("one is password"));
        for text in [
            "postgres://db",
            "mysql://db:x",
            "mysql://db:99999",
            "mysql://[::1",
            "mysql://db?ssl-mode=on",
            "mysql://db?connect-timeout=soon",
            "mysql://db?password=x",
            "mysql://%ff@db",
        ] {
            assert_eq!(url(text).unwrap_err().kind(), Kind::Config, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_url_makes_it_panic(text: String) {
            let _ = url(&text);
            let _ = url(&format!("mysql://{text}"));
        }

        #[test]
        fn encoded_passwords_come_back(password: Vec<u8>) {
            let encoded = percent_encoding::percent_encode(&password, percent_encoding::NON_ALPHANUMERIC);
            let settings = url(&format!("mysql://u:{encoded}@db")).unwrap();
            prop_assert_eq!(settings.password.reveal(), &password[..]);
        }
    }
}
