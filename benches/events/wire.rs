//! As little of HTTP/1.1 as a subscriber needs: whoever measures must cost less than what is measured.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How many bytes are read at a time.
const READ_BYTES: usize = 4_096;
/// The longest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 8_192;

/// The body of an answer, taken out of its chunks.
#[derive(Debug, Default)]
struct Chunks {
    /// What is left of the present chunk.
    left: usize,
    /// The line that is being read: a size, or what ends a chunk.
    line: Vec<u8>,
    over: bool,
}

impl Chunks {
    fn take(&mut self, mut bytes: &[u8], body: &mut Vec<u8>) -> io::Result<()> {
        while !bytes.is_empty() && !self.over {
            let data = self.left.min(bytes.len());
            body.extend_from_slice(&bytes[..data]);
            self.left -= data;
            bytes = &bytes[data..];
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                self.line.extend_from_slice(bytes);
                break;
            };
            self.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            let size = String::from_utf8_lossy(line.trim_ascii()).into_owned();
            // The empty line between a chunk and the size of the next.
            if !size.is_empty() {
                self.left = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
                self.over = self.left == 0;
            }
        }
        Ok(())
    }
}

/// An answer whose head has been read.
pub struct Answer {
    /// The connection.
    pub stream: TcpStream,
    /// What has come of the body and was not yet looked at.
    pub body: Vec<u8>,
    /// Bytes that have come, the head and the marks of chunks included.
    pub bytes: usize,
    head: String,
    chunks: Option<Chunks>,
}

impl Answer {
    /// Sends a request on a connection of its own, and reads the head of the answer.
    pub async fn to(server: SocketAddr, method: &str, path: &str, more: &str, body: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\n{more}{length}\r\n{body}");
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        let end = loop {
            if stream.read_buf(&mut bytes).await? == 0 || bytes.len() > HEAD_BYTES_MAX {
                return Err(io::Error::other("no answer"));
            }
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let chunks = head.contains("\r\ntransfer-encoding: chunked\r\n").then(Chunks::default);
        let mut answer = Self { stream, body: Vec::new(), bytes: bytes.len(), head, chunks };
        answer.take(&bytes[end..])?;
        Ok(answer)
    }

    /// Its status.
    pub fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// Reads once. False when the body is over.
    pub async fn more(&mut self) -> io::Result<bool> {
        if self.chunks.as_ref().is_some_and(|chunks| chunks.over) {
            return Ok(false);
        }
        let mut bytes = [0; READ_BYTES];
        let count = self.stream.read(&mut bytes).await?;
        self.bytes += count;
        self.take(&bytes[..count])?;
        Ok(count > 0)
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(chunks) = &mut self.chunks {
            return chunks.take(bytes, &mut self.body);
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    /// The next event of an event stream, if all of it has come: its text.
    pub fn event(&mut self) -> Option<String> {
        let end = self.body.windows(2).position(|two| two == b"\n\n")? + 2;
        let rest = self.body.split_off(end);
        let event = std::mem::replace(&mut self.body, rest);
        Some(String::from_utf8_lossy(&event).into_owned())
    }
}

/// A field of an event.
pub fn field<'a>(event: &'a str, name: &str) -> Option<&'a str> {
    event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Sends a request and reads all of the answer's body, which has to be a good one.
pub async fn ask(server: SocketAddr, method: &str, path: &str, more: &str, body: &str) -> String {
    let asked = async {
        let more = format!("Connection: close\r\n{more}");
        let mut answer = Answer::to(server, method, path, &more, body).await?;
        while answer.more().await? {}
        Ok::<_, io::Error>(answer)
    };
    let answer = asked.await.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let body = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(answer.status().starts_with('2'), "{method} {path}: {}: {body}", answer.status());
    body
}
