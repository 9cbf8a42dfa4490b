//! A server made of bytes, for what no real server can be made to say.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Listens once: sends each reply after a packet of the client's, the greeting first.
pub(crate) struct Canned {
    port: u16,
}

impl Canned {
    /// A server with this greeting and these replies, packets as they go over the wire.
    pub(crate) fn start(greeting: Vec<u8>, replies: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else {
                return;
            };
            let _ = serve(&mut stream, &greeting, &replies);
        });
        Self { port }
    }

    /// Its URL, with a password that must not appear anywhere.
    pub(crate) fn url(&self) -> String {
        format!("mysql://u:hunter2@127.0.0.1:{}/d", self.port)
    }
}

fn serve(stream: &mut TcpStream, greeting: &[u8], replies: &[Vec<u8>]) -> std::io::Result<()> {
    stream.write_all(greeting)?;
    for reply in replies {
        let mut head = [0; 4];
        stream.read_exact(&mut head)?;
        let length = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let mut body = vec![0; length as usize];
        stream.read_exact(&mut body)?;
        stream.write_all(reply)?;
    }
    Ok(())
}

/// A packet with its sequence number.
pub(crate) fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short packet");
    let mut out = length.to_le_bytes()[..3].to_vec();
    out.push(sequence);
    out.extend_from_slice(payload);
    out
}

/// A greeting that asks for this plugin, without TLS.
pub(crate) fn greeting(plugin: &str) -> Vec<u8> {
    let mut out = b"\x0a8.4.0\0\x01\0\0\0abcdefgh\0".to_vec();
    out.extend(0xf7ff_u16.to_le_bytes());
    out.extend(b"\x2d\x02\0");
    out.extend(0x01ff_u16.to_le_bytes());
    out.push(21);
    out.extend([0; 10]);
    out.extend(b"ijklmnopqrst\0");
    out.extend(plugin.as_bytes());
    out.push(0);
    packet(0, &out)
}

/// An OK packet.
pub(crate) const OK: &[u8] = b"\0\0\0\x02\0\0\0";
