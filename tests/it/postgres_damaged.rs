//! Catalogs in a state that no statement makes: rows that others count on are gone, a partition is half
//! detached. What can't be carried is an error that names it, never a smaller dump.

use std::collections::BTreeSet;

use dumpkeep::postgres::claims::references::NAMINGS;

use crate::support::command::{Ran, ran};
use crate::support::server::Postgres;

const HEALTHY: &str = r#"
CREATE SCHEMA inner_one;
CREATE TABLE parted (a integer) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parent (a integer, x text DEFAULT 'x' CHECK (x <> ''));
CREATE TABLE child (b integer) INHERITS (parent);
CREATE TABLE inner_one.keyed (a integer CONSTRAINT first_key PRIMARY KEY);
CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER passing BEFORE INSERT ON parent FOR EACH ROW EXECUTE PROCEDURE passes();
CREATE DOMAIN small AS integer CHECK (VALUE < 10);
CREATE TABLE smalls (s small);
CREATE LANGUAGE tongue HANDLER plpgsql_call_handler;
CREATE FUNCTION spoken() RETURNS void LANGUAGE tongue AS '';
CREATE OPERATOR CLASS ints FOR TYPE integer USING btree AS OPERATOR 1 <,
  FUNCTION 1 btint4cmp(integer, integer);
CREATE INDEX classed ON parent (a ints);
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER far FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE away (a integer) SERVER far;
CREATE TYPE pair AS (x integer, y integer);
CREATE TABLE counted (n integer GENERATED ALWAYS AS IDENTITY);
"#;

/// What is done to the catalogs, and what the error says.
const DAMAGES: &[(&str, &str)] = &[
    (
        "DELETE FROM pg_class WHERE relname = 'parted'",
        "part of pg_inherits",
    ),
    (
        "DELETE FROM pg_class WHERE relname = 'parent'",
        "child of pg_inherits",
    ),
    (
        "DELETE FROM pg_inherits WHERE inhrelid = 'part'::regclass",
        "part (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_inherits WHERE inhrelid = 'child'::regclass",
        "child (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_namespace WHERE nspname = 'inner_one'",
        "keyed of pg_class",
    ),
    (
        "UPDATE pg_class SET relowner = 99999 WHERE relname = 'smalls'",
        "smalls of pg_class",
    ),
    (
        "DELETE FROM pg_language WHERE lanname = 'tongue'",
        "spoken of pg_proc",
    ),
    (
        "DELETE FROM pg_proc WHERE proname = 'passes'",
        "passing of pg_trigger",
    ),
    (
        "DELETE FROM pg_opclass WHERE opcname = 'ints'",
        "cache lookup failed for opclass",
    ),
    (
        "DELETE FROM pg_type WHERE typname = 'small'",
        "s of relation",
    ),
    ("DELETE FROM pg_foreign_server", "away of pg_foreign_table"),
    (
        "DELETE FROM pg_class WHERE relname = 'pair'",
        "pair of pg_type",
    ),
    (
        "DELETE FROM pg_sequence",
        "counted_n_seq (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_attrdef WHERE adrelid = 'parent'::regclass",
        "parent (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_constraint WHERE conrelid = 'parent'::regclass",
        "parent (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_constraint WHERE conname = 'first_key'",
        "first_key (the catalog is damaged",
    ),
    (
        "DELETE FROM pg_attribute WHERE attrelid = 'pair'::regclass AND attname = 'y'",
        "pair (the catalog is damaged",
    ),
];

fn dump(server: &Postgres, database: &str) -> Ran {
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    ran(&["dump", &server.url(database), "-o", file])
}

fn names_what_is_gone(version: &str) {
    let server = Postgres::with(version).setting("allow_system_table_mods", "on");
    let server = server.start();
    server.create_database("whole");
    server.sql("whole", HEALTHY);
    let healthy = dump(&server, "whole");
    assert_eq!(healthy.code, Some(0), "{version}: {}", healthy.err);
    for (damage, says) in DAMAGES {
        server.sql("postgres", "CREATE DATABASE a TEMPLATE whole");
        server.sql("a", damage);
        let ran = dump(&server, "a");
        assert_ne!(ran.code, Some(0), "{version}, {damage}");
        assert!(ran.err.contains(says), "{version}, {damage}: {}", ran.err);
        server.sql("postgres", "DROP DATABASE a");
    }
}

#[test]
fn what_is_gone_from_the_catalogs_is_named_on_11() {
    names_what_is_gone("11");
}

