//! A real SMTP server, Python's aiosmtpd: with TLS, accounts, refusals and slowness as a test wants.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The server's program. It prints its port when it listens, and keeps each message as a file.
const PROGRAM: &str = r#"
import asyncio, os, ssl, sys
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
folder, mode = sys.argv[1], sys.argv[2]
count = 0
class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if mode == "refuse":
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"
    async def handle_DATA(self, server, session, envelope):
        global count
        if mode == "slow":
            await asyncio.sleep(60)
        count += 1
        with open(os.path.join(folder, f"{count}.eml"), "wb") as out:
            out.write(envelope.original_content)
        with open(os.path.join(folder, f"{count}.tls"), "w") as out:
            out.write(str(session.ssl is not None or mode == "smtps"))
        return "250 OK"
def login(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"backup" and data.password == b"mail-marker"
    return AuthResult(success=good, handled=False if not good else True)
def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
    return made
class Own(Controller):
    def factory(self):
        if mode in ("starttls", "auth"):
            return SMTP(self.handler, tls_context=context(), require_starttls=True,
                        authenticator=login, auth_required=(mode == "auth"))
        if mode == "smtps":
            return SMTP(self.handler, authenticator=login, auth_require_tls=False)
        return SMTP(self.handler)
import socket
probe = socket.socket(); probe.bind(("127.0.0.1", 0)); port = probe.getsockname()[1]; probe.close()
own = Own(Handler(), hostname="127.0.0.1", port=port,
          ssl_context=context() if mode == "smtps" else None)
own.start()
print(port, flush=True)
sys.stdin.read()
"#;

/// A running server.
pub(crate) struct Smtp {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Smtp {
    /// Modes: plain, starttls, smtps, auth, refuse, slow.
    pub(crate) fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).expect("written");
        let key = made.signing_key.serialize_pem();
        fs::write(folder.path().join("key.pem"), key).expect("written");
        // Debian's own, which has Debian's packages.
        let mut child = Command::new("/usr/bin/python3")
            .args(["-W", "ignore", "-c", PROGRAM])
            .arg(folder.path())
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It writes of each handshake that a test makes fail.
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a port");
        let port = line.trim().parse();
        let port = port.expect("aiosmtpd is installed: run scripts/install-servers.sh");
        Self {
            child,
            folder,
            port,
        }
    }

    /// Its certificate's file.
    pub(crate) fn ca(&self) -> String {
        self.folder.path().join("cert.pem").display().to_string()
    }

    /// The messages that it took, and whether each came encrypted.
    pub(crate) fn messages(&self) -> Vec<(String, bool)> {
        let mut all = Vec::new();
        for number in 1.. {
            let file = |end: &str| self.folder.path().join(format!("{number}.{end}"));
            let Ok(mail) = fs::read_to_string(file("eml")) else {
                break;
            };
            let tls = fs::read_to_string(file("tls")).expect("said");
            all.push((mail, tls == "True"));
        }
        all
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
