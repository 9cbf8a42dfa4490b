//! Backups that prove themselves: restored into a scratch database as the configuration says, noted
//! beside the dumps, shown by `status`, gone with their dumps.

use std::path::{Path, PathBuf};

use crate::support::command::{Ran, with_config};
use crate::support::server::{MariaDb, Postgres};

struct Night {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Night {
    fn new(url: &str, prove: &str, last: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("dumpkeep.toml");
        let root = folder.path().join("store");
        let text = format!(
            "root = \"{}\"\n[retention]\nlast = {last}\ndays = 0\nweeks = 0\nmonths = 0\nyears = 0\n\
             [report]\nhtml = \"{}\"\nprometheus = \"{}\"\n\
             [[target]]\nname = \"t\"\nurl = \"{url}\"\ndatabases = [\"shop\"]\nglobals = false\n\
             prove = {prove}\n",
            root.display(),
            folder.path().join("page.html").display(),
            folder.path().join("dumpkeep.prom").display(),
        );
        std::fs::write(&config, text).expect("a configuration");
        Self { folder, config }
    }

    fn backup(&self) -> Ran {
        with_config(&self.config, &["backup"])
    }

    fn files(&self, of: &str) -> Vec<String> {
        let folder = self.folder.path().join("store/t/shop").join(of);
        let Ok(files) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut names: Vec<String> = files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }

    fn status(&self) -> serde_json::Value {
        let ran = with_config(&self.config, &["status", "--json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        serde_json::from_str(&ran.out).expect("JSON")
    }
}

fn good(ran: &Ran) {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

/// Names are of seconds.
fn next_second() {
    std::thread::sleep(std::time::Duration::from_millis(1100));
}

#[test]
fn each_backup_is_proven_and_its_note_goes_with_it() {
    let server = Postgres::start("18");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (a int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 99)",
    );
    let url = server.url("shop");
    let prove = format!(
        "{{ url = \"{}\", when = \"always\" }}",
        server.url("postgres")
    );
    let night = Night::new(&url, &prove, 1);
    assert_eq!(night.status_before(), None);
    good(&night.backup());
    let first = night.files("dumps");
    assert_eq!(night.files("proofs"), [format!("{}.json", first[0])]);
    let proven = &night.status()["databases"][0]["proven"];
    assert_eq!(proven["file"], first[0].as_str());
    assert!(night.text("page.html").contains("Proven by restoring"));
    assert!(
        night
            .text("dumpkeep.prom")
            .contains("dumpkeep_last_proof_timestamp_seconds{")
    );
    let table = with_config(&night.config, &["status"]);
    assert!(table.out.contains("proven"), "{}", table.out);
    next_second();
    good(&night.backup());
    let second = night.files("dumps");
    assert!(second.len() == 1 && second != first, "{second:?}");
    assert_eq!(night.files("proofs"), [format!("{}.json", second[0])]);
    let left = server.sql(
        "postgres",
        "SELECT count(*) FROM pg_database WHERE datname LIKE 'dumpkeep%'",
    );
    assert_eq!(left.trim(), "0");
}

impl Night {
    /// What is proven before there is anything.
    fn status_before(&self) -> Option<String> {
        let ran = with_config(&self.config, &["status", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.out).ok()?;
        Some(json["databases"][0]["proven"]["file"].as_str()?.to_owned())
    }
}

#[test]
fn one_backup_a_week_is_proven_and_a_failed_proof_prunes_nothing() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)",
    );
    server.sql(
        "",
        "CREATE USER prover@localhost IDENTIFIED BY 'pw'; GRANT ALL ON `dumpkeep\\_verify\\_%`.* TO prover@localhost",
    );
    let url = server.url("shop");
    let prover = server.url("").replace("root@", "prover:pw@");
    let night = Night::new(&url, &format!("{{ url = \"{prover}\" }}"), 2);
    good(&night.backup());
    next_second();
    good(&night.backup());
    let proven = night.files("proofs");
    let dumps = night.files("dumps");
    assert_eq!(dumps.len(), 2, "{dumps:?}");
    assert_eq!(
        proven,
        [format!("{}.json", dumps[0])],
        "the first of the week alone"
    );
    let other = Night::new(
        &url,
        &format!("{{ url = \"{prover}\", when = \"always\" }}"),
        1,
    );
    good(&other.backup());
    server.sql(
        "",
        "REVOKE ALL ON `dumpkeep\\_verify\\_%`.* FROM prover@localhost",
    );
    next_second();
    let failed = other.backup();
    assert_eq!(failed.code, Some(4), "{}", failed.err);
    assert!(
        failed.err.contains("scratch database") || failed.err.contains("proving"),
        "{}",
        failed.err
    );
    assert_eq!(other.files("dumps").len(), 2, "nothing is pruned");
    let notes = other.files("proofs");
    let last: &Path = Path::new(notes.last().expect("a note"));
    let note = other.text(&format!("store/t/shop/proofs/{}", last.display()));
    assert!(note.contains("\"good\":false"), "{note}");
}
