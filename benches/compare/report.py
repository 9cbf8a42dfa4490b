"""The table of medians, ranges and ratios, and the plots, of raw results."""

import json
import os
import pathlib
import statistics

import plots

CORES = os.cpu_count()

# (what, database, ours, theirs, at most)
GOALS = [
    ("pg", "mixed, -j1 against pg_dump \\| zstd", "mixed", "dumpkeep -j1", "pg_dump | zstd", 0.75),
    ("pg", "mixed, -j2 against pg_dump \\| zstd", "mixed", "dumpkeep -j2", "pg_dump | zstd", 0.65),
    ("pg", "mixed, -j2 against pg_dump -Fd -j2", "mixed", "dumpkeep -j2", "pg_dump -Fd -j2", 0.72),
    ("pg", "one table of 90 %, -j2 against pg_dump -Fd -j2", "skew", "dumpkeep -j2", "pg_dump -Fd -j2", 0.65),
    ("pg", "small tables, -j2 against pg_dump \\| zstd", "small", "dumpkeep -j2", "pg_dump | zstd", 0.75),
    ("pg", "definitions alone, -s against pg_dump -s", "indexed", "dumpkeep -s", "pg_dump -s", 1.00),
    ("pg", "to /dev/null against raw COPY", "mixed", "dumpkeep raw", "raw read", 1.10),
    ("pg", "restore -j2 against pg_restore -j2", "mixed", "restore dumpkeep -j2", "restore pg_restore -j2", 0.90),
    ("pg", "restore -j2 against psql -f", "mixed", "restore dumpkeep -j2", "restore psql -f", 1.00),
    ("my", "wide rows, -j1 against the vendor's \\| zstd", "wide", "dumpkeep -j1", "vendor | zstd", 0.40),
    ("my", "narrow rows, -j1 against the vendor's \\| zstd", "narrow", "dumpkeep -j1", "vendor | zstd", 0.75),
    ("my", "mixed, -j2 against the vendor's \\| zstd", "mixed", "dumpkeep -j2", "vendor | zstd", 0.65),
    ("my", "mixed, -j2 against mydumper -t2, zstd", "mixed", "dumpkeep -j2", "mydumper -t2 zstd", 0.60),
    ("my", "small tables, -j2 against the vendor's \\| zstd", "small", "dumpkeep -j2", "vendor | zstd", 0.75),
    ("my", "definitions alone, -s against the vendor's --no-data", "indexed", "dumpkeep -s", "vendor --no-data", 1.00),
    ("my", "to /dev/null against a raw read", "mixed", "dumpkeep raw", "raw read", 1.10),
    ("my", "restore -j2 against myloader -t2", "mixed", "restore dumpkeep -j2", "restore myloader -t2", 0.90),
    ("my", "restore -j2 against mysql <", "mixed", "restore dumpkeep -j2", "restore mysql <", 1.00),
]


def read(path):
    runs, about, failed = {}, [], []
    for line in path.read_text().splitlines():
        line = json.loads(line)
        if "versions" in line:
            about.append(line)
            continue
        if "failed" in line:
            failed.append(line)
            continue
        runs.setdefault((line["server"], line["database"], line["contender"]), []).append(line)
    return runs, about, failed


def median(runs, key, field="wall"):
    return statistics.median(run[field] for run in runs[key]) if key in runs else None


def floor(runs, server, database):
    """Seconds: what the server and the compressor take of all cores."""
    raw, zstd = (server, database, "raw read"), (server, database, "zstd -3")
    if raw not in runs or zstd not in runs:
        return None
    return (median(runs, raw, "server_cpu") + median(runs, zstd, "client_cpu")) / CORES


# (what, database, the field of ours, theirs, at most), for PostgreSQL
SHARES = [
    ("client CPU, mixed, -j1 against pg_dump \\| zstd", "mixed", "client_cpu", 0.85),
    ("size, mixed, -j1 against pg_dump \\| zstd", "mixed", "size", 1.01),
]


def verdict(server, what, limit, measured, unit=""):
    reached = "yes" if measured <= limit else "no"
    return f"| {server} | {what} | {limit:.2f}{unit} | {measured:.2f}{unit} | {reached} |"


