//! Restores under other names and for other roles: last night's table beside today's, in another
//! schema, without owners; definitions and rows equal but for the names.

use crate::support::command::{Ran, ran};
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres};

const SHOP: &str = r"
CREATE ROLE keeper; CREATE ROLE reader;
CREATE TABLE customers (id int PRIMARY KEY, name text);
INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 50) i;
CREATE TYPE mood AS ENUM ('sad', 'fine');
CREATE SEQUENCE numbers START 100;
CREATE TABLE orders (
  id serial PRIMARY KEY,
  other bigint GENERATED ALWAYS AS IDENTITY (START WITH 7),
  number int DEFAULT nextval('numbers'),
  customer int REFERENCES customers,
  parent int REFERENCES orders,
  mood mood DEFAULT 'fine',
  orders text,
  CONSTRAINT positive CHECK (number > 0),
  CONSTRAINT whole CHECK ((orders.*) IS NOT NULL OR true),
  UNIQUE (customer, number));
CREATE INDEX by_mood ON orders (mood) WHERE orders IS NOT NULL;
CREATE UNIQUE INDEX orders_lower ON orders (lower(orders), id);
CREATE STATISTICS orders_stat (ndistinct) ON customer, mood FROM orders;
ALTER TABLE orders CLUSTER ON orders_customer_number_key;
ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_pkey;
COMMENT ON TABLE orders IS 'orders of public.orders';
COMMENT ON COLUMN orders.orders IS 'o';
COMMENT ON INDEX by_mood IS 'i';
COMMENT ON CONSTRAINT orders_pkey ON orders IS 'k';
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM 1 FROM public.orders; RETURN NEW; END$$;
CREATE TRIGGER noted BEFORE INSERT ON orders FOR EACH ROW WHEN (NEW.* IS NOT NULL) EXECUTE FUNCTION noted();
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders TO reader USING (orders.customer > 0);
CREATE POLICY other ON orders USING (EXISTS (SELECT 1 FROM customers c WHERE c.id = orders.customer));
INSERT INTO orders (customer, parent, orders) SELECT i, NULLIF(i, 1) - 1, 'o' || i FROM generate_series(1, 40) i;
ALTER TABLE orders OWNER TO keeper; GRANT SELECT ON orders TO reader;
CREATE VIEW busy AS SELECT orders.customer, count(*) AS n FROM orders GROUP BY orders.customer;
";

struct Shop {
    server: Postgres,
    _folder: tempfile::TempDir,
    file: String,
}

impl Shop {
    fn open(version: &str) -> Self {
        let server = Postgres::start(version);
        server.create_database("shop");
        server.sql("shop", SHOP);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a").display().to_string();
        good(&ran(&["dump", &server.url("shop"), "-o", &file]));
        Self {
            server,
            _folder: folder,
            file,
        }
    }

    fn restore(&self, database: &str, more: &[&str]) -> Ran {
        let url = self.server.url(database);
        ran(&[&["restore", &self.file, "--to", &url], more].concat())
    }

    fn sql(&self, sql: &str) -> String {
        self.server.sql("shop", sql).trim().to_owned()
    }

