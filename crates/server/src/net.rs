//! The accept loop: connections are limited in number, size of heads and duration; a stop lets answers under way be
//! finished.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use gongxun_core::search::Provider;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

use crate::router::router;
use crate::settings::Settings;

/// The most bytes of a request's head.
const MAX_HEAD: usize = 32 << 10;
/// The most headers of a request.
const MAX_HEADERS: usize = 64;
/// Threads that wait for sockets; searches have their own.
const SOCKET_THREADS: usize = 2;
/// The pause after a connection could not be accepted, because too many files are open, say.
const REST: Duration = Duration::from_millis(100);

/// A server that has its address and does not serve yet.
pub struct Server {
    listener: TcpListener,
    router: Router,
    settings: Settings,
    stop: (Stop, watch::Receiver<bool>),
    /// Called when the process is told to end a second time; none where signals are left to others.
    again: Option<SecondSignal>,
}

type SecondSignal = Box<dyn FnOnce() + Send>;

/// Stops a server, from any thread.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Stops accepting connections; answers under way are finished.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Takes an address, to serve the archive that a provider gives.
    ///
    /// # Errors
    /// If the system does not give it.
    pub fn bind(address: SocketAddr, provider: Box<dyn Provider>, settings: Settings) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let router = router(provider, settings.clone());
        let (sender, receiver) = watch::channel(false);
        Ok(Server { listener, router, settings, stop: (Stop(Arc::new(sender)), receiver), again: None })
    }

    /// Returns the address, with the port that the system chose for port 0.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Returns the handle that stops the server.
    pub fn stopper(&self) -> Stop {
        self.stop.0.clone()
    }

    /// Serves until it is stopped, or the process is told to end (Ctrl-C, SIGTERM). `again` is called on a second signal
    /// while answers under way are being finished, to end at once.
    ///
    /// # Errors
    /// As [`Server::run`].
    pub fn run_until_interrupted(mut self, again: impl FnOnce() + Send + 'static) -> io::Result<()> {
        self.again = Some(Box::new(again));
        self.run()
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn run(self) -> io::Result<()> {
        let threads = self.settings.searches.max(1) + self.settings.exports.max(1) + 2;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(SOCKET_THREADS)
            .max_blocking_threads(threads)
            .thread_name("gongxun-serve")
            .enable_all()
            .build()?;
        let done = runtime.block_on(self.serve());
        // The clients of searches that are still under way are disconnected.
        runtime.shutdown_timeout(REST);
        done
    }

    async fn serve(self) -> io::Result<()> {
        let Server { listener, router, settings, stop: (stop, mut stopped), again } = self;
        if let Some(again) = again {
            let stop = stop.clone();
            tokio::spawn(async move {
                interrupted().await;
                stop.stop();
                interrupted().await;
                again();
            });
        }
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let places = Arc::new(Semaphore::new(settings.connections.max(1)));
        let graceful = GracefulShutdown::new();
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(settings.head_timeout)
            .max_buf_size(MAX_HEAD)
            .max_headers(MAX_HEADERS)
            .keep_alive(true);
        loop {
            let taken = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, taken) = tokio::select! {
                taken = taken => taken,
                _ = stopped.wait_for(|stop| *stop) => break,
            };
            let Ok((stream, _)) = taken else {
                tokio::time::sleep(REST).await;
                continue;
            };
            // Answers are written at once; who waits for more waits in vain.
            let _ = stream.set_nodelay(true);
            let io = TokioIo::new(Patient::new(stream, settings.stall_timeout));
            let connection = http.serve_connection(io, TowerToHyperService::new(router.clone()));
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                // An error means that the client has closed the connection.
                let _ = connection.await;
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(settings.grace, graceful.shutdown()).await;
        Ok(())
    }
}

/// Waits for Ctrl-C or, where there is one, SIGTERM.
#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = listen(SignalKind::interrupt()) => {}
        () = listen(SignalKind::terminate()) => {}
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// A connection that ends where the other side takes nothing for too long.
struct Patient<T> {
    inner: T,
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<T> Patient<T> {
    fn new(inner: T, patience: Duration) -> Patient<T> {
        Patient { inner, patience, stalled: None }
    }

    /// Returns the result of a write, or an error if the other side has accepted nothing for too long.
    fn waited<R>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let until = Instant::now() + self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patient<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patient<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.waited(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        self.waited(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.waited(cx, shut)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.waited(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
