//! Restores that are broken off at seeded points, by kill -9 of the restorer or of the server, and go
//! on: equal by the oracle. `DUMPKEEP_POINTS` raises the number of points.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::support::command::{Ran, dumpkeep, ran};
use crate::support::oracle;
use crate::support::proxy::{Proxy, Then};
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

const POSTGRES: &str = r"
CREATE SCHEMA app;
CREATE TABLE app.customers (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE app.orders (id int PRIMARY KEY, customer int REFERENCES app.customers, note text) ;
CREATE TABLE app.events (id int, day int, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM (0) TO (10);
CREATE TABLE app.events_2 PARTITION OF app.events FOR VALUES FROM (10) TO (20);
CREATE TABLE app.log (what text);
INSERT INTO app.customers (name) SELECT 'customer ' || i FROM generate_series(1, 20000) i;
INSERT INTO app.orders SELECT i, i % 20000 + 1, repeat('note ', 20) FROM generate_series(1, 60000) i;
INSERT INTO app.events SELECT i, i % 20 FROM generate_series(1, 20000) i;
CREATE INDEX ON app.orders (customer);
CREATE VIEW app.busy AS SELECT customer, count(*) AS n FROM app.orders GROUP BY customer;
CREATE MATERIALIZED VIEW app.totals AS SELECT day, count(*) AS n FROM app.events GROUP BY day;
CREATE FUNCTION app.noted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER noted BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE FUNCTION app.noted();
CREATE FUNCTION app.dropped() RETURNS event_trigger LANGUAGE plpgsql
  AS $$BEGIN INSERT INTO app.log VALUES (tg_tag); END$$;
DO $$BEGIN FOR i IN 1..60 LOOP EXECUTE format(
  'CREATE TABLE app.small_%1$s (id int PRIMARY KEY, note text UNIQUE); COMMENT ON TABLE app.small_%1$s IS ''small'';
  INSERT INTO app.small_%1$s SELECT i, i || ''%1$s'' FROM generate_series(1, %1$s) i;
  CREATE TRIGGER noted BEFORE UPDATE ON app.small_%1$s FOR EACH ROW EXECUTE FUNCTION app.noted();
  GRANT SELECT ON app.small_%1$s TO PUBLIC', i);
END LOOP; END$$;
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION app.dropped();
";

const MYSQL: &str = "\
CREATE TABLE customers (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL UNIQUE);
CREATE TABLE digits (d INT); INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
INSERT INTO customers (name) SELECT CONCAT('c', a.d, b.d, c.d, e.d) FROM digits a, digits b, digits c, digits e;
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, customer INT, note TEXT, KEY (customer),
  FOREIGN KEY (customer) REFERENCES customers (id));
INSERT INTO orders (customer, note) SELECT c.id, REPEAT('note ', 20) FROM customers c, digits WHERE d < 6;
CREATE TABLE marks (id INT PRIMARY KEY, at INT, note TEXT, KEY note (note(10)), KEY at (at, id));
INSERT INTO marks SELECT id, customer, note FROM orders;
CREATE TABLE old (id INT PRIMARY KEY, note TEXT) ENGINE = MyISAM;
INSERT INTO old SELECT id, note FROM orders;
ALTER TABLE customers AUTO_INCREMENT = 20000; ALTER TABLE orders AUTO_INCREMENT = 70000;
CREATE VIEW busy AS SELECT customer, COUNT(*) AS n FROM orders GROUP BY customer;
CREATE PROCEDURE tidy() DELETE FROM orders WHERE id < 0;
CREATE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = UPPER(NEW.note);
";

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

/// How many points of a restore are tried.
fn points() -> u64 {
    let set = std::env::var("DUMPKEEP_POINTS").ok();
    set.and_then(|points| points.parse().ok()).unwrap_or(3)
}

/// A server with a database to restore into, and a way to it that stops after so many bytes.
trait Broken {
    fn socket(&self) -> PathBuf;
    fn url(&self) -> String;
    fn through(&self, port: u16) -> String;
    fn empty(&self);
    fn equal(&self);
    /// Kills the server itself, and starts it again.
    fn kill_server(&self);

    /// Restores through a proxy and kills the restorer once the server has said so many bytes. Gives
    /// how many are left of those.
    fn kill_after(&self, archive: &Path, bytes: u64) -> u64 {
        self.kill_with(archive, bytes, &[])
    }

    /// The same with more switches. What ends by itself has restored all, or had nothing to go on with.
    fn kill_with(&self, archive: &Path, bytes: u64, switches: &[&str]) -> u64 {
        let proxy = Proxy::start(&self.socket(), bytes, Then::Stall);
        let mut child = dumpkeep()
            .arg("restore")
            .arg(archive)
            .args(["--jobs", "4", "--to", &self.through(proxy.port)])
            .args(switches)
            .stderr(Stdio::null())
            .spawn()
            .expect("dumpkeep starts");
        let mut ended = None;
        while proxy.left() > 0 && ended.is_none() {
            std::thread::sleep(Duration::from_millis(2));
            ended = child.try_wait().expect("a child");
        }
        if let Some(status) = ended {
            let over = status.code() == Some(2) && !switches.is_empty();
            assert!(over || status.success(), "the restore ended by itself");
        }
        drop(child.kill());
        drop(child.wait());
        proxy.left()
    }

    fn resume(&self, archive: &Path) -> Ran {
        let archive = archive.display().to_string();
        ran(&[
            "restore",
            &archive,
            "--jobs",
            "2",
            "--resume",
            "--to",
            &self.url(),
        ])
    }

    /// Everywhere between the first byte and the last.
    fn goes_on_everywhere(&self, archive: &Path) {
        self.empty();
        let whole = 1 << 40;
        let said = whole - self.kill_after(archive, whole);
        self.equal();
        let mut seed = 0x5eed_u64;
        for point in 0..points() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let within = said / points();
            let bytes = point * within + (seed >> 33) % within.max(1);
            self.empty();
            self.kill_after(archive, bytes.max(1));
            if point % 2 == 1 {
                // What goes on is killed as well.
                let bytes = 1 + (seed >> 20) % (said / 2);
                self.kill_with(archive, bytes, &["--resume"]);
            }
            let resumed = self.resume(archive);
            // The last bytes come when all is done: then there is nothing to go on with.
            let over = "no restore into this database was broken off";
            let over = resumed.code == Some(2) && resumed.err.contains(over);
            assert!(
                over || resumed.code == Some(0),
                "at byte {bytes} of {said}: {}",
                resumed.err
            );
            self.equal();
        }
    }
}

struct Pg(Postgres);

impl Broken for Pg {
    fn socket(&self) -> PathBuf {
        let name = format!(".s.PGSQL.{}", self.0.port());
        self.0.socket_folder().join(name)
    }

    fn url(&self) -> String {
        self.0.url("b")
    }

    fn through(&self, port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/b?sslmode=disable")
    }

    fn empty(&self) {
        let idle = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'b'";
        self.0.sql("postgres", idle);
        self.0.sql("postgres", "DROP DATABASE IF EXISTS b");
        self.0.create_database("b");
    }

    fn equal(&self) {
        oracle::postgres((&self.0, "shop"), (&self.0, "b")).expect("equal");
    }

    fn kill_server(&self) {
        self.0.kill_and_restart();
    }
}

fn postgres(version: &str) -> (Pg, tempfile::TempDir, PathBuf) {
    let server = Postgres::start(version);
    server.create_database("shop");
    server.sql("shop", POSTGRES);
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a");
    let to = archive.display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &to]));
    (Pg(server), folder, archive)
}