def goals(runs):
    lines = ["| server | what | at most | measured | reached |", "|---|---|---|---|---|"]
    for server in dict.fromkeys(key[0] for key in runs):
        for engine, what, database, ours, theirs, limit in GOALS:
            if (engine == "pg") != server.startswith("pg"):
                continue
            mine, other = median(runs, (server, database, ours)), median(runs, (server, database, theirs))
            if mine and other:
                lines.append(verdict(server, what, limit, mine / other))
        for what, database, field, limit in SHARES if server.startswith("pg") else []:
            mine = median(runs, (server, database, "dumpkeep -j1"), field)
            other = median(runs, (server, database, "pg_dump | zstd"), field)
            if mine and other:
                lines.append(verdict(server, what, limit, mine / other))
        for database in dict.fromkeys(key[1] for key in runs if key[0] == server):
            for jobs in (1, 2):
                bound, mine = floor(runs, server, database), median(runs, (server, database, f"dumpkeep -j{jobs}"))
                if bound and mine:
                    lines.append(verdict(server, f"{database}, -j{jobs} against the floor", 1.15, mine / bound))
        for jobs in (1, 2):
            peaks = [run["peak"] for key, of in runs.items() for run in of
                     if key[0] == server and key[2] in (f"dumpkeep -j{jobs}", f"restore dumpkeep -j{jobs}")]
            if peaks:
                lines.append(verdict(server, f"peak memory, -j{jobs}", 64 + 24 * jobs, max(peaks) / 2**20, " MiB"))
    return lines


def details(runs):
    lines = ["| server | data | contender | wall, s | range | client CPU, s | server CPU, s | peak, MiB | size, MB |",
             "|---|---|---|---|---|---|---|---|---|"]
    last = None
    for key in runs:
        server, database, contender = key
        if last != key[:2]:
            last = key[:2]
            bound = floor(runs, server, database)
            if bound:
                lines.append(f"| {server} | {database} | *floor* | {bound:.2f} | | | | | |")
        walls = [run["wall"] for run in runs[key]]
        size = median(runs, key, "size")
        lines.append(f"| {server} | {database} | {contender.replace('|', chr(92) + '|')} | {statistics.median(walls):.2f} "
                     f"| {min(walls):.2f}–{max(walls):.2f} | {median(runs, key, 'client_cpu'):.2f} "
                     f"| {median(runs, key, 'server_cpu'):.2f} | {median(runs, key, 'peak') / 2**20:.0f} "
                     f"| {f'{size / 1e6:.1f}' if size else ''} |")
    return lines


def levels(runs, folder):
    """Time and size against the level, where more than one was run."""
    for server in dict.fromkeys(key[0] for key in runs):
        level = lambda contender: 3 if contender == "dumpkeep -j2" else int(contender.split(":")[1])
        of = sorted((level(key[2]), key) for key in runs if key[:2] == (server, "mixed")
                    and (key[2] == "dumpkeep -j2" or key[2].startswith("dumpkeep -j2 zstd:")))
        if len(of) > 1:
            lines = [("wall time, s", [(at, median(runs, key)) for at, key in of]),
                     ("size, 10 MB", [(at, median(runs, key, "size") / 1e7) for at, key in of])]
            path = folder / f"{server}-levels.svg"
            path.write_text(plots.lines(f"{server}, mixed, -j2: time and size against zstd's level", "level", lines))


def plot(runs, folder):
    levels(runs, folder)
    for server, database in dict.fromkeys(key[:2] for key in runs):
        values = [(key[2], median(runs, key)) for key in runs
                  if key[:2] == (server, database) and not key[2].startswith(("restore", "zstd"))]
        bound = floor(runs, server, database)
        if bound:
            values.append(("floor", bound))
        if len(values) > 1:
            path = folder / f"{server}-{database}.svg"
            path.write_text(plots.bars(f"{server}, {database}: median wall time", sorted(values, key=lambda one: one[1])))


def write(args):
    runs, about, failed = read(args.results)
    versions = about[-1]["versions"]
    lines = [f"{about[-1]['size']} MB of rows in `mixed`, {about[-1]['tables']} tables in `small`; {CORES} cores; "
             f"{versions['date']}; {versions['dumpkeep']} at {versions['commit'][:9]}, {versions['pg_dump']}, "
             f"{versions['mydumper']}, {versions['zstd'].strip('* ')}. Wall times are medians, and peaks of the whole "
             f"process tree. Raw results, with every command: {args.results.name}.", ""]
    lines += goals(runs) + [""] + details(runs) + [""]
    notes = {run["contender"]: run["note"] for of in runs.values() for run in of if run["note"]}
    lines += [f"- {name}: {note}." for name, note in notes.items()]
    lines += [f"- **failed**: {one['server']} {one['database']} {one['failed'].splitlines()[0]}" for one in failed]
    args.results.with_suffix(".md").write_text("\n".join(lines) + "\n")
    plot(runs, args.results.parent)
    print("\n".join(lines))