    /// A dump of one table as plain SQL, without comments.
    fn table(&self, table: &str) -> String {
        let url = self.server.url("shop");
        let dumped = ran(&["dump", &url, "-t", table, "-o", "-", "-Z", "none"]);
        good(&dumped);
        let lines = dumped.out.lines().filter(|line| !line.starts_with("--"));
        let lines = lines
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

fn refused(ran: &Ran, code: i32, says: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.err);
    for says in says {
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
}

/// The names that a script of one table has, as they are beside it.
fn beside(script: &str) -> String {
    script
        .replace("orders_pkey", "old_pkey")
        .replace("orders_id_seq", "old_id_seq")
        .replace("orders_other_seq", "old_other_seq")
        .replace("orders_customer_number_key", "old_customer_number_key")
        .replace("orders_lower ", "old_lower ")
        .replace("orders_stat", "old_stat")
        .replace("by_mood", "old_by_mood")
        .replace("public.numbers", "public.old_numbers")
        .replace("orders of public.orders", "KEPT")
        .replace("public.orders", "public.old")
        .replace("orders.*", "old.*")
        .replace("orders.customer", "old.customer")
        .replace("KEPT", "orders of public.orders")
}

fn last_night_beside_today(version: &str) {
    let shop = Shop::open(version);
    shop.sql("DELETE FROM orders WHERE id > 30; INSERT INTO orders (customer, orders) VALUES (50, 'today')");
    let before = shop.table("orders");
    let restored = shop.restore(
        "shop",
        &[
            "--table",
            "orders",
            "--rename-table",
            "orders=old",
            "--jobs",
            "2",
        ],
    );
    good(&restored);
    for says in [
        "foreign_key public.orders orders_customer_fkey is left out: it needs table public.customers",
        "policy public.orders other is left out",
    ] {
        assert!(restored.err.contains(says), "{}", restored.err);
    }
    assert_eq!(shop.table("orders"), before, "today's is as it was");
    assert_eq!(shop.sql("SELECT count(*), max(id) FROM old"), "40|40");
    assert_eq!(shop.sql("SELECT last_value FROM old_id_seq"), "40");
    shop.sql("INSERT INTO old (customer, orders) VALUES (1, 'next')");
    assert_eq!(shop.sql("SELECT max(id), max(number) FROM old"), "41|140");
    assert_eq!(shop.sql("SELECT last_value FROM orders_id_seq"), "41");
    shop.sql("DELETE FROM old WHERE id = 41; DELETE FROM orders");
    shop.sql(
        "SELECT setval('old_id_seq', 41), setval('old_other_seq', 47), setval('old_numbers', 140)",
    );
    shop.sql("DELETE FROM old");
    let sorted = |script: String| {
        let mut lines: Vec<String> = script.lines().map(|line| line.replace('"', "")).collect();
        lines.retain(|line| !line.is_empty());
        lines.sort();
        lines.join("\n")
    };
    // What ties it to a table that was not chosen is not with it.
    shop.sql(
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_fkey; DROP POLICY other ON orders",
    );
    let sequences = "SELECT setval('orders_id_seq', 41), setval('orders_other_seq', 47), setval('numbers', 140)";
    shop.sql(sequences);
    assert_eq!(
        sorted(shop.table("old")),
        sorted(beside(&shop.table("orders")))
    );
}

#[test]
fn last_night_s_table_stands_beside_today_s_on_postgres_18() {
    last_night_beside_today("18");
}

#[test]
fn last_night_s_table_stands_beside_today_s_on_postgres_12() {
    last_night_beside_today("12");
}

#[test]
fn objects_go_into_another_schema_and_another_database() {
    let shop = Shop::open("15");
    good(&shop.restore(
        "shop",
        &[
            "--table",
            "orders",
            "--table",
            "busy",
            "--into-schema",
            "night",
        ],
    ));
    assert_eq!(shop.sql("SELECT count(*), sum(n) FROM night.busy"), "40|40");
    assert_eq!(shop.sql("SELECT count(*) FROM night.orders"), "40");
    shop.sql("DELETE FROM orders");
    assert_eq!(shop.sql("SELECT sum(n) FROM night.busy"), "40");
    let points = "SELECT string_agg(conname || ' ' || confrelid::regclass, ', ' ORDER BY conname) \
                  FROM pg_constraint WHERE conrelid = 'night.orders'::regclass AND contype = 'f'";
    assert_eq!(shop.sql(points), "orders_parent_fkey night.orders");
    // the view's columns are named by the table
    good(&shop.restore(
        "shop",
        &[
            "--table",
            "orders",
            "--table",
            "busy",
            "--rename-table",
            "orders=o2",
            "--rename-table",
            "busy=b2",
        ],
    ));
    assert_eq!(shop.sql("SELECT sum(n) FROM b2"), "40");
    good(&shop.restore(
        "postgres",
        &["--create", "--rename-database", "old \"shop\""],
    ));
    let old = shop
        .server
        .sql("old \"shop\"", "SELECT count(*) FROM orders");
    assert_eq!(old.trim(), "40");
    let all = shop.restore("shop", &["--into-schema", "all_of_it", "--if-empty=false"]);
    good(&all);
    assert_eq!(
        shop.sql(
            "SELECT count(*) FROM all_of_it.orders JOIN all_of_it.customers c ON c.id = customer"
        ),
        "40"
    );
    let mood = "SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'all_of_it.orders'::regclass \
                AND attname = 'mood'";
    assert_eq!(shop.sql(mood), "all_of_it.mood");
    // Names with what would end them; and names that nothing has.
    let quoted = [
        "--table",
        "busy",
        "--rename-table",
        "\"public\".\"busy\"=\"a.b=c\"",
    ];
    good(&shop.restore("shop", &quoted));
    assert_eq!(shop.sql("SELECT sum(n) FROM \"a.b=c\""), "");
    let nothing = shop.restore("shop", &["--into-schema", "nowhere=x", "--if-empty=false"]);
    refused(&nothing, 2, &["nothing of a schema nowhere is restored"]);
    let long = format!("busy={}", "x".repeat(64));
    for (names, says) in [
        (
            &["busy=x", "busy=y"][..],
            "--rename-table gives busy two names",
        ),
        (&["busy=x", "orders=x"], "would both be public.x"),
        (&["busy=orders"], "would both be public.orders"),
        (&[long.as_str()], "a name holds 63 bytes here"),
        (
            &["busy=gone.x"],
            "there is no schema gone, which --rename-table puts",
        ),
    ] {
        let mut all = vec!["--table", "busy", "--table", "orders"];
        all.extend(names.iter().flat_map(|name| ["--rename-table", *name]));
        refused(&shop.restore("shop", &all), 2, &[says]);
    }
    let map = [
        "--table",
        "busy",
        "--rename-table",
        "busy=b3",
        "--map-role",
        "nobody=keeper",
    ];
    let mapped = shop.restore("shop", &map);
    good(&mapped);
    let said = "--map-role, --map-tablespace: nothing that is restored names nobody";
    assert!(mapped.err.contains(said), "{}", mapped.err);
}

#[test]
fn what_would_fail_is_told_together_with_what_solves_it() {
    let shop = Shop::open("18");
    let other = Postgres::start("17");
    other.create_database("b");
    other.sql("b", "CREATE TABLE there (a int)");
    let restore = |more: &[&str]| {
        let url = other.url("b");
        ran(&[&["restore", &shop.file, "--to", &url], more].concat())
    };
    let says = [
        "there is no role keeper (",
        "--no-owner",
        "there is no role reader (",
        "--map-role reader=OTHER",
        "holds 1 objects already",
        "is older than the archive's 18",
        "--older-server",
        "nothing was done",
    ];
    refused(&restore(&[]), 2, &says);
    let empty = other.sql("b", "DROP TABLE there");
    assert_eq!(empty.trim(), "");
    let planned = restore(&["--dry-run"]);
    good(&planned);
    assert!(
        planned.out.contains("would fail: there is no role keeper"),
        "{}",
        planned.out
    );
    refused(
        &restore(&["--older-server", "--no-owner"]),
        2,
        &["no role reader"],
    );
    assert_eq!(
        other
            .sql(
                "b",
                "SELECT count(*) FROM pg_class WHERE relname = 'orders'"
            )
            .trim(),
        "0"
    );
    other.sql("b", "CREATE ROLE me");
    good(&restore(&[
        "--older-server",
        "--map-role",
        "keeper=me",
        "--create-missing-roles",
    ]));
    let owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'";
    assert_eq!(other.sql("b", owner).trim(), "me");
    let reader = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'reader'";
    assert_eq!(other.sql("b", reader).trim(), "f");
    other.create_database("c");
    let url = other.url("c");
    good(&ran(&[
        "restore",
        &shop.file,
        "--to",
        &url,
        "--older-server",
        "-O",
        "-x",
    ]));
    assert_eq!(other.sql("c", owner).trim(), "postgres");
    let rights = "SELECT relacl IS NULL FROM pg_class WHERE relname = 'orders'";
    assert_eq!(other.sql("c", rights).trim(), "t");
}

#[test]
fn tablespaces_extensions_and_collations_are_looked_for() {
    let server = Postgres::with("15")
        .setting("allow_in_place_tablespaces", "on")
        .start();
    server.create_database("a");
    server.sql("a", "CREATE TABLESPACE fast LOCATION ''");
    server.sql(
        "a",
        "CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE fast) TABLESPACE fast; \
         CREATE MATERIALIZED VIEW m TABLESPACE fast AS SELECT 1 AS tablespace",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("a"), "-o", &file]));
    server.sql("a", "DROP TABLE t; DROP MATERIALIZED VIEW m");
    server.sql("a", "DROP TABLESPACE fast");
    let url = server.url("a");
    let restore = |more: &[&str]| ran(&[&["restore", &file, "--to", &url], more].concat());
    refused(
        &restore(&[]),
        2,
        &[
            "there is no tablespace fast (table public.t",
            "--map-tablespace fast=OTHER",
        ],
    );
    good(&restore(&["--map-tablespace", "fast=pg_default"]));
    server.sql("a", "DROP TABLE t; DROP MATERIALIZED VIEW m");
    good(&restore(&["--no-tablespaces"]));
    assert_eq!(server.sql("a", "SELECT count(*) FROM m").trim(), "1");
}