#[test]
fn a_restore_that_was_killed_goes_on_on_postgres_18() {
    let (server, _folder, archive) = postgres("18");
    server.goes_on_everywhere(&archive);
}

#[test]
fn a_restore_goes_on_in_nothing_but_what_it_left_on_postgres_15() {
    let (server, folder, archive) = postgres("15");
    server.empty();
    let said = (1 << 40) - server.kill_after(&archive, 1 << 40);
    // In the middle of the rows: connections greet first, so definitions come at no fixed part.
    let begun = (10..40).any(|part| {
        server.empty();
        server.kill_after(&archive, said * part / 40);
        let there = server
            .0
            .sql("b", "SELECT to_regclass('app.log') IS NOT NULL");
        there.trim() == "t"
    });
    assert!(begun, "tables were made before the end");
    let refused = |says: &str| {
        let ran = server.resume(&archive);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    };
    let url = server.url();
    let again = ran(&["restore", &archive.display().to_string(), "--to", &url]);
    assert_eq!(again.code, Some(2), "{}", again.err);
    assert!(
        again.err.contains("--resume goes on with that"),
        "{}",
        again.err
    );
    server.0.sql("b", "CREATE TABLE app.mine (a int)");
    refused("it has mine, which the restore did not make");
    server
        .0
        .sql("b", "DROP TABLE app.mine; INSERT INTO app.log VALUES ('x')");
    refused("rows");
    server.0.sql("b", "DELETE FROM app.log");
    let other = folder.path().join("other");
    let to = other.display().to_string();
    good(&ran(&[
        "dump",
        &server.0.url("shop"),
        "-o",
        &to,
        "--schema-only",
    ]));
    let ran = server.resume(&other);
    assert!(ran.err.contains("of another archive"), "{}", ran.err);
    good(&server.resume(&archive));
    server.equal();
}

