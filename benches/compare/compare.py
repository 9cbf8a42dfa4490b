"""Runs the contenders interleaved and keeps what was measured. See run.sh."""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

import contenders
import data
import report
import servers

HERE = pathlib.Path(__file__).resolve().parent
PAGE = os.sysconf("SC_PAGE_SIZE")
DATABASES = "mixed,narrow,wide,skew,small,indexed"
SERVERS = "pg18,mariadb10.11,mysql9.7"


def tree(pid):
    """A process and all that it started."""
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        try:
            for task in os.listdir(f"/proc/{found[-1]}/task"):
                left += map(int, pathlib.Path(f"/proc/{found[-1]}/task/{task}/children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def resident(pid):
    try:
        return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0


class Watch(threading.Thread):
    """The peak of a process tree's resident memory, looked at every 50 ms."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0, threading.Event()

    def run(self):
        while not self.done.wait(0.05):
            self.peak = max(self.peak, sum(resident(pid) for pid in tree(self.pid)))


class Failed(Exception):
    """A contender that ended with an error: noted, and the others go on."""


def remove(path):
    path = pathlib.Path(path)
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def size(path):
    path = pathlib.Path(path)
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def measure(contender, server):
    if contender.output:
        remove(contender.output)
    missing = [path for path in contender.needs if not pathlib.Path(path).exists()]
    if missing:
        raise Failed(f"{contender.name}: {missing[0]} was not made")
    if contender.before:
        done = subprocess.run(contender.before, shell=True, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{contender.name}: {contender.before}\n{done.stderr[-1500:]}")
    at_server, start = servers.cpu_seconds(server.pid), time.monotonic()
    child = subprocess.Popen(["bash", "-c", f"set -o pipefail; {contender.command}"], stderr=subprocess.PIPE)
    watch = Watch(child.pid)
    watch.start()
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    watch.done.set()
    if status:
        raise Failed(f"{contender.name}: {contender.command}\n{said.decode(errors='replace')[-1500:]}")
    return {"wall": wall, "client_cpu": usage.ru_utime + usage.ru_stime, "peak": watch.peak,
            "server_cpu": servers.cpu_seconds(server.pid) - at_server,
            "size": size(contender.output) if contender.output else 0}


def versions():
    def first(*command):
        try:
            return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]
        except FileNotFoundError:
            return "absent"
    programs = servers.PLACE / "pgclient/programs"
    return {"dumpkeep": first(contenders.BINARY, "--version"), "pg_dump": first(programs / "pg_dump", "--version"),
            "zstd": first("zstd", "--version"), "mydumper": first("mydumper", "--version"),
            "commit": first("git", "-C", HERE, "rev-parse", "HEAD"), "cores": os.cpu_count(),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def start_one(name, files, rows, args):
    server = servers.server(name, args.home)
    if not server.running():
        server.start()
    if not (server.home / "filled").exists():
        server.fill(files, rows, args.tables)
        (server.home / "filled").touch()
    print(f"{name}: ready", flush=True)


def start(args):
    files = args.home / "files"
    if not (files / "rows.json").exists():
        files.mkdir(parents=True, exist_ok=True)
        rows = data.write(files, args.size)
        (files / "rows.json").write_text(json.dumps(rows))
    rows = json.loads((files / "rows.json").read_text())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(start_one, name, files, rows, args) for name in args.servers]:
            done.result()


def plain(server, database, out):
    """dumpkeep's uncompressed script: what the compressor alone is measured on."""
    path = out / "plain.sql"
    command = [contenders.BINARY, "dump", "-q", "--force", "--compress", "none", "-o", path, server.url(database)]
    subprocess.run(command, check=True)
    return path


def planned(args, out):
    """Each server's databases with what is run on them, in the order of one round."""
    for name in args.servers:
        server = servers.server(name, args.home)
        about = server.sql("", "SELECT version()").strip()
        for database in (one for one in args.databases if one in contenders.DATABASES[server.engine]):
            # a folder for each: nobody reads what was made of another server
            folder = out / f"{name}-{database}"
            folder.mkdir()
            script = plain(server, database, folder)
            made = contenders.contenders(server, database, folder, script, args.sweep)
            yield server, about, database, size(script), [one for one in made if not args.only or one.name in args.only]


def anywhere(command, args):
    """The command without this machine's folders."""
    for folder, name in ((contenders.BINARY, "dumpkeep"), (args.home, "HOME"), (servers.PLACE, "SERVERS")):
        command = command.replace(str(folder), name)
    return command


def measure_all(args):
    """Round by round over everything, so that what the machine does meanwhile hits all alike."""
    out, begun, failed = args.home / "out", time.monotonic(), set()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    args.results.parent.mkdir(parents=True, exist_ok=True)
    with open(args.results, "w") as log:
        log.write(json.dumps({"versions": versions(), "size": args.size, "tables": args.tables}) + "\n")
        plans = list(planned(args, out))
        for number in range(args.rounds):
            for server, about, database, bytes_of_sql, wanted in plans:
                for contender in wanted:
                    # one whole round, whatever it takes
                    if number and args.minutes and time.monotonic() - begun > 60 * args.minutes:
                        break
                    key = (server.name, database, contender.name)
                    if key in failed:
                        continue
                    line = {"server": server.name, "version": about, "database": database, "contender": contender.name,
                            "note": contender.note, "command": anywhere(contender.command, args), "round": number, "plain": bytes_of_sql}
                    try:
                        numbers = measure(contender, server)
                    except Failed as error:
                        failed.add(key)
                        log.write(json.dumps(line | {"failed": str(error)}) + "\n")
                        print(f"{server.name} {database}: FAILED {error}", flush=True)
                        continue
                    log.write(json.dumps(line | numbers) + "\n")
                    log.flush()
                    print(f"{number} {server.name} {database:7} {contender.name:24} {numbers['wall']:7.2f} s  client "
                          f"{numbers['client_cpu']:6.2f} s  server {numbers['server_cpu']:6.2f} s  "
                          f"{numbers['peak'] / 2**20:6.0f} MiB  {numbers['size'] / 1e6:8.1f} MB", flush=True)
    shutil.rmtree(out)


def stop(args):
    for name in args.servers:
        servers.server(name, args.home).stop()


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("step", nargs="?", default="all", choices=["all", "start", "measure", "report", "stop"])
    parser.add_argument("--servers", default=SERVERS)
    parser.add_argument("--databases", default=DATABASES)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=0, help="begin no run after this; one round is always made")
    parser.add_argument("--tables", type=int, default=10_000, help="tables in the database `small`")
    parser.add_argument("--sweep", action="store_true", help="more connections and other levels, too")
    parser.add_argument("--size", type=int, default=300, help="MB of rows in the database `mixed`")
    parser.add_argument("--home", type=pathlib.Path, default=pathlib.Path("/var/tmp/dumpkeep-compare"))
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path("results/latest.jsonl"))
    args = parser.parse_args()
    for name in ("servers", "databases", "only"):
        setattr(args, name, [part for part in getattr(args, name).split(",") if part])
    return args


def main():
    args = arguments()
    steps = {"start": start, "measure": measure_all, "report": report.write, "stop": stop}
    if args.step != "all":
        return steps[args.step](args)
    try:
        for step in ("start", "measure", "report"):
            steps[step](args)
    finally:
        stop(args)


main()
