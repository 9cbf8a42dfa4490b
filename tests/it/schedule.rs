//! `dumpkeep schedule`: a process that stays, its signals, its web server, and the pages after a run.

use std::fs;
use std::time::Duration;

use crate::support::command::dumpkeep;
use crate::support::night::Night;
use crate::support::staying::{Staying, until};

fn start(night: &Night) -> Staying {
    let mut command = dumpkeep();
    command
        .args(["schedule", "--listen", "127.0.0.1:0", "-c"])
        .arg(night.config());
    Staying::start(command)
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
    let staying = start(&night);
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
    let staying = start(&night);
    until("run", || staying.get("/health").contains("\"exit_code\":4"));
    assert!(staying.get("/health").starts_with("HTTP/1.1 503"));
    assert!(
        staying.get("/").contains("exit code 1"),
        "the page has the error"
    );
    let text = fs::read_to_string(night.config()).expect("read");
    fs::write(
        night.config(),
        text.replace(
            "[[target]]",
            "[[target]]\ndatabases = [\"data\", \"another\"]",
        ),
    )
    .expect("written");
    staying.signal("HUP");
    until("new database", || {
        staying.get("/metrics").contains("database=\"another\"")
    });
    staying.signal("INT");
    assert_eq!(staying.ended(), Some(0));
}

#[test]
fn a_run_has_its_grace_and_is_cleaned_up_then() {
    let night = night("echo half; sleep 600", "0 0 1 1 *");
    let staying = start(&night);
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

#[test]
fn a_broken_configuration_leaves_the_old_one_in_force() {
    let night = night("echo new", "0 0 1 1 *");
    let staying = start(&night);
    until("backup", || night.dumps("data").len() == 2);
    let text = fs::read_to_string(night.config()).expect("read");
    fs::write(night.config(), text.replace("schedule = ", "shedule = ")).expect("written");
    staying.signal("HUP");
    until("message", || {
        staying.said("the old configuration stays in force")
    });
    assert!(staying.said("Did you mean schedule?"));
    let metrics = staying.get("/metrics");
    assert!(metrics.contains("dumpkeep_run_exit_code 0"), "{metrics}");
    staying.signal("TERM");
    assert_eq!(staying.ended(), Some(0));
}

#[test]
fn a_run_that_ends_within_its_grace_is_a_good_one() {
    let night = night(
        "until [ -e GO ]; do sleep 0.1; done; echo whole",
        "0 0 1 1 *",
    );
    let text = fs::read_to_string(night.config()).expect("read");
    let go = night.config().with_file_name("go");
    let text = text.replace("grace = \"2s\"", "grace = \"90s\"");
    let text = text.replace("GO", &go.display().to_string());
    fs::write(night.config(), text).expect("written");
    let staying = start(&night);
    until("run", || {
        staying.get("/health").contains("\"running\":true")
    });
    staying.signal("TERM");
    until("message", || staying.said("the run has 1m30s to end"));
    fs::write(go, "").expect("written");
    assert_eq!(staying.ended(), Some(0));
    assert_eq!(night.dumps("data").len(), 2, "{:?}", night.files());
}

#[test]
fn what_schedule_needs_is_said_at_once() {
    let plain = "[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"echo x\"\n";
    for (more, args, code, part) in [
        ("", &["schedule"][..], 2, "no target has a schedule"),
        (
            "schedule = \"0 0 2 * * *\"\n",
            &["schedule"],
            2,
            "is no cron expression",
        ),
        (
            "schedule = \"0 2 * * *\"\n",
            &["schedule", "--listen", "256.0.0.1:1"],
            1,
            "cannot listen on 256.0.0.1:1",
        ),
    ] {
        let ran = Night::new(&format!("{plain}{more}")).run(args);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.err.contains(part), "{part}: {ran:?}");
    }
}

#[test]
fn a_run_that_cannot_even_begin_is_not_healthy() {
    let night = night("echo x", "0 0 1 1 *");
    // Another run's lock, held for as long as this test runs.
    let lock = fs::File::create(night.store().join(".dumpkeep.lock")).expect("a file");
    lock.lock().expect("locked");
    let staying = start(&night);
    until("run", || {
        staying.get("/health").contains("\"exit_code\":75")
    });
    let health = staying.get("/health");
    assert!(health.starts_with("HTTP/1.1 503"), "{health}");
    assert!(health.contains("\"error\":\""), "{health}");
    staying.signal("TERM");
    assert_eq!(staying.ended(), Some(0));
}
