//! Parts of a PostgreSQL database's script: sections, rows alone, drops. Restored here, where nothing may
//! fail; what switches mean beside the reference is in `selection_postgres`.

use crate::support::command::ran;
use crate::support::server::Postgres;

const SAMPLE: &str = "\
CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'), (2, 'y'); \
CREATE MATERIALIZED VIEW by_key AS SELECT id, a FROM t GROUP BY id; \
CREATE VIEW over_it AS SELECT id FROM by_key; CREATE INDEX by_key_a ON by_key (a); \
CREATE VIEW filled AS SELECT a FROM t; ALTER VIEW filled ALTER a SET DEFAULT 'z'; \
CREATE TABLE p (at int PRIMARY KEY, n int) PARTITION BY RANGE (at); \
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE INDEX ON p (n); \
CREATE TABLE refers (at int REFERENCES p); INSERT INTO p VALUES (3, 4); \
SELECT lo_from_bytea(4711, 'large'); COMMENT ON LARGE OBJECT 4711 IS 'a large one'; \
GRANT SELECT ON t, by_key TO PUBLIC; GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO PUBLIC; \
CREATE TABLE sealed (a int); INSERT INTO sealed VALUES (5); \
ALTER TABLE sealed ENABLE ROW LEVEL SECURITY; ALTER TABLE sealed FORCE ROW LEVEL SECURITY; ";

fn part(server: &Postgres, switches: &[&str]) -> String {
    let url = server.url("a");
    let dump = ran(&[&["dump", &url, "-o", "-", "-Z", "none"], switches].concat());
    assert_eq!(dump.code, Some(0), "{dump:?}");
    dump.out
}

fn start(version: &str) -> Postgres {
    let server = Postgres::start(version);
    server.create_database("a");
    server.sql("a", SAMPLE);
    server
}

/// What needs a key stands behind the rows with it, in the section that says so.
#[test]
fn sections_make_the_whole() {
    for version in ["12", "18"] {
        let server = start(version);
        server.create_database("b");
        for section in ["pre-data", "data", "post-data"] {
            let script = part(&server, &["--section", section]);
            let late = section == "post-data";
            assert_eq!(
                script.contains("MATERIALIZED VIEW public.by_key"),
                late,
                "{version} {section}"
            );
            // What is granted goes with what it is granted on, as the reference has it.
            let early = section == "pre-data";
            for (name, there) in [("t", early), ("by_key", late)] {
                let grant = format!("GRANT SELECT ON TABLE public.{name} TO PUBLIC");
                assert_eq!(script.contains(&grant), there, "{version} {section}");
            }
            assert_eq!(
                script.contains("pg_ls_waldir"),
                early,
                "{version} {section}"
            );
            // That row security is forced is the table's, as the reference has it; it is enabled behind
            // the rows.
            let forced = "ALTER TABLE ONLY public.sealed FORCE ROW LEVEL SECURITY";
            assert_eq!(script.contains(forced), early, "{version} {section}");
            let enabled = "ALTER TABLE ONLY public.sealed ENABLE ROW LEVEL SECURITY";
            assert_eq!(script.contains(enabled), late, "{version} {section}");
            server.sql("b", &script);
        }
        let [original, copy] = ["a", "b"].map(|name| server.reference_dump(name, &[]));
        assert_eq!(original, copy, "{version}");
    }
}

/// As the reference has it: a refresh is neither a definition nor rows.
#[test]
fn rows_alone_refresh_no_materialized_view() {
    let server = start("18");
    assert!(!part(&server, &["--data-only"]).contains("REFRESH"));
    assert!(!part(&server, &["--section=data"]).contains("REFRESH"));
    assert!(part(&server, &[]).contains("REFRESH"));
}

/// `--clean --if-exists` stops neither where all is there nor where nothing is.
#[test]
fn clean_scripts_stop_at_nothing() {
    for version in ["12", "18"] {
        let server = start(version);
        let script = part(&server, &["--clean", "--if-exists"]);
        server.create_database("b");
        for _ in 0..2 {
            server.sql("b", &script);
        }
        let [original, copy] = ["a", "b"].map(|name| server.reference_dump(name, &[]));
        assert_eq!(original, copy, "{version}");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.sql.zst");
        let file = file.to_str().expect("UTF-8");
        let (from, to) = (server.url("a"), server.url("b"));
        assert_eq!(ran(&["dump", &from, "-o", file]).code, Some(0));
        let restore = ran(&["restore", file, "--clean", "--to", &to]);
        assert_eq!(restore.code, Some(0), "{version}: {restore:?}");
        assert_eq!(original, server.reference_dump("b", &[]), "{version}");
    }
}

/// The columns of a catalog are granted, and with them no system column.
#[test]
fn catalogs_may_be_granted_by_column() {
    for version in ["12", "18"] {
        let server = start(version);
        server.sql(
            "a",
            "CREATE ROLE reader; GRANT SELECT ON t TO reader; \
             REVOKE SELECT ON pg_proc, pg_type, pg_trigger FROM PUBLIC; \
             DO $$ DECLARE c text; BEGIN FOR c IN SELECT format('GRANT SELECT (oid, tableoid, %s) ON %s \
             TO PUBLIC', string_agg(quote_ident(attname), ', '), attrelid::regclass) FROM pg_attribute \
             WHERE attrelid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_trigger'::regclass) \
             AND attnum > 0 AND attname <> 'oid' GROUP BY attrelid LOOP EXECUTE c; END LOOP; END $$",
        );
        let script = part(&server, &["-t", "t", "--role", "reader"]);
        assert!(script.contains("COPY public.t"), "{version}");
    }
}
