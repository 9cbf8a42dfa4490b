"""What is measured: each contender's commands, and where the comparison is unfair."""

import dataclasses
import os
import pathlib
import shlex

from servers import PLACE

BINARY = pathlib.Path(os.environ["DUMPKEEP_BINARY"]).resolve()


@dataclasses.dataclass
class Contender:
    name: str
    command: str
    databases: tuple
    note: str = ""
    # What it makes, for its size; emptied before each run.
    output: str = ""
    before: str = ""
    # What another contender has to have made.
    needs: tuple = ()


def text(command):
    return " ".join(shlex.quote(str(part)) for part in command)


ALL = ("mixed", "narrow", "wide", "skew", "small")
BULK = ("mixed", "narrow", "wide", "skew")
DATABASES = {"postgres": ("mixed", "skew", "small", "indexed"), "mysql": ("mixed", "narrow", "wide", "small", "indexed")}


def dumpkeep(server, database, out):
    dump = f"{BINARY} dump -q {shlex.quote(server.url(database))}"
    if database == "indexed":
        return [Contender("dumpkeep -s", f"{dump} -s -o {out}/k.sql.zst", ("indexed",), output=f"{out}/k.sql.zst")]
    made = [Contender(f"dumpkeep -j{jobs}", f"{dump} --jobs {jobs} -o {out}/k.sql.zst", ALL, output=f"{out}/k.sql.zst")
            for jobs in ((2,) if database == "small" else (1, 2))]
    return made + [Contender("dumpkeep raw", f"{dump} --jobs 1 --compress none -o - >/dev/null", BULK,
                             "uncompressed, to /dev/null")]


def sweep(server, database, out):
    """Time and size against connections and level."""
    dump = f"{BINARY} dump -q {shlex.quote(server.url(database))} --force -o {out}/s.sql.zst"
    made = [Contender(f"dumpkeep -j{jobs}", f"{dump} --jobs {jobs}", ("mixed", "skew"), output=f"{out}/s.sql.zst") for jobs in (4, 8)]
    return made + [Contender(f"dumpkeep -j2 zstd:{level}", f"{dump} --jobs 2 --compress zstd:{level}", ("mixed",),
                             output=f"{out}/s.sql.zst") for level in (1, 6, 9, 12, 19, 22)]


def zstd(script):
    """For the floor: the compressor's own CPU time on the same bytes."""
    return Contender("zstd -3", f"zstd -q -3 --single-thread -c {script} >/dev/null", BULK,
                     "the compressor alone, on dumpkeep's uncompressed script")


def postgres(server, database, out):
    programs = PLACE / "pgclient/programs"
    where = f"-h {server.home} -U postgres -d {database}"
    tables = server.sql(database, "SELECT format('COPY %I TO STDOUT', relname) FROM pg_class WHERE relkind = 'r' "
                        "AND relnamespace = 'public'::regnamespace ORDER BY 1").split("\n")[:-1]
    script = pathlib.Path(out) / "copy.sql"
    script.write_text("".join(f"{line};\n" for line in tables))
    scratch = f"{programs}/psql -X -q -h {server.home} -U postgres -d postgres"
    fresh = f"{scratch} -c 'DROP DATABASE IF EXISTS scratch' -c 'CREATE DATABASE scratch' >/dev/null 2>&1"
    return [
        Contender("pg_dump | zstd", f"{programs}/pg_dump {where} | zstd -q -3 -f -o {out}/p.sql.zst", ALL,
                  "runs through the Debian tree's own loader", f"{out}/p.sql.zst"),
        Contender("pg_dump -s", f"{programs}/pg_dump {where} -s -f {out}/p.sql", ("indexed",), "does not compress", f"{out}/p.sql"),
        Contender("pg_dump -Fd -j2", f"{programs}/pg_dump {where} -Fd -j2 --compress=zstd:3 -f {out}/p.dir", BULK,
                  "", f"{out}/p.dir"),
        Contender("raw read", f"{programs}/psql -X -q {where} -f {script} >/dev/null", BULK,
                  "psql hands each row to stdio; a single connection"),
        Contender("restore dumpkeep -j2", f"{BINARY} restore -q {out}/k.sql.zst --jobs 2 --to "
                  f"{shlex.quote(server.url('scratch'))}", ("mixed",), "", before=fresh, needs=(f"{out}/k.sql.zst",)),
        Contender("restore pg_restore -j2", f"{programs}/pg_restore -h {server.home} -U postgres -d scratch -j2 {out}/p.dir",
                  ("mixed",), "", before=fresh, needs=(f"{out}/p.dir",)),
        Contender("restore psql -f", f"{programs}/psql -X -q -h {server.home} -U postgres -d scratch -o /dev/null "
                  f"-f {script_of(out)}", ("mixed",), "reads pg_dump's uncompressed script, over one connection",
                  before=f"{fresh}; [ -e {script_of(out)} ] || {programs}/pg_dump {where} -f {script_of(out)}"),
    ]


