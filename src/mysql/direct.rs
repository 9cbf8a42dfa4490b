//! Whether statements may be sent before those before them are answered. The servers take that, for they read one command
//! after the other; what stands in between need not. Proxies answer out of order or not at all (ProxySQL), and
//! Amazon's Aurora of MySQL 5.7 waits forever for what it has thrown away.

use crate::error::Result;
use crate::mysql::wire::connection::Connection;

/// Whether the server that greeted is the one that answers, and none that is known for it: its list of
/// threads must show this very statement under the number of its greeting. Of its own threads every account sees all.
pub(super) async fn is_direct(connection: &mut Connection) -> Result<bool> {
    let mark = format!("dumpkeep {:016x}", rand::random::<u64>());
    let list = format!("SHOW FULL PROCESSLIST /* {mark} */");
    let id = connection.id().to_string();
    let threads = match connection.run(list.as_bytes()).await {
        Ok((threads, _)) => threads,
        Err(error) if error.server_code().is_some() => return Ok(false),
        Err(error) => return Err(error),
    };
    for thread in threads.iter() {
        let info = thread.opt("Info").ok().flatten();
        let runs_this =
            info.is_some_and(|info| memchr::memmem::find(info, mark.as_bytes()).is_some());
        if runs_this && thread.bytes("Id").is_ok_and(|own| own == id.as_str()) {
            let aurora = b"SHOW SESSION VARIABLES LIKE 'aurora%'";
            return Ok(connection.run(aurora).await?.0.is_empty());
        }
    }
    Ok(false)
}
