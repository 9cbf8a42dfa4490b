//! Scripts of mysqldump and mariadb-dump, restored by dumpkeep alone and compared by the oracle.

use std::path::Path;
use std::process::Command;

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, output};

/// What every version knows: types, bodies with terminators, views over later views, odd names.
const SHOP: &str = r#"
CREATE TABLE `odd ``name;` (id int PRIMARY KEY AUTO_INCREMENT, t text, b blob, n decimal(20,5), d double,
  e enum('a','it''s'), KEY t1 (t(10))) DEFAULT CHARSET utf8mb4 COMMENT 'a; -- b';
INSERT INTO `odd ``name;` VALUES (1, 'a;\\b\'c"d\n\r\t', x'0001275c0aff', 1.5, 0.1, 'it''s'),
  (2, NULL, NULL, NULL, NULL, NULL), (3, '', '', 0, -1e300, 'a'), (4, '*/ -- /* # DELIMITER', 'x', 1, 2, 'a');
CREATE TABLE child (id int, FOREIGN KEY (id) REFERENCES `odd ``name;` (id) ON DELETE CASCADE) ENGINE=InnoDB;
INSERT INTO child VALUES (1), (3);
CREATE TABLE many (i int PRIMARY KEY, t varchar(100));
INSERT INTO many SELECT a.i + 10 * b.i + 100 * c.i, CONCAT('row ', a.i) FROM
  (SELECT 0 i UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) a,
  (SELECT 0 i UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) b,
  (SELECT 0 i UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) c;
CREATE VIEW z AS SELECT id, n FROM `odd ``name;`;
CREATE VIEW a AS SELECT z.id FROM z;
DELIMITER //
CREATE PROCEDURE p(IN x int, OUT y int) COMMENT 'a;b' BEGIN
  DECLARE s text DEFAULT 'a;b'; -- ;; not the end
  IF x > 0 THEN SET y = x; ELSE SET y = 0; END IF;
END//
CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1//
CREATE TRIGGER tr BEFORE INSERT ON child FOR EACH ROW BEGIN SET NEW.id = NEW.id; SET @x = ';'; END//
CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO BEGIN DELETE FROM many; END//
DELIMITER ;
"#;

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The server's own dumper's script, compressed.
fn dumped(server: &MySqlServer, switches: &[&str], folder: &Path, packer: &[&str]) -> String {
    let mut command = server.dumper();
    let file = folder.join("a.sql");
    // Not by way of a pipe: what is no UTF-8 would not come through the tests' own helper.
    command.arg(format!("--result-file={}", file.display()));
    command.args(["--routines", "--events", "--triggers"]);
    output(command.args(switches)).expect("the dumper");
    let Some((program, arguments)) = packer.split_first() else {
        return text(&file);
    };
    let before: Vec<_> = std::fs::read_dir(folder).expect("the folder").collect();
    output(Command::new(program).args(arguments).arg(&file)).expect("the packer");
    let files = std::fs::read_dir(folder).expect("the folder");
    let mut packed = files
        .map(|file| file.expect("a file").path())
        .filter(|path| *path != file);
    assert_eq!(before.len(), 1);
    text(&packed.next().expect("the packed file"))
}

fn comes_back(server: &MySqlServer, packers: &[&[&str]]) {
    server.create_database("shop");
    server.sql("shop", SHOP);
    for (number, packer) in packers.iter().enumerate() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = dumped(server, &["shop"], folder.path(), packer);
        let database = format!("back{number}");
        server.create_database(&database);
        good(&ran(&["restore", &file, "--to", &server.url(&database)]));
        oracle::mysql((server, "shop"), (server, &database)).expect("equal");
        let verified = ran(&["verify", &file]);
        good(&verified);
        assert!(
            verified.out.contains("-dump: ") || verified.out.contains("mysqldump: "),
            "{}",
            verified.out
        );
    }
    makes_its_database(server);
}

fn makes_its_database(server: &MySqlServer) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(server, &["--databases", "shop"], folder.path(), &[]);
    let refused = ran(&["restore", &file, "--to", &server.url("back0")]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    let filled = ran(&["restore", "--create", &file, "--to", &server.url("")]);
    assert_eq!(filled.code, Some(2), "{}", filled.err);
    assert!(filled.err.contains("holds"), "{}", filled.err);
    let script = bstr::ByteSlice::replace(
        &std::fs::read(&file).expect("the script")[..],
        "`shop`",
        "`made`",
    );
    std::fs::write(&file, script).expect("the script");
    good(&ran(&[
        "restore",
        "--create",
        &file,
        "--to",
        &server.url(""),
    ]));
    oracle::mysql((server, "shop"), (server, "made")).expect("equal");
}

#[test]
fn a_script_of_mysqldump_9_7_comes_back() {
    comes_back(&MySql::start("9.7"), &[&["zstd", "-q", "--rm"]]);
}