/// Debian's 15 is built with lz4, the other 14 to 18 of the tests are not.
#[test]
fn a_compression_that_the_server_lacks_is_told_before_the_restore() {
    let (with, without) = (Postgres::start("15"), Postgres::start("18"));
    with.create_database("a");
    without.create_database("b");
    with.sql(
        "a",
        "CREATE TABLE t (a text COMPRESSION lz4, b text COMPRESSION pglz); \
         CREATE MATERIALIZED VIEW m AS SELECT a FROM t; \
         ALTER MATERIALIZED VIEW m ALTER COLUMN a SET COMPRESSION lz4; \
         INSERT INTO t VALUES (repeat('a', 9999), 'b')",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &with.url("a"), "-o", &file]));
    let url = without.url("b");
    let restore = |more: &[&str]| ran(&[&["restore", &file, "--to", &url], more].concat());
    let says = "built without lz4 compression (table public.t, materialized_view public.m): \
                --no-toast-compression";
    refused(&restore(&[]), 2, &[says]);
    assert_eq!(
        without.sql("b", "SELECT to_regclass('t') IS NULL").trim(),
        "t"
    );
    good(&restore(&["--no-toast-compression"]));
    let lengths = "SELECT length(t.a) + length(m.a) FROM t, m";
    assert_eq!(without.sql("b", lengths).trim(), "19998");
}

