//! The hooks that are shipped as examples, each run as a hook.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::night::Night;

/// A stand-in for a program that is not at hand: it writes down how it was called.
fn recorder(folder: &Path) -> PathBuf {
    let program = folder.join("recorder");
    let text = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > {}\n",
        folder.join("called").display()
    );
    fs::write(&program, text).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&program, mode).expect("executable");
    program
}

/// Runs a night with one example at one stage; gives the store, and how the recorder was called.
fn run(stage: &str, script: &str, variables: &[(&str, &str)]) -> (Night, Vec<String>) {
    let kept = tempfile::tempdir().expect("a folder");
    let program = recorder(kept.path()).display().to_string();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/hooks")
        .join(script);
    let names: Vec<String> = variables
        .iter()
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    let night = Night::new(&format!(
        "[hooks]\n{stage} = [{:?}]\npass_env = [{}]\n[[target]]\nname = \"t\"\nkind = \"command\"\n\
         dump = \"echo x\"\ncompression = {{ method = \"none\" }}\n",
        path.display().to_string(),
        names.join(", ")
    ));
    let mut command = night.command();
    for (name, value) in variables {
        command.env(name, value.replace("RECORDER", &program));
    }
    let ran = command.output().expect("dumpkeep starts");
    assert!(ran.status.success(), "{script}: {ran:?}");
    let called = fs::read_to_string(kept.path().join("called")).unwrap_or_default();
    (night, called.lines().map(str::to_owned).collect())
}

#[test]
fn rsync_and_rclone_copy_the_new_backup() {
    let away = tempfile::tempdir().expect("a folder");
    let away = away.path().display().to_string();
    let (night, called) = run(
        "post_db_backup",
        "rsync-offsite.sh",
        &[("OFFSITE", &away), ("RSYNC", "RECORDER")],
    );
    let file = night
        .store()
        .join(&night.dumps("data")[0])
        .display()
        .to_string();
    assert_eq!(
        called[called.len() - 2..],
        [file, format!("{away}/t/data/")]
    );

    let (night, called) = run(
        "post_db_backup",
        "rclone.sh",
        &[("REMOTE", "s3:b"), ("RCLONE", "RECORDER")],
    );
    let file = night.dumps("data")[0]
        .rsplit('/')
        .next()
        .expect("a name")
        .to_owned();
    assert_eq!(called.last(), Some(&format!("s3:b/t/data/{file}")));
}

#[test]
fn rsync_itself_makes_the_copy_and_its_folders() {
    let away = tempfile::tempdir().expect("a folder");
    let offsite = away.path().join("new/place").display().to_string();
    let (night, _) = run(
        "post_db_backup",
        "rsync-offsite.sh",
        &[("OFFSITE", &offsite)],
    );
    let file = &night.dumps("data")[0];
    let copy = away
        .path()
        .join("new/place")
        .join(file.replace("/dumps/", "/"));
    let original = fs::read(night.store().join(file)).expect("read");
    assert_eq!(fs::read(copy).expect("copied"), original);
}

#[test]
fn restic_saves_the_store_and_a_file_is_touched() {
    let (night, called) = run("post_backup", "restic.sh", &[("RESTIC", "RECORDER")]);
    assert_eq!(called.first().map(String::as_str), Some("backup"));
    assert_eq!(called.last(), Some(&night.store().display().to_string()));

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ok");
    run(
        "post_backup",
        "touch-monitor.sh",
        &[("MONITOR", &file.display().to_string())],
    );
    assert!(file.exists());
}