def script_of(out):
    """The peer's plain script, for its client; made once."""
    return f"{out}/peer.sql"


def mysql(server, database, out):
    dump, client = text(server.client("dump")), text(server.client())
    flags = "--single-transaction --quick --routines --events --triggers --hex-blob"
    if not server.maria:
        flags += " --set-gtid-purged=OFF --no-tablespaces"
    names = server.sql("", f"SELECT table_name FROM tables WHERE table_schema = '{database}'").split()
    script = pathlib.Path(out) / "select.sql"
    script.write_text("".join(f"SELECT * FROM {name};\n" for name in sorted(names)))
    login = f"-S {server.home}/socket -u root -B {database}"
    fresh = f"{client} -e 'DROP DATABASE IF EXISTS scratch; CREATE DATABASE scratch'"
    made = [
        Contender("vendor | zstd", f"{dump} {flags} {database} | zstd -q -3 -f -o {out}/v.sql.zst", ALL,
                  "runs through the Debian tree's own loader", f"{out}/v.sql.zst"),
        Contender("vendor --no-data", f"{dump} {flags} --no-data {database} > {out}/v.sql", ("indexed",), "does not compress",
                  f"{out}/v.sql"),
        Contender("raw read", f"{client} --quick -N {database} < {script} >/dev/null", BULK,
                  "the client formats and escapes each value; a single connection"),
        Contender("restore dumpkeep -j2", f"{BINARY} restore -q {out}/k.sql.zst --jobs 2 --to "
                  f"{shlex.quote(server.url('scratch'))}", ("mixed",), "", before=fresh, needs=(f"{out}/k.sql.zst",)),
        Contender("restore mysql <", f"{client} scratch < {script_of(out)}", ("mixed",),
                  "reads the vendor's uncompressed script, over one connection",
                  before=f"{fresh}; [ -e {script_of(out)} ] || {dump} {flags} {database} > {script_of(out)}"),
    ]
    if pathlib.Path("/usr/bin/mydumper").exists():
        folder = f"{out}/m.dir"
        made += [
            Contender("mydumper -t2 zstd", f"mydumper -t 2 {login} -o {folder} -r 100000 && "
                      f"find {folder} -name '*.sql' -print0 | xargs -0 zstd -q -3 -T2 --rm", BULK,
                      "Debian's 0.10 has gzip only: its files are compressed by zstd -T2 behind it", folder),
            Contender("mydumper -t2 plain", f"mydumper -t 2 {login} -o {folder} -r 100000", ("mixed",),
                      "does not compress at all", folder),
            Contender("restore myloader -t2", f"myloader -t 2 -S {server.home}/socket -u root -B scratch -d {folder}",
                      ("mixed",), "reads uncompressed files", before=fresh, needs=(folder,)),
        ]
    return made


def contenders(server, database, out, script, swept):
    of_engine = postgres if server.engine == "postgres" else mysql
    made = dumpkeep(server, database, out) + [zstd(script)] + of_engine(server, database, out)
    if swept:
        made += sweep(server, database, out)
    return [one for one in made if database in one.databases]
