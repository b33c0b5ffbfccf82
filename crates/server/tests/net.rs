//! The server by its socket: hostile requests, slow clients, many at once, and a stop that lets answers be finished.

mod support;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gongxun_core::article::Article;
use gongxun_core::index::{Index, IndexSettings, Resources};
use gongxun_server::{Server, Settings, Stop};

/// A server that runs until it is dropped.
struct Served {
    address: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Served {
    fn with(settings: Settings) -> Served {
        Served::with_index(index(support::articles()), settings)
    }

    fn with_index(index: Index, settings: Settings) -> Served {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), Box::new(index), settings).unwrap();
        let (address, stop) = (server.address().unwrap(), server.stopper());
        Served { address, stop, thread: Some(std::thread::spawn(move || server.run())) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    /// Sends bytes and returns the answer, until the other side closes or pauses.
    fn says(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // What is too long may be refused before it is all sent.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {}
            Err(error) => panic!("{error}: neither answered nor closed: {:?}", String::from_utf8_lossy(bytes)),
        }
        answer
    }

    fn works(&self) {
        let answer = self.says(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(thread) = self.thread.take() {
            let done = thread.join();
            assert!(std::thread::panicking() || matches!(done, Ok(Ok(()))), "{done:?}");
        }
    }
}

fn index(articles: Vec<Article>) -> Index {
    let index = Index::in_memory(IndexSettings::default()).unwrap();
    let mut writer = index.writer(Resources::one_thread()).unwrap();
    for article in &articles {
        writer.put(article).unwrap();
    }
    writer.commit().unwrap();
    index
}

/// Returns the status of an answer, if there is one.
fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    std::str::from_utf8(line.get(..3)?).ok()?.parse().ok()
}

