//! A server's process and its folder. Servers refuse to run as root, so root's tests run them as
//! the user `nobody`.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a server until the pipe on its standard input closes, which the kernel does when the test
/// process ends in whatever way; then ends the server and removes its folder. A server that has ended
/// is started again for each line that comes.
const SUPERVISOR: &str = r#"
dir=$1 signal=$2; shift 2
exec 3<&0 >>"$dir/log" 2>&1
while
  "$@" </dev/null 3<&- &
  server=$!
  echo $server >"$dir/pid"
  {
    read -r _ <&3
    kill -s "$signal" $server
    for second in 1 2 3 4 5 6 7 8 9 10; do kill -s 0 $server && sleep 1; done
    kill -s KILL $server
  } 2>/dev/null &
  watch=$!
  wait $server
  kill $watch 2>/dev/null
  wait $watch 2>/dev/null
  touch "$dir/stopped"
  read -r _ <&3
do rm -f "$dir/stopped"; done
rm -rf "$dir"
"#;

/// The folder of one server, owned by the user that it runs as. Short, because the path of a Unix
/// socket may have 107 bytes.
#[derive(Debug)]
pub(crate) struct Home(TempDir);

impl Home {
    /// A new one.
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("dk-")
            .tempdir()
            .expect("a temporary folder");
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).expect("chmod");
        give_away(dir.path());
        Self(dir)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file that the server's user owns and that nobody else may read.
    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).expect("a file in the server's folder");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("chmod");
        give_away(&path);
        path
    }
}

/// Gives a path to the user that servers run as.
pub(crate) fn give_away(path: &Path) {
    if rustix::process::geteuid().is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("chown");
    }
}

/// A command that runs as the servers' user, in no folder that this user can't enter, and in a
/// group of its own, so that a Ctrl-C meets the tests alone.
pub(crate) fn unprivileged(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_clear().process_group(0);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
    command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Runs a command to its end; its standard output, or the end of its standard error where it
/// fails.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{command:?}: {e}"))?;
    finish(output)
}

/// The same for a command that reads `input`.
pub(crate) fn feed(command: &mut Command, input: &[u8]) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{command:?}: {e}"))?;
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        // A program that ends early closes the pipe: what it says counts, not the broken pipe.
        scope.spawn(move || drop(stdin.write_all(input)));
        finish(child.wait_with_output().map_err(|e| e.to_string())?)
    })
}

/// Gives a compressed script to a client as its standard input, with the tool that everyone has for
/// the format; says what went wrong on either side.
pub(crate) fn pipe_script(archive: &Path, client: &mut Command) -> Result<String, String> {
    let tool = match archive.extension().and_then(|e| e.to_str()) {
        Some("zst") => "zstd",
        Some("gz") => "gzip",
        Some("xz") => "xz",
        Some("bz2") => "bzip2",
        _ => "cat",
    };
    let mut unpack = Command::new(tool);
    if tool != "cat" {
        unpack.arg("-dc");
    }
    let mut unpack = unpack
        .arg(archive)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{tool}: {e}"))?;
    let script = unpack.stdout.take().expect("a pipe");
    let loaded = client.stdin(script).output().map_err(|e| e.to_string())?;
    let unpacked = unpack.wait().map_err(|e| e.to_string())?;
    let loaded = finish(loaded)?;
    if unpacked.success() {
        return Ok(loaded);
    }
    Err(format!("{tool}: {unpacked}"))
}

fn finish(output: std::process::Output) -> Result<String, String> {
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let lines: Vec<&str> = error.lines().collect();
    let last = lines.len().saturating_sub(40);
    Err(format!("{}: {}", output.status, lines[last..].join("\n")))
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    supervisor: Child,
    lifeline: Option<ChildStdin>,
    home: PathBuf,
}

impl Server {
    /// Starts `command` for the server in `home`, to be ended with `signal`. The folder goes with
    /// the server.
    pub(crate) fn start(home: Home, signal: &str, command: &Command) -> Self {
        let dir = home.0.keep();
        let mut supervisor = unprivileged(Path::new("/bin/sh"))
            .args(["-c", SUPERVISOR, "supervisor"])
            .arg(&dir)
            .arg(signal)
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self {
            lifeline: supervisor.stdin.take(),
            supervisor,
            home: dir,
        }
    }

    /// Waits until `ready` says so.
    pub(crate) fn wait(&self, ready: impl Fn() -> bool) -> Result<(), String> {
        let start = Instant::now();
        while !ready() {
            if self.home.join("stopped").exists() || start.elapsed() > PATIENCE {
                return Err(format!("the server did not start:\n{}", self.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Kills the server, as a power cut would end it, and starts it again as soon as nothing is left
    /// of it.
    pub(crate) fn kill_and_restart(&self, ready: impl Fn() -> bool) {
        let stopped = self.home.join("stopped");
        self.signal("KILL");
        let start = Instant::now();
        loop {
            while !stopped.exists() {
                if start.elapsed() > Duration::from_millis(300) && ready() {
                    return;
                }
                assert!(start.elapsed() < PATIENCE, "{}", self.log());
                std::thread::sleep(Duration::from_millis(50));
            }
            // A child of the one before may be there for another moment.
            std::thread::sleep(Duration::from_millis(200));
            let mut pipe = self.lifeline.as_ref().expect("a pipe");
            pipe.write_all(b"again\n").expect("a supervisor");
            while stopped.exists() && start.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// The server's folder.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// What the server has logged so far.
    pub(crate) fn log(&self) -> String {
        let mut bytes = Vec::new();
        if let Ok(mut file) = File::open(self.home.join("log")) {
            drop(file.read_to_end(&mut bytes));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends the server a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = fs::read_to_string(self.home.join("pid")).expect("the server's pid");
        output(Command::new("kill").args(["-s", name, pid.trim()])).expect("kill");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        drop(self.supervisor.wait());
    }
}
