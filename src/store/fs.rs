//! The only file that creates, syncs, renames, links and unlinks. A file gets its final name when it
//! is whole and on disk, and never takes another file's name.
#![expect(
    clippy::disallowed_methods,
    reason = "files are named, linked and removed here alone"
)]

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::fs::{Access, CWD, RenameFlags};
use rustix::io::Errno;

use super::layout::Modes;
use crate::error::{Error, Kind, Result};

/// What ends the name of a file that is not whole.
const PARTIAL: &str = ".partial";
/// The longest name that common file systems take, in bytes.
const NAME_MAX: usize = 255;

/// What to do about a file that has the final name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// An error: nothing is overwritten.
    Refuse,
    /// The new file takes its place at once, when whole.
    Replace,
}

/// A file that is being written, under a name of its own in the target folder. Dropped without
/// [`Partial::commit`], it is removed.
#[derive(Debug)]
pub struct Partial {
    file: File,
    writeback: Writeback,
    path: PathBuf,
    dir: PathBuf,
    name: String,
    existing: Existing,
    committed: bool,
}

impl Partial {
    /// Begins `dir/name`. The folder is made where it is missing; what has the name already is
    /// refused at once where it would be refused in the end.
    pub fn create(dir: &Path, name: &str, existing: Existing) -> Result<Self> {
        make_dir(dir)?;
        refuse_taken(&dir.join(name), existing)?;
        let path = dir.join(partial_name(name));
        let file = new_file(&path).map_err(|cause| failed("create", &path, cause))?;
        Ok(Self {
            file,
            writeback: Writeback::default(),
            path,
            dir: dir.to_owned(),
            name: name.to_owned(),
            existing,
            committed: false,
        })
    }

    /// Where it is now.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where it will be.
    #[must_use]
    pub fn final_path(&self) -> PathBuf {
        self.dir.join(&self.name)
    }

    /// Brings what was written so far to disk, so that it can be verified at [`Partial::path`].
    pub fn sync(&mut self) -> Result<()> {
        let before = self.writeback.ended();
        before
            .and_then(|()| self.file.sync_all())
            .map_err(|cause| failed("write", &self.path, cause))
    }

    /// Gives it its final name, when it is on disk; then brings the name to disk.
    pub fn commit(mut self) -> Result<PathBuf> {
        self.sync()?;
        let to = self.final_path();
        match self.existing {
            Existing::Refuse => rename_new(&self.path, &to),
            Existing::Replace => fs::rename(&self.path, &to),
        }
        .map_err(|cause| failed("create", &to, cause))?;
        self.committed = true;
        sync_dir(&self.dir)?;
        Ok(to)
    }
}

/// So many bytes are brought to disk while more are written, not all of them at the end.
const WRITEBACK_BYTES: u64 = 32 << 20;

/// Brings what was written so far to disk, beside the writing.
#[derive(Debug, Default)]
struct Writeback {
    /// Written since it last began.
    bytes: u64,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Writeback {
    fn wrote(&mut self, file: &File, bytes: usize) -> io::Result<()> {
        self.bytes += bytes as u64;
        let idle = self.running.as_ref().is_none_or(JoinHandle::is_finished);
        if self.bytes < WRITEBACK_BYTES || !idle {
            return Ok(());
        }
        self.ended()?;
        self.bytes = 0;
        let file = file.try_clone()?;
        // where no thread can be had, the end does it all
        let thread = std::thread::Builder::new().spawn(move || file.sync_data());
        self.running = thread.ok();
        Ok(())
    }

    /// Waits for it. An error is told once by the system, so it must not get lost.
    fn ended(&mut self) -> io::Result<()> {
        match self.running.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(synced)) => synced,
            Some(Err(_)) => Err(io::Error::other("a thread died that brought it to disk")),
        }
    }
}

impl Write for Partial {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buf)?;
        self.writeback.wrote(&self.file, written)?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.committed {
            // What can't be removed now goes with the next run's stale partials.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refuse_taken(path: &Path, existing: Existing) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Err(Error::new(
            Kind::Io,
            format!("cannot create {}: it is a folder", path.display()),
        )),
        Ok(_) if existing == Existing::Refuse => {
            Err(failed("create", path, io::ErrorKind::AlreadyExists.into()))
        }
        _ => Ok(()),
    }
}

/// Hidden, told from others by the process and a count, and never longer than names may be.
fn partial_name(name: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let tail = format!(".{}-{count}{PARTIAL}", std::process::id());
    let room = NAME_MAX - tail.len() - 1;
    format!(".{}{tail}", &name[..name.floor_char_boundary(room)])
}

