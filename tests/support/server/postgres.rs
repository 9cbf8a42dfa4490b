//! Private PostgreSQL servers.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Home, Server, feed, output, pipe_script, unprivileged};
use super::tls::{Authority, Pair};
use super::{install, template};

/// The superuser's name.
const ADMIN: &str = "postgres";

/// Nothing here has to survive a crash, so nothing waits for a disk; room for large schemas.
const SETTINGS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("autovacuum", "off"),
    ("shared_buffers", "32MB"),
    ("max_locks_per_transaction", "512"),
    ("max_prepared_transactions", "4"),
    ("wal_level", "logical"),
    ("timezone", "UTC"),
];

/// What a server is to be like.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    name: String,
    initdb: Vec<String>,
    settings: Vec<(String, String)>,
    tcp: bool,
    tls: bool,
    password: Option<String>,
    hba: Vec<String>,
    follows: Option<PathBuf>,
}

impl Options {
    /// A hot standby of this server, whose version and options of initdb it shares: both begin as
    /// copies of one folder, so the primary's log is the standby's own. From 12 on.
    pub(crate) fn follows(mut self, primary: &Postgres) -> Self {
        self.follows = Some(primary.socket_folder().to_owned());
        self
    }

    /// One more server setting.
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the options given to initdb (default `--encoding=UTF8 --locale=C.UTF-8`).
    pub(crate) fn initdb(mut self, options: &[&str]) -> Self {
        self.initdb = options.iter().map(|o| (*o).to_owned()).collect();
        self
    }

    /// Listens on 127.0.0.1 too.
    pub(crate) fn tcp(mut self) -> Self {
        self.tcp = true;
        self
    }

    /// Speaks TLS on 127.0.0.1.
    pub(crate) fn tls(mut self) -> Self {
        self.tls = true;
        self.tcp()
    }

    /// Demands a password by SCRAM over TCP, and gives the superuser this one. The socket trusts.
    pub(crate) fn scram(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self.tcp().setting("password_encryption", "scram-sha-256")
    }

    /// Lines of `pg_hba.conf` that come before the usual ones.
    pub(crate) fn hba(mut self, line: &str) -> Self {
        self.hba.push(line.to_owned());
        self
    }

    /// Starts it.
    pub(crate) fn start(self) -> Postgres {
        // Another process may take the port between its choice and the server's start.
        let mut last = String::new();
        for _ in 0..3 {
            match self.try_start() {
                Ok(server) => return server,
                Err(log) => last = log,
            }
        }
        panic!("{}: {last}", self.name)
    }

    fn try_start(&self) -> Result<Postgres, String> {
        let home = Home::new();
        let data = template::copy(&self.name, &self.initdb, &home, |to| self.make_template(to));
        let port = if self.tcp { free_port() } else { 5432 };
        let tls = self.tls.then(|| Authority::new(&home));
        let pairs = tls
            .as_ref()
            .map(|ca| (ca.server(&home), ca.client(&home, ADMIN)));
        let hba = home.write("hba.conf", &self.hba_file());
        let mut command = Command::new(install::program(&self.name, "postgres"));
        command.arg("-D").arg(&data);
        if let Some(primary) = &self.follows {
            std::fs::write(data.join("standby.signal"), "").expect("a file in the folder");
            let conninfo = format!("primary_conninfo=host={} user={ADMIN}", text(primary));
            command.arg("-c").arg(conninfo);
        }
        let mut set = |name: &str, value: &str| {
            command.arg("-c").arg(format!("{name}={value}"));
        };
        SETTINGS.iter().for_each(|(name, value)| set(name, value));
        set("port", &port.to_string());
        set("unix_socket_directories", &text(home.path()));
        set("hba_file", &text(&hba));
        set("listen_addresses", if self.tcp { "127.0.0.1" } else { "" });
        if let (Some(ca), Some((pair, _))) = (&tls, &pairs) {
            set("ssl", "on");
            set("ssl_ca_file", &text(&ca.certificate));
            set("ssl_cert_file", &text(&pair.certificate));
            set("ssl_key_file", &text(&pair.key));
        }
        self.settings
            .iter()
            .for_each(|(name, value)| set(name, value));
        let server = Postgres {
            server: Server::start(home, "QUIT", &command),
            port,
            authority: tls.map(|ca| ca.certificate),
            client: pairs.map(|(_, client)| client),
        };
        server
            .server
            .wait(|| server.try_sql(ADMIN, "SELECT 1").is_ok())?;
        self.set_password(&server);
        Ok(server)
    }

    fn make_template(&self, to: &Path) {
        output(
            unprivileged(&install::program(&self.name, "initdb"))
                .args(["--no-sync", "--auth=trust", "--username", ADMIN, "-D"])
                .arg(to)
                .args(&self.initdb),
        )
        .expect("initdb");
    }

    fn hba_file(&self) -> String {
        let method = self.password.as_ref().map_or("trust", |_| "scram-sha-256");
        let mut lines = self.hba.clone();
        lines.push("local all all trust".to_owned());
        lines.push("local replication all trust".to_owned());
        lines.push(format!("host all all 127.0.0.1/32 {method}\n"));
        lines.join("\n")
    }