/// A view of the catalogs finds nothing of the restore's own in them, and one that can't be filled is filled
/// by who goes on.
#[test]
fn views_that_read_the_catalogs_are_filled_as_by_the_script_on_postgres_18() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql("shop", "ALTER DATABASE shop SET app.ready = 'yes'");
    server.sql(
        "shop",
        "CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (1, 'x');
         CREATE FUNCTION ready() RETURNS bool LANGUAGE plpgsql AS $$BEGIN
           IF current_setting('app.ready', true) IS DISTINCT FROM 'yes' THEN
             RAISE EXCEPTION 'not ready'; END IF; RETURN true; END$$;
         CREATE MATERIALIZED VIEW counted AS
           SELECT count(*) AS n FROM pg_catalog.pg_class WHERE public.ready();
         CREATE MATERIALIZED VIEW named AS SELECT relname FROM pg_catalog.pg_class
           WHERE relname !~ '^pg_' AND public.ready();
         CREATE MATERIALIZED VIEW of_named AS SELECT count(*) AS n FROM named",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("shop.zst").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &archive]));
    let ready = |database: &str| {
        server.create_database(database);
        let sql = format!("ALTER DATABASE {database} SET app.ready = 'yes'");
        server.sql(database, &sql);
    };
    let filled = |database: &str| {
        server.sql(
            database,
            "SELECT (SELECT n FROM counted), (SELECT n FROM of_named), \
             (SELECT string_agg(relname, ' ' ORDER BY relname COLLATE \"C\") FROM named)",
        )
    };
    ready("script");
    server.load("script", archive.as_ref()).expect("loads");
    let expected = filled("script");
    for jobs in ["1", "4"] {
        let database = format!("native_{jobs}");
        ready(&database);
        let url = server.url(&database);
        good(&ran(&["restore", &archive, "--to", &url, "--jobs", jobs]));
        assert_eq!(filled(&database), expected, "--jobs {jobs}");
    }
    server.create_database("late");
    let restore = [
        "restore",
        &archive,
        "--to",
        &server.url("late"),
        "--jobs",
        "4",
    ];
    let failed = ran(&restore);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains("not ready"), "{}", failed.err);
    let resume = [&restore[..], &["--resume"]].concat();
    assert_eq!(ran(&resume).code, Some(1));
    server.sql("late", "INSERT INTO t VALUES (2, 'y')");
    let changed = ran(&resume);
    assert_eq!(changed.code, Some(2), "{}", changed.err);
    server.sql(
        "late",
        "DELETE FROM t WHERE a = 2; ALTER DATABASE late SET app.ready = 'yes'",
    );
    good(&ran(&resume));
    assert_eq!(filled("late"), expected);
    let left = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname LIKE 'dumpkeep%'";
    assert_eq!(server.sql("late", left).trim(), "0");
}

/// Views of an account that may read there, and not where it is restored.
const LENT: &str = "\
CREATE DEFINER = app@localhost VIEW busier AS SELECT customer, n FROM busy WHERE n > 1;
CREATE DEFINER = app@localhost VIEW busiest AS SELECT customer FROM busier WHERE n > 2;
CREATE DEFINER = app@localhost VIEW nobody AS SELECT customer FROM busiest WHERE customer < 0;
";

struct My(MySqlServer);

impl Broken for My {
    fn socket(&self) -> PathBuf {
        self.0.socket()
    }

    fn url(&self) -> String {
        self.0.url("b")
    }

    fn through(&self, port: u16) -> String {
        format!("mysql://loader:pw@127.0.0.1:{port}/b?ssl-mode=DISABLED&get-server-public-key=1")
    }

    fn empty(&self) {
        self.0.sql("", "DROP DATABASE IF EXISTS b");
        self.0.create_database("b");
    }