#[test]
fn a_script_for_mysql_5_6_comes_back() {
    comes_back(&MySql::start("5.6"), &[&[]]);
}

#[test]
fn a_script_of_mariadb_dump_10_5_comes_back() {
    comes_back(&MariaDb::start("10.5"), &[&["gzip"]]);
}

#[test]
fn a_script_of_mariadb_dump_10_11_comes_back() {
    comes_back(&MariaDb::start("10.11"), &[&["bzip2"]]);
}

#[test]
fn a_script_of_mariadb_dump_11_8_comes_back() {
    comes_back(&MariaDb::start("11.8"), &[&["xz"]]);
}

/// MySQL 9 prints bodies in JavaScript as they are, between dollar quotes.
#[test]
fn bodies_in_other_languages_come_back_on_mysql_9_7() {
    let server = MySql::start("9.7");
    server.create_database("shop");
    server.sql(
        "shop",
        "DELIMITER //\n\
         CREATE FUNCTION f1() RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT AS $$ // it's\n return 1; $$//\n\
         CREATE PROCEDURE p1(a INT) COMMENT 'AS $$' LANGUAGE JAVASCRIPT AS $x$ let s = `\"${a};;`; /* ' */ $x$//\n\
         CREATE FUNCTION f2() RETURNS INT DETERMINISTIC RETURN 2//",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, &["shop"], folder.path(), &[]);
    server.create_database("back");
    let url = server.url("back");
    good(&ran(&["restore", &file, "--no-owner", "--to", &url]));
    let bodies = |database| {
        let of = "SELECT routine_name, routine_definition FROM information_schema.routines WHERE";
        server.sql(
            "",
            &format!("{of} routine_schema = '{database}' ORDER BY 1"),
        )
    };
    assert_eq!(bodies("shop").lines().count(), 3);
    assert_eq!(bodies("back"), bodies("shop"));
    oracle::mysql((&server, "shop"), (&server, "back")).expect("equal");
}

/// `--add-drop-database` writes that in a versioned comment.
#[test]
fn a_script_drops_no_database_unasked_on_mariadb_10_11() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)");
    let folder = tempfile::tempdir().expect("a folder");
    let switches = ["--add-drop-database", "--databases", "shop"];
    let file = dumped(&server, &switches, folder.path(), &[]);
    server.sql("shop", "INSERT INTO t VALUES (2)");
    let url = server.url("");
    let refused = ran(&["restore", &file, "--create", "--to", &url]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(
        refused.err.contains("the script drops a database"),
        "{}",
        refused.err
    );
    assert_eq!(server.sql("shop", "SELECT COUNT(*) FROM t"), "2");
    // Nor does it go on in another one.
    let script = "-- MySQL dump 10.13\n/*!40000 USE `shop`*/;\nINSERT INTO t VALUES (3);\n-- Dump completed\n";
    let other = folder.path().join("use.sql");
    std::fs::write(&other, script).expect("the script");
    server.create_database("back");
    let refused = ran(&["restore", &text(&other), "--to", &server.url("back")]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert_eq!(server.sql("shop", "SELECT COUNT(*) FROM t"), "2");
    let asked = ["restore", &file, "--create", "--clean", "--to", &url];
    good(&ran(&asked));
    assert_eq!(server.sql("shop", "SELECT COUNT(*) FROM t"), "1");
}

#[test]
fn a_dry_run_of_a_script_executes_nothing() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)");
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, &["shop"], folder.path(), &[]);
    server.create_database("back");
    let planned = ran(&["restore", &file, "--dry-run", "--to", &server.url("back")]);
    assert_eq!(planned.code, Some(2), "{}", planned.err);
    assert!(planned.err.contains("nothing was done"), "{}", planned.err);
    assert_eq!(server.sql("back", "SHOW TABLES").trim(), "");
}

#[test]
fn definers_of_a_script_stay_out_on_request() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE USER gone@localhost; GRANT ALL ON shop.* TO gone@localhost; CREATE TABLE t (a INT); \
         CREATE DEFINER = gone@localhost VIEW v AS SELECT a FROM t; \
         CREATE DEFINER = gone@localhost TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1; \
         CREATE DEFINER = gone@localhost PROCEDURE p() DO 1; \
         CREATE DEFINER = gone@localhost EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a = 1",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = dumped(&server, &["shop"], folder.path(), &[]);
    server.create_database("back");
    good(&ran(&[
        "restore",
        &file,
        "--no-owner",
        "--to",
        &server.url("back"),
    ]));
    let definers = "SELECT definer FROM information_schema.views WHERE table_schema = 'back' UNION ALL \
                    SELECT definer FROM information_schema.triggers WHERE trigger_schema = 'back' UNION ALL \
                    SELECT definer FROM information_schema.routines WHERE routine_schema = 'back' UNION ALL \
                    SELECT definer FROM information_schema.events WHERE event_schema = 'back'";
    let found = server.sql("", definers);
    assert_eq!(found.lines().collect::<Vec<_>>(), ["root@localhost"; 4]);
}

