//! Private MariaDB and MySQL servers.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::postgres::free_port;
use super::process::{Home, Server, feed, output, pipe_script, unprivileged};
use super::tls::Authority;
use super::{install, template};

/// The scripts that make MariaDB's system tables, in their order. Their names begin with `mysql_`
/// before 11 and with `mariadb_` since.
const BOOTSTRAP: &[&str] = &[
    "system_tables",
    "performance_tables",
    "system_tables_data",
    "sys_schema",
];

/// Nothing here has to survive a crash; small, because many run at once.
const SETTINGS: &[&str] = &[
    "innodb-flush-log-at-trx-commit=0",
    "innodb-buffer-pool-size=32M",
    "innodb-flush-method=nosync",
    "performance-schema=off",
    "sync-binlog=0",
    "default-time-zone=+00:00",
    "max-connections=60",
];

/// Starts MariaDB servers.
#[derive(Debug)]
pub(crate) struct MariaDb;

impl MariaDb {
    /// A plain server of a version, such as `10.11`.
    pub(crate) fn start(version: &str) -> MySqlServer {
        Self::with(version).start()
    }

    /// The options to start one with.
    pub(crate) fn with(version: &str) -> Options {
        Options::new(Product::MariaDb, format!("mariadb{version}"))
    }
}

/// Starts MySQL servers.
#[derive(Debug)]
pub(crate) struct MySql;

impl MySql {
    /// A plain server of a version, such as `9.7`.
    pub(crate) fn start(version: &str) -> MySqlServer {
        Self::with(version).start()
    }