    fn equal(&self) {
        // The reference reads views by their definers' rights.
        self.0.sql("", "GRANT ALL ON b.* TO app@localhost");
        oracle::mysql((&self.0, "shop"), (&self.0, "b")).expect("equal");
        self.0.sql("", "REVOKE ALL ON b.* FROM app@localhost");
    }

    fn kill_server(&self) {
        self.0.kill_and_restart();
        // As for the first time: the socket makes the password known to the server.
        let url = self.0.url("shop").replace("root@", "loader:pw@");
        good(&ran(&["dump", &url, "--schema-only", "-o", "-"]));
    }
}

fn mysql(server: MySqlServer) -> (My, tempfile::TempDir, PathBuf) {
    // It may read here, and not where it is restored.
    let app =
        "CREATE DATABASE shop; CREATE USER app@localhost; GRANT ALL ON shop.* TO app@localhost";
    server.sql("", app);
    server.sql("shop", MYSQL);
    if server.is_mariadb() {
        server.sql("shop", LENT);
    }
    server.sql(
        "",
        "CREATE USER loader@localhost IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO loader@localhost",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a");
    let to = archive.display().to_string();
    // Through the socket: what MySQL knows of a password by then it takes through the proxy too.
    let url = server.url("shop").replace("root@", "loader:pw@");
    good(&ran(&["dump", &url, "-o", &to]));
    (My(server), folder, archive)
}

#[test]
fn a_restore_that_was_killed_goes_on_on_mariadb_10_11() {
    let (server, _folder, archive) = mysql(MariaDb::start("10.11"));
    server.goes_on_everywhere(&archive);
}

#[test]
fn a_restore_that_was_killed_goes_on_on_mysql_9_7() {
    let (server, _folder, archive) = mysql(MySql::start("9.7"));
    server.goes_on_everywhere(&archive);
}

/// Tables and views that were begun together and not ended are made again together: no view goes back to
/// its definer before what it reads is there.
#[test]
fn what_was_begun_with_its_views_is_made_again_on_mariadb_10_11() {
    let (server, _folder, archive) = mysql(MariaDb::start("10.11"));
    server.empty();
    let account = "CREATE USER part@localhost; GRANT SUPER, SET USER ON *.* TO part@localhost; \
                   GRANT ALL ON b.* TO part@localhost; REVOKE CREATE VIEW ON b.* FROM part@localhost";
    server.0.sql("", account);
    let archive = archive.display().to_string();
    let to = server.url().replace("root@", "part@");
    let refused = ran(&["restore", &archive, "--to", &to]);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("view busy"), "{}", refused.err);
    assert!(refused.err.contains("--resume goes on"), "{}", refused.err);
    let there = server.0.sql("b", "SHOW TABLES LIKE 'orders'");
    assert_eq!(there, "orders");
    let grant = "GRANT CREATE VIEW ON b.* TO part@localhost";
    server.0.sql("", grant);
    good(&ran(&["restore", &archive, "--resume", "--to", &to]));
    server.equal();
}

/// The way to the server is cut in the middle, and later there again.
fn lost(server: &impl Broken, archive: &Path) {
    server.empty();
    let said = (1 << 40) - server.kill_after(archive, 1 << 40);
    server.empty();
    let proxy = Proxy::start(&server.socket(), said * 3 / 4, Then::Cut);
    let to = server.through(proxy.port);
    let archive_name = archive.display().to_string();
    let lost = ran(&["restore", &archive_name, "--jobs", "3", "--to", &to]);
    assert_eq!(lost.code, Some(1), "{}", lost.err);
    assert!(lost.err.contains("connection"), "{}", lost.err);
    assert!(lost.err.contains("--resume goes on"), "{}", lost.err);
    assert!(lost.err.contains("dumpkeep_restore"), "{}", lost.err);
    // What was recorded is nobody's object: neither dumped nor counted.
    let dumped = ran(&["dump", &server.url(), "-o", "-", "-Z", "none"]);
    good(&dumped);
    assert!(!dumped.out.contains("dumpkeep_restore"), "{}", dumped.out);
    good(&server.resume(archive));
    server.equal();
}

#[test]
fn a_lost_server_is_said_and_the_restore_goes_on_with_the_next() {
    let (server, _folder, archive) = postgres("12");
    lost(&server, &archive);
}

#[test]
fn a_lost_mariadb_is_said_and_the_restore_goes_on_with_the_next() {
    let (server, _folder, archive) = mysql(MariaDb::start("10.11"));
    lost(&server, &archive);
}

