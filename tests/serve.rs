//! `gongxun serve` as a process: it takes an archive in, tells its address, writes lines to standard error alone, and ends as
//! signals ask.
#![cfg(all(feature = "serve", unix))]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A server with its address.
struct Served {
    child: Child,
    address: String,
    lines: BufReader<ChildStderr>,
}

impl Served {
    /// Serves a folder with an article, with some arguments more.
    fn start(scratch: &Path, arguments: &[&str]) -> Served {
        let archive = scratch.join("archive");
        std::fs::create_dir_all(&archive).unwrap();
        let page = "<h1>工会驿站启用</h1><p>来源：东原工人报 2021-07-28</p><p>环卫工有了歇脚处，驿站里有热水、微波炉和充电的地方，\
                    冬天有暖气，夏天有空调，工会说今年还要再建二十个。</p>";
        std::fs::write(archive.join("a.html"), page).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_gongxun"))
            .args(["serve", "archive", "--index", "index", "--addr", "127.0.0.1:0", "--no-browser"])
            .args(arguments)
            .current_dir(scratch)
            .env_remove("GONGXUN_TOKEN")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut seen = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "no address in {seen}");
            if let Some((address, _)) = line.strip_prefix("http://").and_then(|rest| rest.split_once('/')) {
                break address.to_string();
            }
            seen.push_str(&line);
        };
        Served { child, address, lines }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn get(&self, target: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Waits for the process to end; returns its status and the remaining lines of its output.
    fn end(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

#[test]
fn an_archive_is_taken_in_served_and_left_when_it_is_told_to() {
    for signal in ["-TERM", "-INT"] {
        let scratch = tempfile::tempdir().unwrap();
        let served = Served::start(scratch.path(), &[]);
        let answer = served.get("/api/search?q=%E7%8E%AF%E5%8D%AB%E5%B7%A5");
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"total\":1"), "{answer}");
        served.signal(signal);
        let (status, rest) = served.end();
        assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "{signal}: no query in any log");
    }
}

#[test]
fn who_interrupts_twice_does_not_wait() {
    let scratch = tempfile::tempdir().unwrap();
    let served = Served::start(scratch.path(), &[]);
    let mut slow = served.connect();
    write!(slow, "GET /healthz HTTP/1.1\r\nHo").unwrap();
    assert!(served.get("/healthz").starts_with("HTTP/1.1 200 OK"));
    served.signal("-INT");
    // Until no connection is taken any more, the first signal has not come.
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    served.signal("-INT");
    assert_eq!(served.end().0.code(), Some(130));
}

#[test]
fn requests_are_written_down_where_that_is_asked_for() {
    for (log, wanted, unwanted) in
        [("paths", "GET /api/search 200", "q="), ("queries", "GET /api/search?q=a 200", "\u{1}")]
    {
        let scratch = tempfile::tempdir().unwrap();
        let served = Served::start(scratch.path(), &["--log", log]);
        served.get("/api/search?q=a");
        served.signal("-TERM");
        let (_, lines) = served.end();
        assert!(lines.contains(wanted) && !lines.contains(unwanted), "{log}: {lines}");
    }
}