    fn set_password(&self, server: &Postgres) {
        if let Some(password) = &self.password {
            let literal = password.replace('\'', "''");
            server.sql(ADMIN, &format!("ALTER ROLE {ADMIN} PASSWORD '{literal}'"));
        }
    }
}

/// A running server. The superuser is `postgres`, trusted on the socket.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Server,
    port: u16,
    authority: Option<PathBuf>,
    client: Option<Pair>,
}

impl Postgres {
    /// Starts a plain server of a major version, such as `15`, on a Unix socket.
    pub(crate) fn start(version: &str) -> Self {
        Self::with(version).start()
    }

    /// The options to start one with.
    pub(crate) fn with(version: &str) -> Options {
        Options {
            name: format!("pg{version}"),
            initdb: vec!["--encoding=UTF8".to_owned(), "--locale=C.UTF-8".to_owned()],
            settings: Vec::new(),
            tcp: false,
            tls: false,
            password: None,
            hba: Vec::new(),
            follows: None,
        }
    }

    /// The URL of a database over the socket, as the superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        let socket = text(self.socket_folder());
        format!(
            "postgres:///{database}?host={socket}&port={}&user={ADMIN}",
            self.port
        )
    }

    /// The URL of a database over TCP at `localhost`; `who` is `user` or `user:password`.
    pub(crate) fn tcp_url(&self, who: &str, database: &str) -> String {
        format!("postgres://{who}@localhost:{}/{database}", self.port)
    }

    /// The folder that holds the socket.
    pub(crate) fn socket_folder(&self) -> &Path {
        self.server.home()
    }

    /// The port, on TCP and in the socket's name.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that signed the server's.
    pub(crate) fn authority(&self) -> &Path {
        self.authority.as_deref().expect("a server with TLS")
    }

    /// A client certificate for the superuser.
    pub(crate) fn client_certificate(&self) -> &Pair {
        self.client.as_ref().expect("a server with TLS")
    }

    /// What the server has logged.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    /// Kills the server and starts it again.
    pub(crate) fn kill_and_restart(&self) {
        let ready = || self.try_sql(ADMIN, "SELECT 1").is_ok();
        self.server.kill_and_restart(ready);
    }

    /// Sends the postmaster a signal, such as `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        self.server.signal(name);
    }

    /// One of the newest client programs (psql, pg_dump, pg_restore, pg_dumpall), set to reach a
    /// database here.
    pub(crate) fn client(&self, program: &str, database: &str) -> Command {
        self.client_of("pgclient", program, database)
    }

    /// A client program of this installation.
    pub(crate) fn client_of(&self, from: &str, program: &str, database: &str) -> Command {
        let mut command = Command::new(install::program(from, program));
        command
            .env("PGHOST", self.socket_folder())
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", ADMIN)
            .env("PGDATABASE", database)
            .env("PGCLIENTENCODING", "UTF8")
            .env("PGTZ", "UTC");
        command
    }

    /// psql that stops at the first error and prints values only.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut command = self.client("psql", database);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        command
    }

    /// Runs SQL; what it returns, a row a line, columns separated by `|`.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).expect("the SQL runs")
    }

    /// Runs SQL that may fail.
    pub(crate) fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut out = feed(&mut self.psql(database), sql.as_bytes())?;
        out.truncate(out.trim_end_matches('\n').len());
        Ok(out)
    }

    /// Loads an archive as everyone without dumpkeep does: `zstd -dc ARCHIVE | psql`.
    pub(crate) fn load(&self, database: &str, archive: &Path) -> Result<String, String> {
        pipe_script(archive, &mut self.psql(database))
    }

    /// Makes an empty database as its own encoding's template gives it.
    pub(crate) fn create_database(&self, database: &str) {
        let name = database.replace('"', "\"\"");
        self.sql(
            ADMIN,
            &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"),
        );
    }

    /// The newest pg_dump's script of a database, without what differs from run to run.
    pub(crate) fn reference_dump(&self, database: &str, options: &[&str]) -> String {
        let dump = output(self.client("pg_dump", database).args(options)).expect("pg_dump");
        normalise(&dump)
    }

    /// The newest pg_dumpall's script of what belongs to the server.
    pub(crate) fn reference_globals(&self) -> String {
        let mut command = self.client("pg_dumpall", ADMIN);
        normalise(&output(command.arg("--globals-only")).expect("pg_dumpall"))
    }
}

/// Leaves out the random keys and the lines that name the two versions.
fn normalise(dump: &str) -> String {
    let varies = |line: &&str| {
        line.starts_with("\\restrict ")
            || line.starts_with("\\unrestrict ")
            || line.starts_with("-- Dumped ")
            || line.starts_with("-- Started on ")
            || line.starts_with("-- Completed on ")
            // Minor releases of November 2026 give each new column a number of its own.
            || line.contains(" SET (pg_attver=")
    };
    let lines: Vec<&str> = dump.lines().filter(|l| !varies(l)).collect();
    lines.join("\n")
}

fn text(path: &Path) -> String {
    path.to_str().expect("a UTF-8 path").to_owned()
}

/// A TCP port of 127.0.0.1 that was free just now.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