/// The server itself is killed in the middle, at three points, and started again. Of what a server
/// says in a restore, half is about the sessions' settings.
fn server_killed(server: &impl Broken, archive: &Path) {
    server.empty();
    let whole = 1 << 40;
    let said = whole - server.kill_after(archive, whole);
    for part in [11, 13, 15] {
        server.empty();
        let proxy = Proxy::start(&server.socket(), whole, Then::Stall);
        let mut restore = dumpkeep()
            .arg("restore")
            .arg(archive)
            .args(["--jobs", "3", "--to", &server.through(proxy.port)])
            .stderr(Stdio::piped())
            .spawn()
            .expect("dumpkeep starts");
        while whole - proxy.left() < said * part / 20 {
            let ended = restore.try_wait().expect("a child");
            assert_eq!(ended, None, "the restore ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.kill_server();
        let ended = restore.wait_with_output().expect("a child");
        let err = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{err}");
        assert!(err.contains("--resume goes on"), "{err}");
        let connection = err.contains("connection") || err.contains("57P0");
        assert!(connection, "{err}");
        good(&server.resume(archive));
        server.equal();
    }
}

#[test]
fn a_restore_goes_on_after_its_server_was_killed_on_postgres_18() {
    let (server, _folder, archive) = postgres("18");
    server_killed(&server, &archive);
}

#[test]
fn a_restore_goes_on_after_its_server_was_killed_on_mariadb_10_11() {
    let options = MariaDb::with("10.11").setting("innodb-flush-log-at-trx-commit=1");
    let (server, _folder, archive) = mysql(options.start());
    server_killed(&server, &archive);
}

#[test]
fn a_restore_goes_on_after_its_server_was_killed_on_mysql_9_7() {
    let options = MySql::with("9.7").setting("innodb-flush-log-at-trx-commit=1");
    let (server, _folder, archive) = mysql(options.start());
    server_killed(&server, &archive);
}

/// What a restore finds in the database it has not made, whatever it recorded.
#[test]
fn a_table_that_was_there_is_not_dropped_by_going_on_on_mariadb_10_11() {
    let (server, _folder, archive) = mysql(MariaDb::start("10.11"));
    server.empty();
    server.0.sql(
        "b",
        "CREATE TABLE orders (mine INT); INSERT INTO orders VALUES (7)",
    );
    let (archive_name, url) = (archive.display().to_string(), server.url());
    let into = ["restore", &archive_name, "--into-existing", "--to", &url];
    let failed = ran(&into);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    let on = ran(&[&into[..], &["--resume"]].concat());
    assert_eq!(on.code, Some(2), "{}", on.err);
    assert_eq!(server.0.sql("b", "SELECT mine FROM orders").trim(), "7");
}

/// A restore that ends while a program is made under another default of the database.
fn programs_have_their_collations(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE DATABASE shop COLLATE latin2_bin; CREATE DATABASE b; CREATE USER loader@localhost",
    );
    server.sql("", "GRANT ALL ON b.* TO loader@localhost");
    let own = (0..40).map(|number| {
        format!(
            "CREATE DEFINER = loader@localhost PROCEDURE a{number}(x CHAR(9)) SELECT x; \
             CREATE TABLE t{number} (a INT); \
             CREATE DEFINER = loader@localhost TRIGGER r{number} BEFORE INSERT ON t{number} FOR EACH ROW SET NEW.a = 1;"
        )
    });
    server.sql("shop", &own.collect::<String>());
    server.sql(
        "shop",
        "ALTER DATABASE shop COLLATE latin1_bin; CREATE PROCEDURE z(x CHAR(9)) SELECT x; \
         ALTER DATABASE shop COLLATE latin2_bin",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &archive]));
    let url = server.url("b").replace("root@", "loader@");
    let restore = ["restore", &archive, "--jobs", "3", "--to", &url];
    let failed = ran(&restore);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains("routine z"), "{}", failed.err);
    server.sql("", "GRANT ALL ON *.* TO loader@localhost");
    good(&ran(&[&restore[..], &["--resume"]].concat()));
    let default =
        "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = 'b'";
    assert_eq!(server.sql("", default).trim(), "latin2_bin");
    let collations = "SELECT database_collation, COUNT(*) FROM information_schema.routines WHERE routine_schema = 'b' \
                      GROUP BY 1 ORDER BY 1";
    assert_eq!(
        server.sql("", collations).trim(),
        "latin1_bin\t1\nlatin2_bin\t40"
    );
    let triggers = "SELECT DISTINCT database_collation FROM information_schema.triggers WHERE trigger_schema = 'b'";
    assert_eq!(server.sql("", triggers).trim(), "latin2_bin");
}