/// Whether [`Partial`] makes such names.
fn is_partial(name: &str) -> bool {
    let tail = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(PARTIAL))
        .and_then(|name| name.rsplit_once('.'))
        .and_then(|(_, tail)| tail.split_once('-'));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    tail.is_some_and(|(process, count)| number(process) && number(count))
}

fn new_file(path: &Path) -> io::Result<File> {
    let modes = modes();
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(modes.first(modes.file))
        .open(path)?;
    settle(path, modes, modes.file)?;
    Ok(file)
}

/// Gives what is new its owner, then what others may: it is nobody else's to read in between.
/// Without a wish nothing is changed: some file systems (FAT) know neither owners nor modes.
fn settle(path: &Path, modes: Modes, mode: u32) -> io::Result<()> {
    if modes == Modes::default() {
        return Ok(());
    }
    if modes.owner.is_some() || modes.group.is_some() {
        std::os::unix::fs::chown(path, modes.owner, modes.group)?;
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// How files are made from now on, by the whole process: like its umask.
pub fn set_modes(modes: Modes) {
    *MODES.lock().unwrap_or_else(PoisonError::into_inner) = Some(modes);
}

static MODES: Mutex<Option<Modes>> = Mutex::new(None);

fn modes() -> Modes {
    let set = *MODES.lock().unwrap_or_else(PoisonError::into_inner);
    set.unwrap_or_default()
}

/// Renames unless the new name is taken. `rename` alone would overwrite.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // File systems that don't know the flag: some FUSE and network mounts.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_by_link(from, to),
        done => Ok(done?),
    }
}

fn rename_by_link(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if no_links(&error) => rename_after_look(from, to),
        Err(error) => Err(error),
    }
}

/// Where neither the flag nor links exist: the run's lock keeps others of our kind away.
fn rename_after_look(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Makes a folder and its missing parents, and brings their names to disk.
pub fn make_dir(dir: &Path) -> Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new("/"));
    make_dir(parent)?;
    let modes = modes();
    let made = fs::DirBuilder::new()
        .mode(modes.first(modes.dir))
        .create(dir)
        .and_then(|()| settle(dir, modes, modes.dir));
    match made {
        Ok(()) => sync_dir(parent),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        Err(cause) => Err(failed("create folder", dir, cause)),
    }
}

/// Brings a folder's names to disk.
pub fn sync_dir(dir: &Path) -> Result<()> {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    match File::open(dir).and_then(|file| file.sync_all()) {
        // Some network mounts refuse to sync folders; there is nothing more to be done there.
        Err(error) if matches!(Errno::from_io_error(&error), Some(Errno::INVAL)) => Ok(()),
        done => done.map_err(|cause| failed("sync folder", dir, cause)),
    }
}

/// Writes a small file at once, in the place of what has its name.
pub fn replace(dir: &Path, name: &str, content: &[u8]) -> Result<()> {
    write(Partial::create(dir, name, Existing::Replace)?, content)
}

fn write(mut partial: Partial, content: &[u8]) -> Result<()> {
    partial
        .write_all(content)
        .map_err(|cause| failed("write", partial.path(), cause))?;
    partial.commit().map(drop)
}

/// Writes a file for others to read, such as a web server, in the place of what has its name.
pub fn publish(dir: &Path, name: &str, content: &[u8]) -> Result<()> {
    let partial = Partial::create(dir, name, Existing::Replace)?;
    let open = Permissions::from_mode(0o644);
    let set = partial.file.set_permissions(open);
    set.map_err(|cause| failed("write", partial.path(), cause))?;
    write(partial, content)
}

/// Writes a small file that must not be there yet.
pub fn create(dir: &Path, name: &str, content: &[u8]) -> Result<()> {
    write(Partial::create(dir, name, Existing::Refuse)?, content)
}

/// The same, for its owner's eyes alone.
pub fn create_secret(dir: &Path, name: &str, content: &[u8]) -> Result<()> {
    create_as(dir, name, content, 0o600)
}

/// The same, to be run as a program.
pub fn create_script(dir: &Path, name: &str, content: &[u8]) -> Result<()> {
    create_as(dir, name, content, 0o755)
}

fn create_as(dir: &Path, name: &str, content: &[u8], mode: u32) -> Result<()> {
    let partial = Partial::create(dir, name, Existing::Refuse)?;
    let set = partial.file.set_permissions(Permissions::from_mode(mode));
    set.map_err(|cause| failed("write", partial.path(), cause))?;
    write(partial, content)
}

/// Begins a log: a new file, whose lines can be read as they come.
pub fn create_log(dir: &Path, name: &str) -> Result<File> {
    make_dir(dir)?;
    let path = dir.join(name);
    new_file(&path).map_err(|cause| failed("create", &path, cause))
}