#[test]
fn what_is_gone_from_the_catalogs_is_named_on_18() {
    names_what_is_gone("18");
}

/// Shared catalogs; notes about objects, which are none.
const NOT_LOOKED_AT: &[&str] = &[
    "pg_auth_members",
    "pg_database",
    "pg_db_role_setting",
    "pg_depend",
    "pg_description",
    "pg_init_privs",
    "pg_largeobject",
    "pg_seclabel",
    "pg_shdepend",
    "pg_shdescription",
    "pg_shseclabel",
    "pg_statistic",
    "pg_statistic_ext_data",
    "pg_subscription",
    "pg_subscription_rel",
    "pg_tablespace",
];

/// No definition says them, or the server fails without them (`references` says more).
const COLUMNS_NOT_LOOKED_AT: &[&str] = &[
    "pg_class.relrewrite",
    "pg_class.reltype",
    "pg_class.reltoastrelid",
    "pg_constraint.conexclop",
    "pg_constraint.conffeqop",
    "pg_constraint.connamespace",
    "pg_constraint.conpfeqop",
    "pg_constraint.conppeqop",
    "pg_index.indclass",
    "pg_index.indcollation",
    "pg_operator.oprcom",
    "pg_operator.oprnegate",
    "pg_partitioned_table.partclass",
    "pg_partitioned_table.partcollation",
    "pg_type.typarray",
];

#[test]
fn every_reference_between_catalogs_is_looked_at() {
    let server = Postgres::start("18");
    let sql = "SELECT fktable::text || '.' || fkcols[1] FROM pg_get_catalog_foreign_keys() \
               WHERE array_length(fkcols, 1) = 1";
    let rows = server.sql("postgres", sql);
    let looked_at: BTreeSet<String> = NAMINGS
        .iter()
        .flat_map(|naming| {
            let columns = naming.columns.iter();
            columns.map(|column| format!("{}.{}", naming.catalog, column.name))
        })
        .collect();
    let open: Vec<&str> = rows
        .lines()
        .filter(|at| !looked_at.contains(*at) && !COLUMNS_NOT_LOOKED_AT.contains(at))
        .filter(|at| !NOT_LOOKED_AT.contains(&at.split('.').next().unwrap_or_default()))
        .collect();
    assert_eq!(open, Vec::<&str>::new());
}

const PARTED: &str = r#"
CREATE TABLE parted (a integer PRIMARY KEY, b text) PARTITION BY RANGE (a);
CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE TABLE high PARTITION OF parted FOR VALUES FROM (10) TO (20);
CREATE INDEX ON parted (b);
INSERT INTO parted SELECT a, a FROM generate_series(0, 19) a;
UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'low'::regclass;
"#;

fn half_detached(version: &str) {
    let server = Postgres::with(version).setting("allow_system_table_mods", "on");
    let server = server.start();
    for database in ["a", "b"] {
        server.create_database(database);
    }
    server.sql("a", PARTED);
    assert_eq!(server.sql("a", "SELECT count(*) FROM parted"), "10");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    let dumped = ran(&["dump", &server.url("a"), "-o", file]);
    assert_eq!(dumped.code, Some(0), "{version}: {}", dumped.err);
    let says = "public.low: its DETACH … CONCURRENTLY from public.parted was not finished";
    assert!(dumped.err.contains(says), "{version}: {}", dumped.err);
    let restored = ran(&["restore", file, "--to", &server.url("b")]);
    assert_eq!(restored.code, Some(0), "{version}: {}", restored.err);
    // as pg_dump has it, which says nothing
    assert_eq!(server.sql("b", "SELECT count(*) FROM parted"), "20");
    assert_eq!(
        server.reference_dump("a", &[]),
        server.reference_dump("b", &[])
    );

    server.sql("a", "ALTER TABLE parted ADD CONSTRAINT k CHECK (a <> 77)");
    let dumped = dump(&server, "a");
    assert_ne!(dumped.code, Some(0), "{version}");
    let hint = "ALTER TABLE public.parted DETACH PARTITION public.low FINALIZE";
    assert!(dumped.err.contains(hint), "{version}: {}", dumped.err);
    server.sql("a", "ALTER TABLE parted DROP CONSTRAINT k");
    server.sql("a", hint);
    let dumped = dump(&server, "a");
    assert_eq!(dumped.code, Some(0), "{version}: {}", dumped.err);
}

#[test]
fn a_half_detached_partition_is_attached_and_told_on_14() {
    half_detached("14");
}

#[test]
fn a_half_detached_partition_is_attached_and_told_on_18() {
    half_detached("18");
}