#[test]
fn programs_have_their_collations_on_mariadb_10_11() {
    programs_have_their_collations(&MariaDb::start("10.11"));
}

#[test]
fn programs_have_their_collations_on_mysql_9_7() {
    programs_have_their_collations(&MySql::start("9.7"));
}

/// A trigger that names a column of its table that is gone is made while the column is there for a moment.
fn a_trigger_on_a_gone_column_is_made_again(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE DATABASE shop; CREATE DATABASE b; CREATE USER loader@localhost; \
         GRANT ALL ON *.* TO loader@localhost; \
         CREATE TABLE shop.t (a INT, gone INT, also INT); INSERT INTO shop.t VALUES (1, 2, 3)",
    );
    server.sql(
        "shop",
        "CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW SET @x = NEW.gone + OLD.also; \
         ALTER TABLE t DROP COLUMN gone, DROP COLUMN also",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &archive]));
    let rights = "ALL PRIVILEGES, GRANT OPTION";
    let but_triggers = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES";
    server.sql(
        "",
        &format!(
            "REVOKE {rights} FROM loader@localhost; GRANT {but_triggers} ON *.* TO loader@localhost"
        ),
    );
    let url = server.url("b").replace("root@", "loader@");
    let restore = ["restore", &archive, "--no-owner", "--to", &url];
    let failed = ran(&restore);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains("trigger r"), "{}", failed.err);
    let columns = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'b' AND table_name = 't'";
    assert_eq!(server.sql("", columns).trim(), "3", "they are there");
    server.sql("", "GRANT ALL ON *.* TO loader@localhost");
    good(&ran(&[&restore[..], &["--resume"]].concat()));
    assert_eq!(server.sql("", columns).trim(), "1");
    let triggers = "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'b'";
    assert_eq!(server.sql("", triggers).trim(), "1");
}

#[test]
fn a_trigger_on_a_gone_column_is_made_again_on_mariadb_10_11() {
    a_trigger_on_a_gone_column_is_made_again(&MariaDb::start("10.11"));
}

#[test]
fn a_trigger_on_a_gone_column_is_made_again_on_mysql_9_7() {
    a_trigger_on_a_gone_column_is_made_again(&MySql::with("9.7").setting("skip-log-bin").start());
}

/// A restore that goes on is broken off as well, while it drops what it has to make again: tables whose
/// rows come and go with no transaction.
fn what_is_made_again_is_not_gone(server: &MySqlServer) {
    let tables = ["first", "second"].map(|table| {
        format!("CREATE TABLE shop.{table} (a INT) ENGINE = MyISAM; INSERT INTO shop.{table} VALUES (1), (2);")
    });
    server.sql(
        "",
        "CREATE DATABASE shop; CREATE DATABASE b; CREATE USER loader@localhost",
    );
    server.sql("", &tables.concat());
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("shop"), "-o", &archive]));
    // Tables can be made, and no rows be stored; then one of them dropped, and not the other.
    server.sql(
        "",
        "GRANT SELECT, CREATE, ALTER, LOCK TABLES ON b.* TO loader@localhost; \
         GRANT CREATE, INSERT, DELETE, DROP ON b.dumpkeep_restore TO loader@localhost",
    );
    let url = server.url("b").replace("root@", "loader@");
    let restore = ["restore", &archive, "--to", &url];
    let on = || ran(&[&restore[..], &["--resume"]].concat());
    let failed = ran(&restore);
    assert!(failed.err.contains("table_data first"), "{}", failed.err);
    server.sql("", "GRANT CREATE, DROP ON b.second TO loader@localhost");
    let failed = on();
    assert!(failed.err.contains("DROP command denied"), "{}", failed.err);
    assert_eq!(
        server.sql("b", "SHOW TABLES LIKE 'second'"),
        "",
        "it was dropped"
    );
    server.sql("", "GRANT ALL ON b.* TO loader@localhost");
    good(&on());
    oracle::mysql((server, "shop"), (server, "b")).expect("equal");
}

#[test]
fn what_is_made_again_is_not_gone_on_mariadb_10_11() {
    what_is_made_again_is_not_gone(&MariaDb::start("10.11"));
}

#[test]
fn what_is_made_again_is_not_gone_on_mysql_9_7() {
    what_is_made_again_is_not_gone(&MySql::with("9.7").setting("skip-log-bin").start());
}