const BLOG: &str = "\
CREATE TABLE users (id INT PRIMARY KEY); INSERT INTO users VALUES (1), (2), (3);
CREATE TABLE posts (id INT AUTO_INCREMENT PRIMARY KEY, posts INT, parent INT, title VARCHAR(20), body TEXT,
  KEY by_title (title), FULLTEXT KEY words (body), UNIQUE KEY one (title, id),
  CONSTRAINT writer FOREIGN KEY (posts) REFERENCES users (id),
  FOREIGN KEY (parent) REFERENCES posts (id), CONSTRAINT small CHECK (posts < 1000));
INSERT INTO posts (posts, parent, title, body) VALUES (1, NULL, 'a', 'INSERT INTO `posts`'), (2, 1, 'b', 'posts');
CREATE TRIGGER posts_bi BEFORE INSERT ON posts FOR EACH ROW SET NEW.title = LOWER(NEW.title);
CREATE VIEW titles AS SELECT title FROM posts;
";

/// What of a table stands in statements of its own on MySQL.
const BESIDE: &str = "\
ANALYZE TABLE posts UPDATE HISTOGRAM ON title;
CREATE TABLE docs (FTS_DOC_ID BIGINT UNSIGNED NOT NULL PRIMARY KEY, t TEXT, FULLTEXT KEY words (t));
INSERT INTO docs VALUES (1, 'a');
";