    /// The options to start one with.
    pub(crate) fn with(version: &str) -> Options {
        let product = if version.starts_with("5.") {
            Product::OldMySql
        } else {
            Product::MySql
        };
        Options::new(product, format!("mysql{version}"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Product {
    MariaDb,
    MySql,
    /// 5.6, which comes with a data folder and without clients.
    OldMySql,
}

impl Product {
    fn server(self) -> &'static str {
        match self {
            Self::MariaDb => "mariadbd",
            Self::MySql | Self::OldMySql => "mysqld",
        }
    }
}

/// What a server is to be like.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    product: Product,
    name: String,
    settings: Vec<String>,
    tcp: bool,
    tls: bool,
}

impl Options {
    fn new(product: Product, name: String) -> Self {
        Self {
            product,
            name,
            settings: Vec::new(),
            tcp: false,
            tls: false,
        }
    }

    /// One more setting, as in `sql-mode=ANSI_QUOTES`.
    pub(crate) fn setting(mut self, setting: &str) -> Self {
        self.settings.push(setting.to_owned());
        self
    }

    /// Writes a binary log.
    pub(crate) fn binlog(self) -> Self {
        self.setting("log-bin=binlog")
            .setting("server-id=1")
            .setting("binlog-format=ROW")
    }

    /// Listens on 127.0.0.1 too.
    pub(crate) fn tcp(mut self) -> Self {
        self.tcp = true;
        self
    }

    /// Speaks TLS with a certificate for `localhost`.
    pub(crate) fn tls(mut self) -> Self {
        self.tls = true;
        self.tcp()
    }

    /// Starts it.
    pub(crate) fn start(self) -> MySqlServer {
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

    fn try_start(&self) -> Result<MySqlServer, String> {
        let home = Home::new();
        let data = template::copy(&self.name, &[], &home, |to| self.make_template(to));
        let tmp = home.path().join("tmp");
        output(unprivileged(Path::new("/bin/mkdir")).arg(&tmp)).expect("a folder");
        let port = if self.tcp { free_port() } else { 3306 };
        let authority = self.tls.then(|| Authority::new(&home));
        let mut command = Command::new(install::program(&self.name, self.product.server()));
        command.args(self.paths(&data, &tmp));
        command.args(
            SETTINGS
                .iter()
                .chain(self.own_settings())
                .map(|s| format!("--{s}")),
        );
        command.arg(format!("--socket={}", home.path().join("socket").display()));
        command.arg(format!(
            "--pid-file={}",
            home.path().join("mysqld.pid").display()
        ));
        command.arg(format!("--port={port}"));
        command.arg(if self.tcp {
            "--bind-address=127.0.0.1"
        } else {
            "--skip-networking"
        });
        if let Some(authority) = &authority {
            let pair = authority.server(&home);
            command.arg(format!("--ssl-ca={}", authority.certificate.display()));
            command.arg(format!("--ssl-cert={}", pair.certificate.display()));
            command.arg(format!("--ssl-key={}", pair.key.display()));
        }
        command.args(self.settings.iter().map(|s| format!("--{s}")));
        let server = MySqlServer {
            server: Server::start(home, "KILL", &command),
            product: self.product,
            name: self.name.clone(),
            port,
            authority: authority.map(|a| a.certificate),
        };
        server
            .server
            .wait(|| server.try_sql("", "SELECT 1").is_ok())?;
        Ok(server)
    }

    /// What each product needs beside `SETTINGS`.
    fn own_settings(&self) -> &'static [&'static str] {
        match self.product {
            Product::MariaDb => &["innodb-undo-tablespaces=0", "plugin-maturity=unknown"],
            Product::MySql => &["mysqlx=off", "innodb-redo-log-capacity=64M"],
            Product::OldMySql => &["explicit-defaults-for-timestamp=on"],
        }
    }

    /// The options for the files of an unpacked server, whose built-in paths are of another place.
    fn paths(&self, data: &Path, tmp: &Path) -> Vec<String> {
        let home = install::folder(&self.name);
        let base = if self.product == Product::OldMySql {
            "server"
        } else {
            "usr"
        };
        let mut options = vec![
            "--no-defaults".to_owned(),
            format!("--basedir={}", home.join(base).display()),
            format!("--lc-messages-dir={}", home.join("share").display()),
            format!(
                "--character-sets-dir={}",
                home.join("share/charsets").display()
            ),
            format!("--datadir={}", data.display()),
            format!("--tmpdir={}", tmp.display()),
        ];
        if self.product == Product::MySql {
            // Its built-in value is a folder that only a system-wide installation has.
            options.push("--secure-file-priv=".to_owned());
        }
        if self.product != Product::OldMySql {
            options.push(format!("--plugin-dir={}", home.join("plugin").display()));
        }
        options
    }

    fn make_template(&self, to: &Path) {
        match self.product {
            Product::MariaDb => self.bootstrap_mariadb(to),
            Product::MySql => self.initialise_mysql(to),
            Product::OldMySql => self.copy_packaged_data(to),
        }
    }

    fn bootstrap_mariadb(&self, to: &Path) {
        output(unprivileged(Path::new("/bin/mkdir")).arg(to)).expect("a folder");
        let mut command = unprivileged(&install::program(&self.name, self.product.server()));
        command.args(self.paths(to, to));
        command.args(["--bootstrap", "--innodb-log-file-size=16M"]);
        command.args(self.own_settings().iter().map(|s| format!("--{s}")));
        feed(&mut command, self.bootstrap_script().as_bytes()).expect("mariadbd --bootstrap");
    }

    fn bootstrap_script(&self) -> String {
        let share = install::folder(&self.name).join("share");
        let mut script = String::from(
            "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n\
             SET @skip_auth_anonymous = 'set';\nSET @current_hostname = 'localhost';\n",
        );
        for name in BOOTSTRAP {
            for flavour in ["mysql", "mariadb"] {
                let file = share.join(format!("{flavour}_{name}.sql"));
                if let Ok(text) = fs::read_to_string(file) {
                    writeln!(script, "{text}").expect("a string");
                }
            }
        }
        let geometry = share.join("maria_add_gis_sp_bootstrap.sql");
        script + &fs::read_to_string(geometry).expect("MariaDB's geometry procedures")
    }

    fn initialise_mysql(&self, to: &Path) {
        let tmp = Home::new();
        let mut command = unprivileged(&install::program(&self.name, self.product.server()));
        command.args(self.paths(to, tmp.path()));
        command.args(self.own_settings().iter().map(|s| format!("--{s}")));
        command.arg("--initialize-insecure");
        output(&mut command).expect("mysqld --initialize-insecure");
    }

    fn copy_packaged_data(&self, to: &Path) {
        let from = install::folder(&self.name).join("server/data/mysql");
        output(
            unprivileged(Path::new("/bin/cp"))
                .arg("-r")
                .arg(from)
                .arg(to),
        )
        .expect("cp");
    }
}

/// A running server. The account `root` has no password, on the socket and over TCP.
#[derive(Debug)]
pub(crate) struct MySqlServer {
    server: Server,
    product: Product,
    name: String,
    port: u16,
    authority: Option<PathBuf>,
}

impl MySqlServer {
    /// The URL of a database over the socket, as root.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "{}://root@localhost/{database}?socket={}",
            self.scheme(),
            self.socket().display()
        )
    }

