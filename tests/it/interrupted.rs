//! A signal ends the program also while it is held up: by a pipe that nobody writes to.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::command::dumpkeep;
use crate::support::server::Postgres;

/// Whether the process has taken SIGTERM into its own hands: bit 14 of what /proc says it catches.
fn listens(child: &Child) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let mut lines = status.lines();
    let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & (1 << 14) != 0)
}

fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status();
    assert!(sent.expect("kill").success());
}

/// Waits until it listens to signals.
fn heed(child: &Child) {
    let begun = Instant::now();
    while !listens(child) {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it never listens"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until it listens, ends it, and gives its exit code. What has not ended by then hangs.
fn ended(mut child: Child) -> Option<i32> {
    heed(&child);
    send(&child, "TERM");
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        if begun.elapsed() > Duration::from_secs(60) {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn pipe(folder: &Path) -> String {
    let path = folder.join("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo").success());
    path.display().to_string()
}

#[test]
fn a_signal_ends_what_waits_for_a_pipe() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = pipe(folder.path());
    let nowhere = "postgres://nobody@127.0.0.1:1/x";
    let waits: &[&[&str]] = &[
        &["restore", "-", "--to", nowhere],
        &["restore", &pipe, "--to", nowhere],
        &["dump", nowhere, "--filter", "-", "-o", "-"],
    ];
    for arguments in waits {
        let child = dumpkeep()
            .args(*arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("dumpkeep starts");
        assert_eq!(ended(child), Some(143), "{arguments:?}");
    }
}

/// `nohup` has SIGHUP ignored: what it starts goes on when the terminal is gone.
#[test]
fn a_hangup_under_nohup_ends_nothing() {
    for (ignored, ends) in [("", true), ("HUP", false)] {
        let mut child = Command::new("sh")
            .args(["-c", "trap '' $0; exec \"$@\"", ignored])
            .arg(env!("CARGO_BIN_EXE_dumpkeep"))
            .args(["restore", "-", "--to", "postgres://nobody@127.0.0.1:1/x"])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dumpkeep starts");
        heed(&child);
        send(&child, "HUP");
        if ends {
            assert_eq!(child.wait().expect("a child").code(), Some(129));
        } else {
            assert_eq!(ended(child), Some(143));
        }
    }
}

/// What reads a file here and there needs no signal: it says so at once.
#[test]
fn a_pipe_is_refused_where_a_file_is_needed() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = pipe(folder.path());
    let nowhere = "postgres://nobody@127.0.0.1:1/x";
    let refused: &[&[&str]] = &[
        &["verify", &pipe],
        &["verify", &pipe, "--restore-to", nowhere],
        &["show", &pipe],
    ];
    for arguments in refused {
        let ended = dumpkeep().args(*arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(&pipe), "{arguments:?}: {said}");
    }
}

/// The script's first part has been run, and its rest does not come.
#[test]
fn a_signal_ends_a_restore_from_a_pipe_that_stalls() {
    use std::io::Write as _;
    let server = Postgres::start("18");
    server.create_database("b");
    let mut child = dumpkeep()
        .args(["restore", "-", "--to", &server.url("b")])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("dumpkeep starts");
    let mut script = b"-- PostgreSQL database dump\nCREATE TABLE public.t (a int);\n".to_vec();
    script.resize(2 << 20, b'\n');
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(&script).expect("written");
    let there = || server.sql("b", "SELECT count(*) FROM pg_class WHERE relname = 't'");
    let begun = Instant::now();
    while there().trim() != "1" {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it does not begin"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(ended(child), Some(143));
    drop(input);
}