/// Opens the file that the operating system's lock is taken on.
pub fn open_lock(path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(modes().file)
        .open(path)
        .map_err(|cause| failed("open", path, cause))
}

/// How a hard link went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The name is a link now.
    Done,
    /// The name was there already.
    Existed,
    /// Not in this file system, or not across these mounts, or not so many of one file.
    Impossible,
}

/// Gives a file one more name. The folder is made where it is missing.
pub fn link(from: &Path, dir: &Path, name: &str) -> Result<Linked> {
    make_dir(dir)?;
    let to = dir.join(name);
    match fs::hard_link(from, &to) {
        Ok(()) => sync_dir(dir).map(|()| Linked::Done),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Linked::Existed),
        Err(error) if no_links(&error) => Ok(Linked::Impossible),
        Err(cause) => Err(failed("link", &to, cause)),
    }
}

/// Copies a file under a new name, where links are impossible.
pub fn copy(from: &Path, dir: &Path, name: &str) -> Result<()> {
    let mut partial = Partial::create(dir, name, Existing::Refuse)?;
    let mut source = File::open(from).map_err(|cause| failed("read", from, cause))?;
    io::copy(&mut source, &mut partial).map_err(|cause| failed("write", partial.path(), cause))?;
    partial.commit().map(drop)
}

/// Removes a file; one that is gone already is fine.
pub fn unlink(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}

/// Whether files in this folder can have hard links, found by making one.
pub fn probe_links(dir: &Path) -> Result<bool> {
    let mut probe = Partial::create(dir, "probe", Existing::Refuse)?;
    probe
        .write_all(b"dumpkeep\n")
        .map_err(|cause| failed("write", probe.path(), cause))?;
    let second = dir.join(partial_name("probe"));
    match fs::hard_link(probe.path(), &second) {
        Ok(()) => unlink(&second).map(|()| true),
        Err(error) if no_links(&error) => Ok(false),
        Err(cause) => Err(failed("link", &second, cause)),
    }
}

/// Removes what an earlier run left unfinished in this folder. Only under the lock: a run that is
/// alive has such files too.
pub fn remove_partials(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for (name, path) in files(dir)? {
        if is_partial(&name) {
            unlink(&path)?;
            removed.push(path);
        }
    }
    Ok(removed)
}

/// The regular files of a folder whose names are UTF-8, sorted by name; none where it is missing.
pub fn files(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    list(dir, |entry| Ok(entry.file_type()?.is_file()))
}

/// The folders in a folder, as [`files`] gives files; what a symbolic link leads to counts too, for a
/// database's folder may have been moved to another disk.
pub fn folders(dir: &Path) -> Result<Vec<(String, PathBuf)>> {
    list(dir, |entry| {
        let kind = entry.file_type()?;
        Ok(kind.is_dir() || kind.is_symlink() && entry.path().is_dir())
    })
}

/// Whether there is such a folder, or what is there can't be told.
#[must_use]
pub fn may_be_folder(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(meta) => meta.is_dir(),
        Err(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
    }
}

fn list(
    dir: &Path,
    wanted: impl Fn(&fs::DirEntry) -> io::Result<bool>,
) -> Result<Vec<(String, PathBuf)>> {
    let read = || -> io::Result<Vec<_>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if let (true, Ok(name)) = (wanted(&entry)?, entry.file_name().into_string()) {
                found.push((name, entry.path()));
            }
        }
        found.sort();
        Ok(found)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        done => done.map_err(|cause| failed("read folder", dir, cause)),
    }
}

/// What the file system says of a file, a link itself where it is one.
pub fn metadata(path: &Path) -> Result<fs::Metadata> {
    fs::symlink_metadata(path).map_err(|cause| failed("look at", path, cause))
}

/// An error unless this user may make files in the folder. Nothing is made.
pub fn writable(dir: &Path) -> Result<()> {
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::access(dir, wanted).map_err(|cause| failed("write to", dir, cause.into()))
}