fn blog_beside(server: &MySqlServer) {
    server.create_database("blog");
    server.sql("blog", BLOG);
    if !server.is_mariadb() {
        server.sql("blog", BESIDE);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    let url = server.url("blog");
    good(&ran(&["dump", &url, "-o", &file]));
    let show = |table: &str| server.sql("blog", &format!("SHOW CREATE TABLE {table}"));
    server.sql("blog", "DELETE FROM posts WHERE id = 2");
    let before = show("posts");
    let restore = |more: &[&str]| ran(&[&["restore", &file, "--to", &url], more].concat());
    good(&restore(&[
        "--table",
        "posts",
        "--rename-table",
        "posts=old",
    ]));
    assert_eq!(show("posts"), before);
    let made = show("old")
        .replace("`old_small`", "`small`")
        .replace("`old_writer`", "`writer`");
    let expected = before
        .replace("posts_ibfk", "old_ibfk")
        .replace("CREATE TABLE `posts`", "CREATE TABLE `old`")
        .replace("REFERENCES `posts`", "REFERENCES `old`");
    assert_eq!(
        made.trim_start_matches("old"),
        expected.trim_start_matches("posts")
    );
    let rows = server.sql("blog", "SELECT COUNT(*), MAX(body) FROM old");
    assert_eq!(rows.trim(), "2\tposts");
    server.sql("blog", "INSERT INTO old (posts, title) VALUES (3, 'LOW')");
    assert_eq!(
        server
            .sql("blog", "SELECT id, title FROM old WHERE posts = 3")
            .trim(),
        "3\tlow"
    );
    if !server.is_mariadb() {
        let counted = "SELECT COUNT(*) FROM information_schema.column_statistics \
                       WHERE schema_name = 'blog' AND table_name = 'old'";
        assert_eq!(server.sql("", counted).trim(), "1");
        good(&restore(&[
            "--table",
            "docs",
            "--rename-table",
            "docs=papers",
        ]));
        let made = show("papers");
        assert!(made.contains("FULLTEXT KEY `words`"), "{made}");
    }
    refused(
        &restore(&[
            "--table",
            "posts",
            "--table",
            "titles",
            "--rename-table",
            "posts=third",
            "--rename-table",
            "titles=t3",
        ]),
        2,
        &["cannot restore view titles under other names: its body uses the name posts"],
    );
    refused(
        &restore(&["--into-schema", "x"]),
        2,
        &["--into-schema is PostgreSQL's"],
    );
    good(&restore(&["--create", "--rename-database", "old`blog"]));
    assert_eq!(
        server.sql("old`blog", "SELECT COUNT(*) FROM titles").trim(),
        "2"
    );
}

#[test]
fn last_night_s_table_stands_beside_today_s_on_mariadb_10_11() {
    blog_beside(&MariaDb::start("10.11"));
}

#[test]
fn last_night_s_table_stands_beside_today_s_on_mysql_9_7() {
    blog_beside(&MySql::start("9.7"));
}

#[test]
fn accounts_engines_and_packets_are_looked_for_on_mariadb() {
    let server = MariaDb::start("10.11");
    server.create_database("a");
    server.sql(
        "a",
        "CREATE USER writer@localhost; CREATE TABLE t (a LONGTEXT); INSERT INTO t VALUES (REPEAT('x', 3000000)); \
         GRANT SELECT ON a.t TO writer@localhost; \
         CREATE DEFINER = writer@localhost PROCEDURE p() DO 1",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("a"), "-o", &file]));
    server.sql(
        "a",
        "DROP USER writer@localhost; SET GLOBAL max_allowed_packet = 1048576",
    );
    server.create_database("b");
    let url = server.url("b");
    let restore = |more: &[&str]| ran(&[&["restore", &file, "--to", &url], more].concat());
    let says = [
        "there is no account writer@localhost (object_grant",
        "--create-missing-roles",
        "table_data t has a row of 3000",
        "raise max_allowed_packet",
    ];
    refused(&restore(&[]), 2, &says);
    assert_eq!(server.sql("b", "SHOW TABLES").trim(), "");
    server.sql("a", "SET GLOBAL max_allowed_packet = 16777216");
    good(&restore(&["--create-missing-roles"]));
    let locked = server.sql("", "SHOW CREATE USER writer@localhost");
    assert!(locked.contains("ACCOUNT LOCK"), "{locked}");
    server.sql("", "DROP DATABASE b; CREATE DATABASE b");
    good(&restore(&["--no-owner", "--no-privileges"]));
    let definer = "SELECT definer FROM information_schema.routines WHERE routine_schema = 'b'";
    assert_eq!(server.sql("", definer).trim(), "root@localhost");
}

/// A collation's locale is changed in the catalog: what the source's system has is the target's too.
#[test]
fn a_locale_that_the_system_lacks_is_told_before_anything_is_run() {
    let server = Postgres::start("18");
    for database in ["a", "b", "c"] {
        server.create_database(database);
    }
    let made = "CREATE COLLATION there (provider = libc, locale = 'C.UTF-8');\
        CREATE COLLATION far (provider = libc, locale = 'C.UTF-8'); CREATE TABLE t (a text COLLATE there); CREATE TABLE plain (a text);\
        UPDATE pg_collation SET collcollate = 'xx_XX.UTF-8', collctype = 'xx_XX.UTF-8' WHERE collname = 'far'";
    server.sql("a", made);
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    good(&ran(&["dump", &server.url("a"), "-o", &archive]));
    let refused = ran(&["restore", &archive, "--to", &server.url("b")]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    let says = "operating system has no locale xx_XX.UTF-8 (collation public.far)";
    assert!(refused.err.contains(says), "{}", refused.err);
    assert!(!refused.err.contains("C.UTF-8 ("), "{}", refused.err);
    let there = server.sql("b", "SELECT count(*) FROM pg_class WHERE relname = 't'");
    assert_eq!(there.trim(), "0");
    good(&ran(&[
        "restore",
        &archive,
        "--table",
        "t",
        "--with-dependencies",
        "--to",
        &server.url("b"),
    ]));
    server.sql(
        "postgres",
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
    );
    let other = ran(&[
        "restore",
        &archive,
        "--table",
        "plain",
        "--to",
        &server.url("latin"),
    ]);
    good(&other);
    assert!(
        other.err.contains("texts are UTF8, the database's LATIN1"),
        "{}",
        other.err
    );
}
