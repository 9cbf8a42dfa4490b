"""Private servers: started, filled, asked for their CPU seconds, stopped."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import data

PLACE = pathlib.Path(os.environ["DUMPKEEP_SERVERS"])
TICK = os.sysconf("SC_CLK_TCK")
NOBODY = 65534


def privileged():
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] if os.geteuid() == 0 else []


def run(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout.decode(errors='replace')[-2000:]}")
    return done.stdout.decode(errors="replace")


def cpu_seconds(pid):
    """User and system time of a process, its dead children and its live ones."""
    def fields(of):
        return pathlib.Path(f"/proc/{of}/stat").read_text().rpartition(") ")[2].split()
    total = sum(int(value) for value in fields(pid)[11:15])
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            total += sum(int(value) for value in fields(child)[11:13])
        except FileNotFoundError:
            pass
    return total / TICK


class Server:
    def __init__(self, name, home):
        self.name, self.home = name, pathlib.Path(home) / name
        self.programs = PLACE / name / "programs"
        self.data, self.pid_file = self.home / "data", self.home / "pid"
        self.major = name.lstrip("abcdefghijklmnopqrstuvwxyz")

    @property
    def pid(self):
        return int(self.pid_file.read_text())

    def running(self):
        return self.pid_file.exists() and pathlib.Path(f"/proc/{self.pid}").exists()

    def spawn(self, command):
        log = open(self.home / "log", "ab")
        child = subprocess.Popen(privileged() + command, cwd="/", stdout=log, stderr=log, start_new_session=True)
        self.pid_file.write_text(str(child.pid))
        for _ in range(600):
            try:
                self.sql("", "SELECT 1")
                return
            except SystemExit as error:
                last = error
                time.sleep(0.1)
        raise last

    def prepare(self):
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "tmp").mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.home, NOBODY, NOBODY)
            shutil.chown(self.home / "tmp", NOBODY, NOBODY)

    def stop(self):
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
            for child in subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True).stdout.split():
                os.kill(int(child), signal.SIGKILL)
        time.sleep(0.3)
        shutil.rmtree(self.home, ignore_errors=True)

    def fill(self, files, rows, tables):
        small = rows["wide"] // data.SMALL_TABLES
        part = max(1, min(small, int(rows["wide"] * 0.1 / 0.45 / data.SMALL_TABLES)))
        self.make("mixed", files, ["narrow", "wide", "blobs", "numerics"], self.small_tables(400, small, part))
        if self.engine == "mysql":
            self.make("narrow", files, ["narrow"], [])
            self.make("wide", files, ["wide"], [])
        else:
            self.make("skew", files, ["wide", "numerics"], [self.double(rows["wide"])])
        self.make("small", files, [], self.tiny_tables(tables))
        self.make("indexed", files, [], self.indexed_tables(tables))


class Postgres(Server):
    engine = "postgres"
    TABLES = {
        "narrow": "id integer PRIMARY KEY, a integer, b smallint, c integer, d smallint",
        "wide": "id integer PRIMARY KEY, title varchar(100), body text, doc jsonb, at timestamp",
        "blobs": "id integer PRIMARY KEY, b bytea",
        "numerics": "id integer PRIMARY KEY, price numeric(12,2), ratio numeric(20,6), f double precision, on_day date",
    }

    def start(self):
        self.prepare()
        if not self.data.exists():
            run(privileged() + [self.programs / "initdb", "--no-sync", "--auth=trust", "--username=postgres",
                                "--encoding=UTF8", "--locale=C.UTF-8", "-D", self.data], cwd="/")
        settings = {"listen_addresses": "", "unix_socket_directories": self.home, "fsync": "off",
                    "shared_buffers": "512MB", "max_wal_size": "4GB", "autovacuum": "off",
                    "max_locks_per_transaction": "2000", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.spawn([self.programs / "postgres", "-D", self.data, *options])

    def sql(self, database, text):
        return run([PLACE / "pgclient/programs/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.home,
                    "-U", "postgres", "-d", database or "postgres"], input=text.encode())

    def make(self, database, files, tables, more):
        self.sql("", f"CREATE DATABASE {database}")
        for table in tables:
            create = f"CREATE TABLE {table} ({self.TABLES[table]});\n"
            load = f"\\copy {table} from '{files}/{table}.tsv'\n"
            if table == "blobs":
                load = (f"CREATE TEMP TABLE hex (id integer, b text);\n\\copy hex from '{files}/blobs.tsv'\n"
                        "INSERT INTO blobs SELECT id, decode(b, 'hex') FROM hex;")
            self.sql(database, create + load)
        self.sql(database, "\n".join(more) + "\nVACUUM ANALYZE;\nCHECKPOINT;")

    def small_tables(self, count, step, part):
        return [f"CREATE TABLE small_{n} ({self.TABLES['wide']}); INSERT INTO small_{n} SELECT * FROM wide "
                f"WHERE id > {n * step} AND id <= {n * step + part};" for n in range(count)]

    def double(self, rows):
        return f"INSERT INTO wide SELECT id + {rows}, title, body, doc, at FROM wide ORDER BY id;"

    def tiny_tables(self, count):
        return [f"CREATE TABLE t{n} (id integer PRIMARY KEY, v varchar(20)); "
                f"INSERT INTO t{n} VALUES (1, 'one'), (2, 'two');" for n in range(count)]

    def indexed_tables(self, count):
        return [f"CREATE TABLE t{n} (id integer PRIMARY KEY, name varchar(40) NOT NULL, price numeric(10,2), "
                f"at timestamp DEFAULT now(), other integer DEFAULT 0); CREATE INDEX i{n} ON t{n} (name, at);"
                for n in range(count)]

    def url(self, database):
        return f"postgres://postgres@/{database}?host={self.home}"


class MySql(Server):
    engine = "mysql"
    TABLES = {
        "narrow": "id int PRIMARY KEY, a int, b smallint, c int, d tinyint",
        "wide": "id int PRIMARY KEY, title varchar(100), body text, doc json, at datetime",
        "blobs": "id int PRIMARY KEY, b mediumblob",
        "numerics": "id int PRIMARY KEY, price decimal(12,2), ratio decimal(20,6), f double, on_day date",
    }

    @property
    def maria(self):
        return self.name.startswith("mariadb")

    def program(self, *names):
        return next(self.programs / name for name in names if (self.programs / name).exists())

    def paths(self):
        base, server = PLACE / self.name, self.program("mariadbd", "mysqld")
        more = [] if self.maria else ["--secure-file-priv=", "--mysqlx=off"]
        return [server, "--no-defaults", f"--basedir={base}/usr", f"--lc-messages-dir={base}/share",
                f"--character-sets-dir={base}/share/charsets", f"--plugin-dir={base}/plugin",
                f"--datadir={self.data}", f"--tmpdir={self.home}/tmp", *more]

    def initialise(self):
        if not self.maria:
            return run(privileged() + self.paths() + ["--initialize-insecure"], cwd="/")
        share = PLACE / self.name / "share"
        script = ("CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n"
                  "SET @skip_auth_anonymous = 'set';\nSET @current_hostname = 'localhost';\n")
        for part in ("system_tables", "performance_tables", "system_tables_data", "sys_schema"):
            for flavour in ("mysql", "mariadb"):
                file = share / f"{flavour}_{part}.sql"
                script += file.read_text() + "\n" if file.exists() else ""
        script += (share / "maria_add_gis_sp_bootstrap.sql").read_text()
        run(privileged() + ["mkdir", self.data])
        run(privileged() + self.paths() + ["--bootstrap"], input=script.encode(), cwd="/")

    def start(self):
        self.prepare()
        if not self.data.exists():
            self.initialise()
        redo = ["--innodb-log-file-size=512M"] if self.maria else ["--innodb-redo-log-capacity=512M"]
        self.spawn(self.paths() + redo + [
            f"--socket={self.home}/socket", "--skip-networking", "--innodb-buffer-pool-size=2G",
            "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin", "--performance-schema=off",
            "--innodb-doublewrite=0", "--table-open-cache=12000", "--open-files-limit=30000",
            "--max-allowed-packet=1G", "--table-definition-cache=12000"])

    def client(self, program="sql"):
        names = {"sql": ("mariadb", "mysql"), "dump": ("mariadb-dump", "mysqldump")}[program]
        return [self.program(*names), "--no-defaults", f"--socket={self.home}/socket", "-uroot"]

    def sql(self, database, text):
        return run(self.client() + ["-N", database or "information_schema"], input=text.encode())

    def make(self, database, files, tables, more):
        self.sql("", f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        for table in tables:
            names = "(id, @b) SET b = UNHEX(@b)" if table == "blobs" else ""
            self.sql(database, f"CREATE TABLE {table} ({self.TABLES[table]}); LOAD DATA INFILE '{files}/{table}.tsv' "
                     f"INTO TABLE {table} CHARACTER SET utf8mb4 {names}")
        names = self.sql("", f"SELECT table_name FROM tables WHERE table_schema = '{database}'").split()
        analyze = [f"ANALYZE TABLE {name};" for name in names[:1000]]
        self.sql(database, "\n".join(more + analyze))

    def small_tables(self, count, step, part):
        return Postgres.small_tables(self, count, step, part)

    def double(self, rows):
        return Postgres.double(self, rows)

    def tiny_tables(self, count):
        # ten thousand files take longer than everything else
        return self.in_one_file(Postgres.tiny_tables(self, count))

    def indexed_tables(self, count):
        return self.in_one_file(Postgres.indexed_tables(self, count))

    def in_one_file(self, tables):
        together = "SET GLOBAL innodb_file_per_table = "
        return [together + "OFF;", *tables, together + "ON;"]

    def url(self, database):
        scheme = "mariadb" if self.maria else "mysql"
        return f"{scheme}://root@localhost/{database}?socket={self.home}/socket"


def server(name, home):
    return (Postgres if name.startswith("pg") else MySql)(name, home)
