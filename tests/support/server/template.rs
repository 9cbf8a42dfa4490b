//! Fresh data folders by copy: making one takes seconds, copying it a fraction.

use std::fs::{self, File, Permissions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::install;
use super::process::{Home, give_away, output, unprivileged};

/// Puts a fresh data folder of server `name` at `data` in `home`, made once for each `options` by
/// `make`, which gets the folder to make.
pub(crate) fn copy(
    name: &str,
    options: &[String],
    home: &Home,
    make: impl FnOnce(&Path),
) -> PathBuf {
    let template = template(name, options, make);
    let data = home.path().join("data");
    output(
        unprivileged(Path::new("/bin/cp"))
            .args(["-a", "--reflink=auto"])
            .arg(&template)
            .arg(&data),
    )
    .expect("a copy of the data folder");
    data
}

/// The template, made under a lock: test processes run side by side.
fn template(name: &str, options: &[String], make: impl FnOnce(&Path)) -> PathBuf {
    let root = root();
    let file = format!("{name}-{:016x}", key(name, options));
    let path = root.join(&file);
    let lock = File::create(root.join(format!("{file}.lock"))).expect("a lock file");
    lock.lock().expect("the template's lock");
    if !path.exists() {
        let partial = root.join(format!("{file}.partial"));
        drop(fs::remove_dir_all(&partial));
        make(&partial);
        fs::rename(&partial, &path).expect("the template's name");
    }
    path
}

fn root() -> PathBuf {
    let user = rustix::process::geteuid().as_raw();
    let root = std::env::temp_dir().join(format!("dk-templates-{user}"));
    fs::create_dir_all(&root).expect("the templates' folder");
    fs::set_permissions(&root, Permissions::from_mode(0o755)).expect("chmod");
    give_away(&root);
    root
}

/// Differs for every installed build and every set of options.
fn key(name: &str, options: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    let recipe = install::folder(name).join(".recipe");
    fs::read(&recipe).expect("the recipe").hash(&mut hasher);
    fs::metadata(&recipe)
        .and_then(|m| m.modified())
        .expect("the recipe's time")
        .hash(&mut hasher);
    options.hash(&mut hasher);
    hasher.finish()
}