/// Returns a hostile request for each number: heads, paths, queries, encodings, bodies, framings.
fn hostile(n: usize) -> Vec<u8> {
    let request =
        |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes();
    let n_th = |all: &[&str]| all[n / 10 % all.len()].to_string();
    match n % 10 {
        // Paths that would leave, and names of what is not there.
        0 => request(
            &n_th(&[
                "/../../etc/passwd",
                "/assets/../../Cargo.toml",
                "/assets/..%2f..%2fCargo.toml",
                "/assets/%2e%2e/%2e%2e/x",
                "//evil.example/",
                "/assets/\\..\\x",
                "/article/../../x",
                "/assets/style.css%00.js",
                "/.git/config",
                "/assets/",
                "/article/%2e%2e%2f",
                "/api/articles/..;/x",
                "/a//b",
                "/%",
                "/%zz",
                "/search/%C0%AF",
                "/assets/%252e%252e",
                "*",
            ]),
            "",
        ),
        // Queries that are too long, too deep, or none.
        1 => request(&format!("/api/search?q={}", n_th(&["("; 1]).repeat(900)), ""),
        2 => request(
            &format!(
                "/search?q={}",
                n_th(&["%FF%FE", "%00", "%E5%B7", "a%0d%0aX:y", "\"~1000 ", "NEAR/9 ", "*?", "-"]).repeat(200 + n)
            ),
            "",
        ),
        3 => request(
            &format!(
                "/api/search?{}",
                n_th(&[
                    "limit=-1",
                    "limit=1e9",
                    "offset=99999999999999999999",
                    "q=a&q=b",
                    "q[]=a",
                    "q=a&exact=maybe",
                    "%71=a&sort=%00",
                    "&&&=&=="
                ])
            ),
            "",
        ),
        // Heads that are too large, or no heads.
        4 => request("/", &format!("X-Long: {}\r\n", "a".repeat(1 << (10 + n / 10 % 10)))),
        5 => request("/", &(0..30 * (1 + n / 10)).map(|n| format!("X-{n}: y\r\n")).collect::<String>()),
        // Lengths that lie, and requests inside requests.
        6 => request(
            "/api/search?q=a",
            &n_th(&[
                "Content-Length: 5\r\n\r\nGET /x",
                "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n",
                "Content-Length: 1\r\nContent-Length: 2\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                " Transfer-Encoding: chunked\r\n",
                "Content-Length: 0\r\nTransfer-Encoding: identity\r\n",
                "Expect: 100-continue\r\nContent-Length: 3\r\n",
                "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
                "Upgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 7\r\n",
                "Host: evil.example\r\n",
            ]),
        ),
        7 => n_th(&[
            "GET\r\n\r\n",
            "\0\0\0\0",
            "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab",
            "CONNECT localhost:22 HTTP/1.1\r\nHost: localhost:22\r\n\r\n",
            "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "DELETE /article/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\nHost: localhost\nX: y\n\n",
            "\x16\x03\x01\x02\x00\x01\x00",
            "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET /search?q=\u{7f}\u{1} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n",
        ])
        .into_bytes(),
        8 => {
            let mut random = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (0..n * 7)
                .map(|_| {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    random as u8
                })
                .collect()
        }
        _ => {
            let mut bytes = b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            for _ in 0..n {
                bytes.extend_from_slice(b"400\r\n");
                bytes.extend_from_slice(&[b'a'; 0x400]);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes
        }
    }
}

#[test]
fn hostile_requests_are_answered_by_an_error_or_closed() {
    let mut settings = Settings::default();
    // What has no end is let go soon.
    settings.head_timeout = Duration::from_millis(300);
    let served = Served::with(settings);
    let served = &served;
    let answers: Vec<(usize, Vec<u8>, Vec<u8>)> = std::thread::scope(|scope| {
        let eighth =
            |from: usize| move || (from..300).step_by(8).map(|n| (n, hostile(n), served.says(&hostile(n)))).collect();
        let threads: Vec<_> = (0..8).map(|from| scope.spawn(eighth(from))).collect();
        threads.into_iter().flat_map(|thread| -> Vec<_> { thread.join().unwrap() }).collect()
    });
    let mut errors = 0;
    for (n, bytes, answer) in answers {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        match status(&answer) {
            None => assert!(answer.is_empty(), "{n}: {shown}: {}", String::from_utf8_lossy(&answer)),
            Some(status) => {
                assert!(status < 500, "{n}: {status} for {shown}");
                errors += usize::from(status >= 400);
                // One request, one answer: nothing of it was taken for a second one.
                let answers = answer.windows(9).filter(|window| *window == b"HTTP/1.1 ").count();
                assert_eq!(answers, 1, "{n}: {shown}");
                assert!(answer.len() < 200_000, "{n}: {} bytes for {shown}", answer.len());
            }
        }
    }
    assert!(errors > 150, "{errors} of 300 were refused");
    served.works();
}

#[test]
fn who_sends_slowly_or_nothing_is_let_go() {
    let mut settings = Settings::default();
    settings.head_timeout = Duration::from_millis(400);
    settings.connections = 8;
    let served = Served::with(settings);
    // As many as may be open at once: some say nothing, some a head without an end, some are idle after an answer.
    let mut open: Vec<TcpStream> = Vec::new();
    for n in 0..8 {
        let mut stream = served.connect();
        match n % 3 {
            0 => {}
            1 => stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a").unwrap(),
            _ => stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap(),
        }
        open.push(stream);
    }
    // A further client is served once these are closed.
    served.works();
    for mut stream in open {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(
            status(&rest).is_none_or(|status| status == 200 || status == 408),
            "{}",
            String::from_utf8_lossy(&rest)
        );
    }
}

#[test]
fn who_takes_nothing_is_let_go_and_an_export_ends_with_them() {
    let mut settings = Settings::default();
    settings.stall_timeout = Duration::from_millis(400);
    settings.exports = 1;
    settings.wait = Duration::from_secs(20);
    let long = "工会讨论工资集体协商。".repeat(60);
    let many =
        (0..4_000).map(|n| Article::new(&n.to_string(), format!("第{n}篇{long}"), long.clone()).into()).collect();
    let served = Served::with_index(index(many), settings);
    let ask = b"GET /api/export?q=%E5%B7%A5%E4%BC%9A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut stalled = served.connect();
    stalled.write_all(ask).unwrap();
    let mut head = [0; 64];
    stalled.read_exact(&mut head).unwrap();
    assert_eq!(status(&head), Some(200));
    // There is one export at a time; the next has its turn because the first was let go.
    let answer = served.says(ask);
    assert_eq!(status(&answer), Some(200), "{}", String::from_utf8_lossy(&answer[..answer.len().min(300)]));
    assert!(answer.ends_with(b"\r\n0\r\n\r\n"), "it is whole");
    // The client that was disconnected can tell that its export is incomplete.
    let mut rest = Vec::new();
    let _ = stalled.read_to_end(&mut rest);
    assert!(!rest.ends_with(b"\r\n0\r\n\r\n"), "half of an export is not taken for the whole: {} bytes", rest.len());
}

#[test]
fn many_ask_at_once_and_each_is_answered() {
    let served = Served::with(Settings::default());
    let served = &served;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..32)
            .map(|n| {
                scope.spawn(move || {
                    let mut stream = served.connect();
                    for m in 0..20 {
                        let target = ["/", "/search?q=%E5%B7%A5%E4%BC%9A", "/api/search?q=%E9%AA%91%E6%89%8B", "/day"]
                            [(n + m) % 4];
                        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
                        let (head, body) = read_answer(&mut stream);
                        assert!(head.starts_with("HTTP/1.1 200") && !body.is_empty(), "{target}: {head}");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// Reads an answer from a connection that stays open.
fn read_answer(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).expect("a length").split('\r').next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head.replacen("http/1.1", "HTTP/1.1", 1), body)
}

#[test]
fn a_stop_lets_the_answer_under_way_be_finished() {
    let long = "工会讨论工资集体协商。".repeat(60);
    let many = (0..2_000).map(|n| Article::new(&n.to_string(), format!("第{n}篇"), long.clone()).into()).collect();
    let mut served = Served::with_index(index(many), Settings::default());
    let mut stream = served.connect();
    stream.write_all(b"GET /api/export?q=%E5%B7%A5%E4%BC%9A HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut head = [0; 64];
    stream.read_exact(&mut head).unwrap();
    let mut idle = served.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    read_answer(&mut idle);
    served.stop.stop();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "the export is whole: {} bytes", rest.len());
    // Idle connections are closed at once, and no new ones are accepted.
    let begin = Instant::now();
    assert_eq!(idle.read(&mut [0; 1]).unwrap_or(0), 0);
    served.thread.take().unwrap().join().unwrap().unwrap();
    assert!(TcpStream::connect(served.address).is_err(), "closed after {:?}", begin.elapsed());
}

#[test]
fn too_many_searches_wait_and_then_are_told_to_come_again() {
    let mut settings = Settings::default();
    (settings.searches, settings.wait, settings.exports) = (1, Duration::ZERO, 1);
    settings.stall_timeout = Duration::from_secs(20);
    let long = "工会讨论工资集体协商。".repeat(60);
    let many =
        (0..4_000).map(|n| Article::new(&n.to_string(), format!("第{n}篇{long}"), long.clone()).into()).collect();
    let served = Served::with_index(index(many), settings);
    let ask = b"GET /api/export?q=%E5%B7%A5%E4%BC%9A HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut first = served.connect();
    first.write_all(ask).unwrap();
    let mut head = [0; 64];
    first.read_exact(&mut head).unwrap();
    let answer = served.says(ask);
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    assert!(status(&answer) == Some(503) && text.contains("retry-after: 1"), "{text}");
}
