//! A network of our own between one client and the service, which breaks when it is told to.
//!
//! Each client has one, with two addresses that nobody else has: at one the client finds the service, and the service
//! sees the other as the client's. Weather is what the
//! network is like for a while; a [`Blow`] strikes the lines that are there and leaves those that come alone.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet, yield_now};
use tokio::time::{sleep, timeout};

use crate::chance::Chance;

/// How long a dead line is held that its client does not give up. The service itself gives it up sooner.
const DEAD: Duration = Duration::from_secs(90);
/// How long the service's end of a dead line outlives the client's: its closing is then that of a line long replaced.
const AFTER_DEATH: Duration = Duration::from_secs(3);
/// How long a port may take to be free again.
const REBIND: Duration = Duration::from_millis(20);

/// What the network is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// As a network should be.
    Fine,
    /// Everything takes this many milliseconds, and up to so many more.
    Slow(u64, u64),
    /// Every byte goes alone.
    Chopped,
    /// Whatever goes in is gone, and nobody is told. Lines that are there when it begins never recover.
    Hole,
}

/// What happens to the lines that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// Both ends are told that it is over (FIN).
    Cut,
    /// Only the service is told; what it says still arrives.
    CutToService,
    /// Only the client is told; what it says still arrives.
    CutToClient,
    /// Both are told that it never was (RST).
    Reset,
}

#[derive(Clone, Copy, Debug)]
struct State {
    weather: Weather,
    /// Whether new connections are taken.
    open: bool,
    blows: u64,
    blow: Blow,
}

/// Tells whether anything stood in a client's way since some moment.
#[derive(Debug, Default)]
pub struct Sky {
    present: AtomicU32,
    begun: AtomicU32,
}

impl Sky {
    /// Something begins to stand in the way.
    pub fn darken(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.present.fetch_add(1, Ordering::SeqCst);
    }

    /// … and ends to.
    pub fn clear(&self) {
        self.present.fetch_sub(1, Ordering::SeqCst);
    }

    /// The number of things that ever did, if none does now.
    pub fn clear_since(&self) -> Option<u32> {
        (self.present.load(Ordering::SeqCst) == 0).then(|| self.begun.load(Ordering::SeqCst))
    }
}

/// The second number of the addresses under which the service sees the clients of a run.
pub const fn clients_of(run: u8) -> u8 {
    run + 64
}

/// The way of one client to the service.
pub struct Network {
    /// What the client takes for the service's origin.
    pub site: String,
    /// What stands in the way.
    pub sky: Arc<Sky>,
    state: watch::Sender<State>,
    door: JoinHandle<()>,
}

impl Network {
    /// The network of client `number` of run `run`. `service`: where the service is, if it is up.
    pub async fn open(run: u8, number: usize, service: watch::Receiver<Option<SocketAddr>>) -> io::Result<Self> {
        let [_, _, high, low] = u32::try_from(number + 1).unwrap_or_default().to_be_bytes();
        let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::new(127, run, high, low), 0)).await?;
        let client = Ipv4Addr::new(127, clients_of(run), high, low);
        let site = listener.local_addr()?;
        let first = State { weather: Weather::Fine, open: true, blows: 0, blow: Blow::Cut };
        let (state, seen) = watch::channel(first);
        let door = tokio::spawn(keep_door(listener, client, seen, service));
        Ok(Self { site: format!("http://{site}"), sky: Arc::default(), state, door })
    }

    /// The weather changes.
    pub fn weather(&self, weather: Weather) {
        self.state.send_modify(|state| state.weather = weather);
    }

    /// New connections are refused from now on, or no longer.
    pub fn admit(&self, open: bool) {
        self.state.send_modify(|state| state.open = open);
    }

    /// Strikes the lines that are there.
    pub fn strike(&self, blow: Blow) {
        self.state.send_modify(|state| (state.blows, state.blow) = (state.blows + 1, blow));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.door.abort();
    }
}

/// Takes connections while it is open. Where nobody listens, the system itself refuses them.
async fn keep_door(
    first: TcpListener,
    client: Ipv4Addr,
    state: watch::Receiver<State>,
    service: watch::Receiver<Option<SocketAddr>>,
) {
    let Ok(address) = first.local_addr() else { return };
    let mut listener = Some(first);
    let mut lines = JoinSet::new();
    let mut door = state.clone();
    let mut count = 0;
    loop {
        if !door.borrow_and_update().open {
            listener = None;
            if door.wait_for(|state| state.open).await.is_err() {
                return;
            }
        }
        let Some(taken) = &listener else {
            match TcpListener::bind(address).await {
                Ok(bound) => listener = Some(bound),
                Err(_) => sleep(REBIND).await,
            }
            continue;
        };
        tokio::select! {
            changed = door.changed() => if changed.is_err() { return },
            came = taken.accept() => if let Ok((line, _)) = came {
                count += 1;
                let service = *service.borrow();
                lines.spawn(carry(line, service, client, state.clone(), Chance::new(count)));
                while lines.try_join_next().is_some() {}
            },
        }
    }
}