/// A script has its times in UTC, or in the zone of the server, and says which, or has no heading. That
/// would say as well that tables may point to later ones.
fn times_come_back(server: &MySqlServer) {
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (a TIMESTAMP NULL, b DATETIME); INSERT INTO t VALUES (NOW(), NOW()); \
         CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO parent VALUES (1); \
         CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES parent (id)) ENGINE=InnoDB; \
         INSERT INTO child VALUES (1)",
    );
    let all: [&[&str]; 4] = [
        &["--skip-comments"],
        &["--skip-tz-utc"],
        &["--compact"],
        &["--skip-comments", "--skip-tz-utc"],
    ];
    for (number, switches) in all.into_iter().enumerate() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = dumped(
            server,
            &[switches, &["shop"][..]].concat(),
            folder.path(),
            &[],
        );
        let database = format!("back{number}");
        server.create_database(&database);
        let back = ran(&["restore", &file, "--to", &server.url(&database)]);
        assert_eq!(back.code, Some(0), "{switches:?}: {}", back.err);
        let told = back.err.contains("does not say in which time zone");
        assert_eq!(told, number > 0, "{switches:?}: {}", back.err);
        oracle::mysql((server, "shop"), (server, &database))
            .unwrap_or_else(|error| panic!("{switches:?}: {error}"));
        good(&ran(&["verify", &file]));
    }
}

#[test]
fn times_come_back_on_mariadb_10_11() {
    times_come_back(
        &MariaDb::with("10.11")
            .setting("default-time-zone=+05:00")
            .start(),
    );
}

#[test]
fn times_come_back_on_mysql_9_7() {
    times_come_back(
        &MySql::with("9.7")
            .setting("default-time-zone=+05:00")
            .start(),
    );
}

/// A script puts servers into a mode in which they cut what does not fit, and say so in a warning.
#[test]
fn rows_of_a_script_that_would_be_cut_are_an_error_on_mariadb_10_11() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t (a INT); INSERT INTO t VALUES (300)");
    let folder = tempfile::tempdir().expect("a folder");
    let switches = ["--no-create-info", "--replace", "shop"];
    let file = dumped(&server, &switches, folder.path(), &[]);
    server.create_database("back");
    server.sql("back", "CREATE TABLE t (a TINYINT)");
    let url = server.url("back");
    let cut = ran(&["restore", &file, "--if-empty=false", "--to", &url]);
    assert_eq!(cut.code, Some(1), "{}", cut.err);
    assert!(cut.err.contains("not stored as it was sent"), "{}", cut.err);
}

/// Under the character set `binary` the server takes texts of such types for bytes, and stores NULL
/// where it loads that script by its own client.
#[test]
fn addresses_in_a_binary_script_come_back() {
    let server = MariaDb::start("11.8");
    server.create_database("shop");
    let setup = "CREATE TABLE `a``d` (id INT, six INET6, four INET4, u UUID, t TEXT); \
        INSERT INTO `a``d` VALUES (1, '::1', '10.0.0.1', '123e4567-e89b-12d3-a456-426655440000', '::1'), (2, NULL, NULL, NULL, 'ä,(')";
    server.sql("shop", setup);
    for (number, more) in [&[][..], &["--complete-insert"], &["--skip-quote-names"]]
        .iter()
        .enumerate()
    {
        if number == 2 {
            server.sql("shop", "RENAME TABLE `a``d` TO ad");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let switches = [&["--default-character-set=binary", "shop"][..], more].concat();
        let file = dumped(&server, &switches, folder.path(), &[]);
        let database = format!("back{number}");
        server.create_database(&database);
        good(&ran(&["restore", &file, "--to", &server.url(&database)]));
        oracle::mysql((&server, "shop"), (&server, &database)).expect("equal");
    }
}

/// Scripts that say no character set are read as UTF-8; where they are not, the error says what to do.
#[test]
fn a_script_in_another_character_set_is_told_of() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("latin1.sql");
    let script = [
        &b"CREATE TABLE `t\xe4` (a VARCHAR(9) CHARACTER SET utf8mb4);\n"[..],
        b"INSERT INTO `t\xe4` VALUES ('\xf6');\n",
    ]
    .concat();
    std::fs::write(&file, &script).expect("a file");
    let restore = || ran(&["restore", &text(&file), "--to", &server.url("shop")]);
    let refused = restore();
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert!(refused.err.contains("SET NAMES"), "{}", refused.err);
    std::fs::write(&file, [b"SET NAMES latin1;\n", &script[..]].concat()).expect("a file");
    good(&restore());
    assert_eq!(server.sql("shop", "SELECT HEX(a) FROM `tä`").trim(), "C3B6");
}
