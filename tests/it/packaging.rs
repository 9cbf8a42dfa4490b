//! The files that ship beside the program: they start it as it wants to be started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::command::{ran, with_config};

fn packaged(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("packaging")
        .join(name);
    let text = fs::read_to_string(&path).expect("a file");
    (path, text)
}

/// Whether the program takes these arguments: with a configuration that is not there it gets as far
/// as looking for it.
fn taken(arguments: &[&str]) {
    let ran = ran(arguments);
    assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
    assert!(ran.err.contains("cannot read the configuration"), "{ran:?}");
}

/// The strings of a list in JSON or YAML's flow style.
fn list(text: &str) -> Vec<String> {
    let list = &text[text.find('[').expect("a list")..=text.rfind(']').expect("its end")];
    serde_json::from_str(list).expect("strings")
}

#[test]
fn systemd_units_are_ones_and_start_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    // The user and the program of the unit are not here: others are put in their place.
    let program = env!("CARGO_BIN_EXE_dumpkeep");
    for name in ["dumpkeep.service", "dumpkeep.timer"] {
        let (_, text) = packaged(name);
        let text = text.replace("/usr/local/bin/dumpkeep", program);
        let text = text.replace("User=dumpkeep", "User=root");
        fs::write(folder.path().join(name), text).expect("written");
    }
    let units = ["dumpkeep.service", "dumpkeep.timer"].map(|name| folder.path().join(name));
    let done = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args(units)
        .output()
        .expect("systemd-analyze starts");
    let said = String::from_utf8_lossy(&done.stderr);
    // What is said of other units of the machine is not about ours.
    let ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("dumpkeep."))
        .collect();
    assert!(done.status.success() && ours.is_empty(), "{said}");
    let (_, service) = packaged("dumpkeep.service");
    let line = service
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="));
    let words: Vec<&str> = line.expect("a command").split(' ').skip(1).collect();
    taken(&words);
}

#[test]
fn the_container_file_and_the_cron_job_start_the_program() {
    let (_, container) = packaged("Containerfile");
    let build = include_str!("../../scripts/build-static.sh");
    let copied = container
        .lines()
        .find_map(|line| line.strip_prefix("COPY "));
    let from = copied
        .and_then(|line| line.split(' ').next())
        .expect("a file");
    assert!(build.contains(from), "{from} is what the build makes");
    let given = container.lines().find(|line| line.starts_with("CMD"));
    let given = list(given.expect("arguments"));
    taken(&given.iter().map(String::as_str).collect::<Vec<_>>());
    let (_, job) = packaged("cronjob.yaml");
    let given = job.lines().find(|line| line.trim().starts_with("args:"));
    let given = list(given.expect("arguments"));
    taken(&given.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(!job.contains('\t') && job.contains("readOnlyRootFilesystem: true"));
}

#[test]
fn a_systemd_credential_is_a_password_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, service) = packaged("dumpkeep.service");
    let credential = service
        .lines()
        .find_map(|line| line.strip_prefix("LoadCredential="));
    let (name, _) = credential
        .and_then(|line| line.split_once(':'))
        .expect("one");
    fs::write(folder.path().join(name), "secret\n").expect("written");
    let config = folder.path().join("dumpkeep.toml");
    let text = format!(
        "root = \"store\"\n[[target]]\nname = \"t\"\nkind = \"command\"\ndump = \"printf %s \\\"$DUMPKEEP_PASSWORD\\\"\"\n\
         compression = {{ method = \"none\" }}\npassword_file = \"${{CREDENTIALS_DIRECTORY}}/{name}\"\n"
    );
    fs::write(&config, text).expect("written");
    let mut run = crate::support::command::dumpkeep();
    run.args(["backup", "-c"]).arg(&config);
    let done = run.env("CREDENTIALS_DIRECTORY", folder.path()).output();
    assert!(done.expect("it starts").status.success());
    let dumps = fs::read_dir(folder.path().join("store/t/data/dumps")).expect("dumps");
    let file = dumps.last().expect("one").expect("an entry").path();
    assert_eq!(fs::read(file).expect("read"), b"secret");
    let without = with_config(&config, &["backup"]);
    assert_eq!(without.code, Some(2), "no credentials, no run: {without:?}");
}