/// Carries a line until it ends or is struck.
async fn carry(
    mut client: TcpStream,
    service: Option<SocketAddr>,
    from: Ipv4Addr,
    mut state: watch::Receiver<State>,
    mut chance: Chance,
) {
    let State { blows, weather, .. } = *state.borrow_and_update();
    if weather == Weather::Hole {
        return swallow(&mut client).await;
    }
    let Some(mut service) = connect(service, from).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let _ = (client.set_nodelay(true), service.set_nodelay(true));
    let struck = {
        let (seen, back_seen) = (state.clone(), state.clone());
        let ((mut said, mut hears), (mut answered, mut told)) = (client.split(), service.split());
        let mut back = Chance::new(chance.below(u64::MAX));
        let both = both(
            pump(&mut said, &mut told, &seen, &mut chance),
            pump(&mut answered, &mut hears, &back_seen, &mut back),
        );
        tokio::select! {
            () = both => return,
            struck = state.wait_for(|state| state.blows != blows || state.weather == Weather::Hole) => struck.ok().map(|state| *state),
        }
    };
    match struck {
        Some(State { weather: Weather::Hole, .. }) => {
            swallow(&mut client).await;
            drop(client);
            sleep(AFTER_DEATH).await;
        }
        Some(State { blow, .. }) => end(&mut client, &mut service, blow, &state).await,
        None => {}
    }
}

async fn connect(service: Option<SocketAddr>, from: Ipv4Addr) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind(SocketAddrV4::new(from, 0).into()).ok()?;
    socket.connect(service?).await.ok()
}

/// Takes what comes and does nothing with it, for as long as somebody is there.
async fn swallow(client: &mut TcpStream) {
    let mut bytes = [0; 4_096];
    let _ = timeout(DEAD, async { while client.read(&mut bytes).await.is_ok_and(|count| count > 0) {} }).await;
}

async fn end(client: &mut TcpStream, service: &mut TcpStream, blow: Blow, state: &watch::Receiver<State>) {
    // Seeds nothing that the verdict could depend on.
    let mut chance = Chance::new(0);
    match blow {
        Blow::Cut => {
            let _ = (client.shutdown().await, service.shutdown().await);
        }
        Blow::Reset => {
            let _ = (client.set_zero_linger(), service.set_zero_linger());
        }
        Blow::CutToService => {
            let ((mut said, mut hears), (mut answered, mut told)) = (client.split(), service.split());
            let _ = told.shutdown().await;
            let rest = pump(&mut answered, &mut hears, state, &mut chance);
            let _ = timeout(DEAD, both(discard(&mut said), rest)).await;
        }
        Blow::CutToClient => {
            let ((mut said, mut hears), (mut answered, mut told)) = (client.split(), service.split());
            let _ = hears.shutdown().await;
            let rest = pump(&mut said, &mut told, state, &mut chance);
            let _ = timeout(DEAD, both(rest, discard(&mut answered))).await;
        }
    }
}

/// Both directions, each until its end. A client that has hung up takes nothing any more, and the service hears of it
/// as it would from the client's own machine: soon, and when it says something.
async fn both(said: impl Future<Output = ()>, answered: impl Future<Output = ()>) {
    let (here, is_here) = oneshot::channel::<()>();
    let said = async move {
        said.await;
        drop(here);
    };
    let answered = async move {
        let gone = async {
            let _ = is_here.await;
            sleep(AFTER_DEATH).await;
        };
        tokio::select! { () = answered => {}, () = gone => {} }
    };
    tokio::join!(said, answered);
}

async fn discard(from: &mut ReadHalf<'_>) {
    let mut bytes = [0; 4_096];
    while from.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
}

/// Carries one direction as the weather has it.
async fn pump(from: &mut ReadHalf<'_>, to: &mut WriteHalf<'_>, state: &watch::Receiver<State>, chance: &mut Chance) {
    let mut bytes = vec![0; 16_384];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let weather = state.borrow().weather;
        if let Weather::Slow(ms, more) = weather {
            sleep(Duration::from_millis(ms + chance.below(more + 1))).await;
        }
        let piece = if weather == Weather::Chopped { 1 } else { count };
        for piece in bytes[..count].chunks(piece) {
            if to.write_all(piece).await.is_err() {
                return;
            }
            if weather == Weather::Chopped {
                yield_now().await;
            }
        }
    }
    let _ = to.shutdown().await;
}
