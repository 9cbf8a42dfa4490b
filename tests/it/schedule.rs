//! `dumpkeep schedule`: a process that stays, its signals, its web server, and the pages after a run.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::command::dumpkeep;
use crate::support::night::Night;

struct Staying {
    child: Child,
    address: String,
}

impl Staying {
    fn start(night: &Night) -> Self {
        let mut command = dumpkeep();
        command
            .args(["schedule", "--listen", "127.0.0.1:0", "-c"])
            .arg(night.config());
        command.stderr(Stdio::piped()).stdin(Stdio::null());
        let mut child = command.spawn().expect("dumpkeep starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its output"));
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "it ended");
        }
        let address = line
            .split("http://")
            .nth(1)
            .expect("an address")
            .trim()
            .to_owned();
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("asked");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("answered");
        text
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.expect("kill starts").success());
    }

    fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

fn until(what: &str, mut there: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !there() {
        assert!(clock.elapsed() < Duration::from_secs(100), "no {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn night(dump: &str, schedule: &str) -> Night {
    let night = Night::new(&format!(
        "[scheduler]\ngrace = \"2s\"\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = {dump:?}\nschedule = \"{schedule}\"\n"
    ));
    // A backup of long ago: its next start was missed, and is made good at once.
    let dumps = night.store().join("t/data/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    fs::write(dumps.join("data_2020-01-01_00-00-00.dump.zst"), "old").expect("written");
    night
}

#[test]
fn a_missed_start_is_made_good_once_and_term_ends_the_wait() {
    let night = night("echo new", "0 0 1 1 *");
    let staying = Staying::start(&night);
    until("backup", || night.dumps("data").len() == 2);
    until("health", || {
        staying.get("/health").contains("\"exit_code\":0")
    });
    assert!(
        staying
            .get("/metrics")
            .contains("dumpkeep_backups{database=\"data\",target=\"t\"} 2")
    );
    assert!(staying.get("/").contains("<h1>Backups of"));
    assert!(staying.get("/other").starts_with("HTTP/1.1 404"));
    staying.signal("HUP");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(night.dumps("data").len(), 2, "once");
    staying.signal("TERM");
    assert_eq!(staying.ended(), Some(0));
}

#[test]
fn a_failed_run_is_not_healthy_and_a_new_configuration_is_taken() {
    let night = night("exit 1", "0 0 1 1 *");
    let staying = Staying::start(&night);
    until("run", || staying.get("/health").contains("\"exit_code\":4"));
    assert!(staying.get("/health").starts_with("HTTP/1.1 503"));
    assert!(
        staying.get("/").contains("exit code 1"),
        "the page has the error"
    );
    let text = fs::read_to_string(night.config()).expect("read");
    fs::write(
        night.config(),
        text.replace("exit 1", "echo good")
            .replace("0 0 1 1 *", "* * * * *"),
    )
    .expect("written");
    staying.signal("HUP");
    until("backup", || night.dumps("data").len() == 2);
    staying.signal("INT");
    assert_eq!(staying.ended(), Some(0));
}

#[test]
fn a_run_has_its_grace_and_is_cleaned_up_then() {
    let night = night("echo half; sleep 600", "0 0 1 1 *");
    let staying = Staying::start(&night);
    until("run", || {
        staying.get("/health").contains("\"running\":true")
    });
    until("partial", || {
        night.files().keys().any(|name| name.ends_with(".partial"))
    });
    staying.signal("TERM");
    assert_eq!(staying.ended(), Some(143));
    assert_eq!(night.files().len(), 1, "{:?}", night.files());
}

#[test]
fn pages_are_written_after_a_run() {
    let night = Night::new(
        "[report]\nhtml = \"page.html\"\nprometheus = \"m.prom\"\n[[target]]\nname = \"t\"\nkind = \"command\"\n\
         list = \"echo good; echo 'b<b>ad'\"\ndump = \"test $DUMPKEEP_DATABASE = good && echo x\"\n",
    );
    assert_eq!(night.run(&["backup"]).code, Some(4));
    let read =
        |name: &str| fs::read_to_string(night.config().with_file_name(name)).expect("written");
    let page = read("page.html");
    for part in ["FAILED", "exit code 1", "zstd -dc ", "b&lt;b&gt;ad"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("<b>ad"));
    let metrics = read("m.prom");
    assert!(metrics.contains("dumpkeep_run_exit_code 4"), "{metrics}");
    assert!(
        metrics.contains("dumpkeep_last_size_bytes{database=\"good\",target=\"t\"}"),
        "{metrics}"
    );
}
