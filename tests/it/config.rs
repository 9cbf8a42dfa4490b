//! Configurations that can't be used: exit 2, the nearest known key, nothing touched.

use std::path::{Path, PathBuf};

use crate::support::command::{ran, with_config};

fn written(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("dumpkeep.toml");
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn broken_configurations_are_2_and_touch_nothing() {
    for (text, said) in [
        ("rot = \"store\"", "Did you mean root?"),
        ("root = \"store\"", "no target is configured"),
        ("root = \"store\"\n[[target]]\n", "neither url nor host"),
        (
            "root = \"store\"\n[[target]]\nurl = \"${NOWHERE}\"",
            "NOWHERE",
        ),
        (
            "[[target]]\nhost = \"h\"\ndatabases = []\nglobals = false",
            "saves nothing",
        ),
        ("root = [", "line 1"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let config = written(folder.path(), text);
        for command in ["prune", "status"] {
            let ran = with_config(&config, &[command]);
            assert_eq!(ran.code, Some(2), "{ran:?}");
            assert!(ran.err.contains(said), "{ran:?}");
        }
        assert!(!folder.path().join("store").exists());
    }
}

#[test]
fn a_missing_configuration_and_a_folder_are_2() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in [folder.path().join("none.toml"), folder.path().to_owned()] {
        let ran = with_config(&path, &["status"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("cannot read the configuration"), "{ran:?}");
    }
}

#[test]
fn the_sample_is_written_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dumpkeep.toml");
    let name = path.to_str().expect("UTF-8");
    assert_eq!(ran(&["config", "init", name]).code, Some(0));
    let sample = std::fs::read_to_string(&path).expect("there");
    assert_eq!(ran(&["config", "init"]).out, sample);
    std::fs::write(&path, "mine").expect("written");
    let again = ran(&["config", "init", name]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "mine");
}

#[test]
fn an_unknown_target_names_the_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "root = \"store\"\n[[target]]\nname = \"shop-db\"\nurl = \"postgres://db1/\"";
    let config = written(folder.path(), text);
    let ran = with_config(&config, &["status", "--target", "shop"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("shop-db"), "{ran:?}");
}
