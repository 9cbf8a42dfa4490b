"""Peak memory of dump and restore where it could grow: with the row, the rows, the tables. See memory.sh."""

import argparse
import os
import pathlib
import shutil
import subprocess
import time

import servers

BINARY = pathlib.Path(os.environ["DUMPKEEP_BINARY"]).resolve()
BATCH = 1000


def one_row(server, args):
    size = args.row << 20
    if server.engine == "postgres":
        return f"CREATE TABLE large (a text); INSERT INTO large VALUES (repeat('x', {size}))"
    return f"CREATE TABLE large (a longtext); INSERT INTO large VALUES (REPEAT('x', {size}))"


def many_rows(server, args):
    if server.engine == "postgres":
        return (f"CREATE UNLOGGED TABLE many AS SELECT g AS i, lpad(g::text, 10, '0') AS t "
                f"FROM generate_series(1, {args.rows}) g; ANALYZE many")
    table = "CREATE TABLE many (i int PRIMARY KEY, t char(10)) CHARACTER SET latin1;"
    if server.maria:
        return f"{table} INSERT INTO many SELECT seq, LPAD(seq, 10, '0') FROM seq_1_to_{args.rows}"
    digits = "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 " \
             "UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
    places = len(str(args.rows - 1))
    number = " + ".join(f"d{n}.d * {10 ** n}" for n in range(places))
    tables = ", ".join(f"{digits} d{n}" for n in range(places))
    return f"{table} INSERT INTO many SELECT n, LPAD(n, 10, '0') FROM (SELECT {number} AS n FROM {tables}) x WHERE n < {args.rows}"


def many_tables(server, args):
    made = "".join(f"CREATE TABLE t{n} (id integer, v varchar(20));\n" for n in range(args.tables))
    if server.engine == "postgres":
        return made
    return f"SET GLOBAL innodb_file_per_table = OFF;\n{made}SET GLOBAL innodb_file_per_table = ON;\n"


def content(case, server, database):
    """What must be the same in the restored database: memory that was saved by losing rows is none."""
    if case == "tables":
        schema = "'public'" if server.engine == "postgres" else "database()"
        return server.sql(database, f"SELECT count(*) FROM information_schema.tables WHERE table_schema = {schema}")
    column = {"row": "sum(length(a))", "rows": "sum(length(t))"}[case]
    return server.sql(database, f"SELECT count(*), {column} FROM {'large' if case == 'row' else 'many'}")


CASES = {"row": one_row, "rows": many_rows, "tables": many_tables}


def peak(command):
    begun = time.monotonic()
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    said = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        return None, time.monotonic() - begun, " ".join(said.split())[:200]
    return usage.ru_maxrss / 1024, time.monotonic() - begun, ""


def allowed(case, jobs, args):
    return 64 + 24 * jobs + (args.row if case == "row" else 0)


def run(name, args):
    server = servers.server(name, args.home)
    if not server.running():
        server.start()
    for case in args.cases:
        database, file = f"memory_{case}", args.home / "k.sql.zst"
        server.sql("", f"CREATE DATABASE {database}")
        server.sql(database, CASES[case](server, args))
        about = {"row": f"one row of {args.row} MiB", "rows": f"{args.rows:,} rows", "tables": f"{args.tables:,} tables"}[case]
        for jobs in args.jobs:
            commands = {"dump": [BINARY, "dump", "-q", "--force", "-o", file, "-j", str(jobs), server.url(database)]}
            server.sql("", "DROP DATABASE IF EXISTS scratch")
            server.sql("", "CREATE DATABASE scratch")
            commands["restore"] = [BINARY, "restore", "-q", file, "-j", str(jobs), "--to", server.url("scratch")]
            for what, command in commands.items():
                mib, seconds, said = peak(command)
                shown = said if mib is None else f"{mib:.0f} MiB"
                if what == "restore" and mib is not None and content(case, server, "scratch") != content(case, server, database):
                    raise SystemExit(f"{name}: {about}: what came back is not what was saved")
                print(f"| {name} | {about} | {what} -j{jobs} | {allowed(case, jobs, args)} MiB | {shown} | {seconds:.1f} s |",
                      flush=True)
        server.sql("", f"DROP DATABASE {database}")
    server.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", default="pg18,mariadb10.11,mysql9.7")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--jobs", default="1,4")
    parser.add_argument("--row", type=int, default=300, help="MiB")
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--tables", type=int, default=100_000)
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path("/var/tmp/dumpkeep-memory"))
    args = parser.parse_args()
    args.servers, args.cases = args.servers.split(","), args.cases.split(",")
    args.jobs = [int(jobs) for jobs in args.jobs.split(",")]
    args.home.mkdir(parents=True, exist_ok=True)
    print("| server | what | command | at most | peak | time |\n|---|---|---|---|---|---|", flush=True)
    try:
        for name in args.servers:
            run(name, args)
    finally:
        for name in args.servers:
            servers.server(name, args.home).stop()
        shutil.rmtree(args.home, ignore_errors=True)


main()
