//! nginx with the module nchan: what somebody would install who wants event streams and no service of their own.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use crate::process::{Server, folder, free_address};
use crate::wire::ask;

const NGINX: &str = "/usr/sbin/nginx";
const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
/// Where one publishes.
const PUBLISH: &str = "/publish";

/// Whether Debian's packages `nginx` and `libnginx-mod-nchan` are here.
pub fn is_here() -> bool {
    [NGINX, MODULE].iter().all(|file| Path::new(file).exists())
}

/// Starts it, with as many workers as a presence object has threads.
pub async fn start(subscribers: usize) -> Server {
    let (folder, address) = (folder(), free_address());
    let place = folder.display();
    // All of them inside the folder, for they are made even where nothing is ever kept there.
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let places = kinds.iter().fold(String::new(), |mut text, kind| {
        let _ = writeln!(text, "  {kind}_temp_path {place}/{kind};");
        text
    });
    let config = format!(
        "load_module {MODULE};
daemon off;
worker_processes 1;
pid {place}/pid;
events {{ worker_connections {}; }}
http {{
  access_log off;
{places}  server {{
    listen {address} backlog=4096;
    location = {PUBLISH} {{ nchan_publisher; nchan_channel_id presence; nchan_message_buffer_length 1; }}
    location = /events {{ nchan_subscriber eventsource; nchan_channel_id presence; }}
  }}
}}
",
        2 * subscribers + 64
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).expect("a folder of our own");
    let (errors, file) = (folder.join("errors"), file.to_str().expect("a plain name").to_owned());
    let prefix = folder.to_str().expect("a plain name").to_owned();
    let arguments = ["-p", &prefix, "-c", &file, "-e", errors.to_str().expect("a plain name")];
    Server::start(Path::new(NGINX), &arguments, folder.clone(), address).await
}

/// Has a message sent to everybody, as an event of the service's.
pub async fn publish(nginx: SocketAddr, data: &str) {
    ask(nginx, "POST", PUBLISH, "X-EventSource-Event: presence\r\n", data).await;
}
