//! A loop that writes, and nothing else: how long the machine and whoever measures take by themselves.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
/// Enough for the request of a subscriber.
const REQUEST_BYTES: usize = 1_024;

/// A thread that sends to all who have connected. It ends when this is dropped.
pub struct Loop {
    /// Where it listens.
    pub address: SocketAddr,
    texts: mpsc::Sender<String>,
}

impl Loop {
    /// Starts it; so many will subscribe.
    pub fn start(subscribers: usize) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (texts, wanted) = mpsc::channel();
        thread::spawn(move || serve(&listener, subscribers, &wanted));
        Self { address, texts }
    }

    /// Has an event sent to everybody.
    pub fn send(&self, data: &str) {
        self.texts.send(format!("event: presence\nid: 0\ndata: {data}\n\n")).expect("the thread goes on");
    }
}

fn serve(listener: &TcpListener, subscribers: usize, texts: &mpsc::Receiver<String>) -> io::Result<()> {
    let greet = |_| -> io::Result<TcpStream> {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        // Whoever subscribes over loopback sends so little in one piece.
        let _ = stream.read(&mut [0; REQUEST_BYTES])?;
        stream.write_all(HEAD.as_bytes())?;
        Ok(stream)
    };
    let mut streams = (0..subscribers).map(greet).collect::<io::Result<Vec<TcpStream>>>()?;
    for text in texts {
        for stream in &mut streams {
            stream.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}