/// The bytes that this user may still write to the folder's file system.
pub fn free_space(dir: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(dir).map_err(|cause| failed("look at", dir, cause.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn no_links(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::PERM | Errno::XDEV | Errno::MLINK | Errno::NOTSUP | Errno::NOSYS)
    )
}

/// Whether it can be read only once, from its beginning: a pipe, or standard input.
#[must_use]
pub fn is_pipe(path: &Path) -> bool {
    let kind = fs::metadata(path).map(|found| found.file_type());
    path == Path::new("-")
        || kind.is_ok_and(|kind| kind.is_fifo() || kind.is_char_device() || kind.is_socket())
}

/// An error where a file is asked for and a pipe given.
pub fn not_a_pipe(path: &Path) -> Result<()> {
    if !is_pipe(path) {
        return Ok(());
    }
    let what = format!("cannot read {} out of order: it is a pipe", path.display());
    Err(Error::new(Kind::Usage, what).hint("Write it to a file; only restore reads from a pipe."))
}

/// An error about a file, with what can be done about the usual ones.
pub fn failed(doing: &str, path: &Path, cause: io::Error) -> Error {
    let hint = match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Free some space there; nothing that was there before was touched."
        }
        io::ErrorKind::PermissionDenied => "Let the user that runs dumpkeep write there.",
        io::ErrorKind::ReadOnlyFilesystem => "The file system is mounted read-only.",
        io::ErrorKind::AlreadyExists => {
            "Nothing is overwritten: move it away or take another name."
        }
        io::ErrorKind::NotADirectory => "A part of this path is a file, not a folder.",
        _ => "",
    };
    let error = Error::new(Kind::Io, format!("cannot {doing} {}", path.display())).cause(cause);
    if hint.is_empty() {
        error
    } else {
        error.hint(hint)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        files(dir)
            .unwrap()
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn commits_whole_files_with_narrow_modes() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("a/b");
        let mut partial = Partial::create(&dir, "shop.sql", Existing::Refuse).unwrap();
        partial.write_all(b"select 1;").unwrap();
        assert!(names(&dir).iter().all(|name| is_partial(name)));
        let mode = fs::metadata(partial.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o137, 0);
        let path = partial.commit().unwrap();
        assert_eq!(fs::read(path).unwrap(), b"select 1;");
        assert_eq!(names(&dir), ["shop.sql"]);
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o027, 0);
    }

    #[test]
    fn a_dropped_partial_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        drop(Partial::create(root.path(), "x", Existing::Refuse).unwrap());
        assert!(names(root.path()).is_empty());
    }

    #[test]
    fn never_takes_another_files_name() {
        let root = tempfile::tempdir().unwrap();
        let late = Partial::create(root.path(), "x", Existing::Refuse).unwrap();
        fs::write(root.path().join("x"), "mine").unwrap();
        assert!(late.commit().unwrap_err().line().contains("exists"));
        assert!(Partial::create(root.path(), "x", Existing::Refuse).is_err());
        assert_eq!(fs::read(root.path().join("x")).unwrap(), b"mine");
        assert_eq!(names(root.path()), ["x"]);
    }

    #[test]
    fn falls_back_to_links_and_looks() {
        let root = tempfile::tempdir().unwrap();
        let (a, b) = (root.path().join("a"), root.path().join("b"));
        for rename in [rename_by_link, rename_after_look] {
            fs::write(&a, "new").unwrap();
            rename(&a, &b).unwrap();
            assert!(!a.exists());
            fs::write(&a, "newer").unwrap();
            assert!(rename(&a, &b).is_err());
            assert_eq!(fs::read(&b).unwrap(), b"new");
            fs::remove_file(&b).unwrap();
        }
    }

    #[test]
    fn a_folder_where_a_file_should_be_is_said() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("x")).unwrap();
        let error = Partial::create(root.path(), "x", Existing::Replace).unwrap_err();
        assert!(error.line().contains("it is a folder"));
        fs::write(root.path().join("f"), "").unwrap();
        let error = Partial::create(&root.path().join("f"), "x", Existing::Refuse).unwrap_err();
        assert!(error.line().contains("cannot create"), "{error}");
    }

    #[test]
    fn links_are_told_from_names_taken() {
        let root = tempfile::tempdir().unwrap();
        let from = root.path().join("a");
        fs::write(&from, "").unwrap();
        let dir = root.path().join("daily");
        assert_eq!(link(&from, &dir, "x").unwrap(), Linked::Done);
        assert_eq!(link(&from, &dir, "x").unwrap(), Linked::Existed);
        assert!(probe_links(root.path()).unwrap());
        let elsewhere = Path::new("/proc/self/status");
        assert_eq!(link(elsewhere, &dir, "y").unwrap(), Linked::Impossible);
    }

    #[test]
    fn stale_partials_go_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let stale = root.path().join(partial_name("x"));
        fs::write(&stale, "").unwrap();
        for other in [".x.partial", "x.1-2.partial", ".hidden", "y.partial"] {
            fs::write(root.path().join(other), "").unwrap();
        }
        assert_eq!(remove_partials(root.path()).unwrap(), [stale]);
        assert_eq!(names(root.path()).len(), 4);
    }

    #[test]
    fn long_names_have_partials_too() {
        let name = partial_name(&"é".repeat(127));
        assert!(name.len() <= NAME_MAX && is_partial(&name));
    }
}
