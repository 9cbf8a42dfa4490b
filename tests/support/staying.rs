//! A `dumpkeep schedule` that stays in the foreground.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One, with the web server that it was asked for.
pub(crate) struct Staying {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
}

impl Staying {
    /// Starts it, and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped());
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
        let said = Arc::new(Mutex::new(String::new()));
        let noted = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut noted = noted.lock().expect("whole");
                noted.push_str(&line);
                noted.push('\n');
            }
        });
        Self {
            child,
            address,
            said,
        }
    }

    /// Whether it has said this on its standard error.
    pub(crate) fn said(&self, text: &str) -> bool {
        self.said.lock().expect("whole").contains(text)
    }

    /// What it answers, head and body.
    pub(crate) fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("asked");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("answered");
        text
    }

    /// Sends it a signal, such as TERM.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.expect("kill starts").success());
    }

    /// Its exit code, when it has ended.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = self.said.lock().expect("whole");
            let _ = writeln!(std::io::stderr(), "it said: {said}");
        }
    }
}

/// Waits for something that comes sooner or later.
pub(crate) fn until(what: &str, mut there: impl FnMut() -> bool) {
    let clock = Instant::now();
    while !there() {
        assert!(clock.elapsed() < Duration::from_secs(100), "no {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