    /// The URL of a database over TCP at `localhost`; `who` is `user` or `user:password`.
    pub(crate) fn tcp_url(&self, who: &str, database: &str) -> String {
        format!(
            "{}://{who}@localhost:{}/{database}",
            self.scheme(),
            self.port
        )
    }

    fn scheme(&self) -> &'static str {
        if self.is_mariadb() {
            "mariadb"
        } else {
            "mysql"
        }
    }

    /// Whether it is MariaDB.
    pub(crate) fn is_mariadb(&self) -> bool {
        self.product == Product::MariaDb
    }

    /// The socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.server.home().join("socket")
    }

    /// The TCP port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of the authority that signed the server's.
    pub(crate) fn authority(&self) -> &Path {
        self.authority.as_deref().expect("a server with TLS")
    }

    /// What the server has logged.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    /// Kills the server and starts it again.
    pub(crate) fn kill_and_restart(&self) {
        let ready = || self.try_sql("", "SELECT 1").is_ok();
        self.server.kill_and_restart(ready);
    }

    /// Sends the server a signal, such as `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        self.server.signal(name);
    }

    /// The client that suits the server (`mariadb` or `mysql`): it stops at the first error and
    /// prints values only, tab-separated.
    pub(crate) fn client(&self, database: &str) -> Command {
        let mut command = match self.product {
            Product::MySql => self.reach(&self.name, "mysql"),
            Product::MariaDb => self.reach(&self.name, "mariadb"),
            Product::OldMySql => self.reach("mariadb10.11", "mariadb"),
        };
        command.args([
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names",
        ]);
        command.args((!database.is_empty()).then_some(database));
        command
    }

    /// A client program that reads no option files and reaches this server as root.
    fn reach(&self, from: &str, program: &str) -> Command {
        let mut command = Command::new(install::program(from, program));
        command.arg("--no-defaults").arg("--user=root");
        command.arg(format!("--socket={}", self.socket().display()));
        command
    }

    /// Runs SQL; what it returns, a row a line, columns separated by tabs.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        self.try_sql(database, sql).expect("the SQL runs")
    }

    /// Runs SQL that may fail.
    pub(crate) fn try_sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let mut out = feed(&mut self.client(database), sql.as_bytes())?;
        out.truncate(out.trim_end_matches('\n').len());
        Ok(out)
    }

    /// Loads an archive as everyone without dumpkeep does: `zstd -dc ARCHIVE | mysql`, with the two
    /// switches that the archive's head names.
    pub(crate) fn load(&self, database: &str, archive: &Path) -> Result<String, String> {
        let mut client = self.client(database);
        pipe_script(archive, client.args(["--binary-mode", "--comments"]))
    }

    /// Makes an empty database.
    pub(crate) fn create_database(&self, database: &str) {
        self.sql(
            "",
            &format!("CREATE DATABASE `{}`", database.replace('`', "``")),
        );
    }

    /// The dumper that comes with the server.
    pub(crate) fn dumper(&self) -> Command {
        match self.product {
            Product::MySql => self.reach(&self.name, "mysqldump"),
            Product::MariaDb => self.reach(&self.name, "mariadb-dump"),
            Product::OldMySql => self.reach("mariadb10.5", "mariadb-dump"),
        }
    }

    /// The script of the dumper that comes with the server (for 5.6 an old MariaDB's, the only one that speaks
    /// to it), without what
    /// differs from run to run.
    pub(crate) fn reference_dump(&self, database: &str, options: &[&str]) -> String {
        let mut command = self.dumper();
        command.args([
            "--routines",
            "--events",
            "--triggers",
            "--skip-dump-date",
            "--hex-blob",
        ]);
        command.args([
            "--skip-extended-insert",
            "--skip-lock-tables",
            "--order-by-primary",
        ]);
        if self.product == Product::MySql {
            command.arg("--set-gtid-purged=OFF");
        }
        command.args(options).arg(database);
        normalise(&output(&mut command).expect("the reference dumper"))
    }
}

/// Leaves out the comments that name the server and the database.
fn normalise(dump: &str) -> String {
    let varies = |line: &&str| {
        [
            "-- Host: ",
            "-- Server version",
            "-- MariaDB dump ",
            "-- MySQL dump ",
            "-- Dump completed",
            "-- Dumping events for database ",
            "-- Dumping routines for database ",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    };
    let lines: Vec<&str> = dump.lines().filter(|l| !varies(l)).collect();
    lines.join("\n")
}
