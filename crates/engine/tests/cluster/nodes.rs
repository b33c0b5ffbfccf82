//! An OpenSearch cluster for tests. Each node is a process, with free ports on the loopback interface and a temporary
//! folder.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The environment variable that names the folder into which `.ci/engine` installed OpenSearch.
pub const VARIABLE: &str = "GONGXUN_OPENSEARCH";
/// The heap size of a node.
const HEAP: &str = "512m";

/// Returns the folder of OpenSearch; `None` if it is not installed.
pub fn opensearch() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os(VARIABLE)?);
    folder.join("classes").is_dir().then_some(folder)
}

/// A running cluster. Dropping it kills its nodes.
pub struct Cluster {
    opensearch: PathBuf,
    folder: tempfile::TempDir,
    ports: Vec<(u16, u16)>,
    nodes: Vec<Option<Child>>,
}

impl Cluster {
    /// Starts `count` nodes and waits until they have formed a cluster.
    pub fn start(opensearch: &Path, count: usize) -> Cluster {
        // All listeners stay open until every port is known, so that no port is assigned twice.
        let free: Vec<(TcpListener, TcpListener)> = (0..count).map(|_| (listener(), listener())).collect();
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let ports = free.iter().map(|(http, transport)| (port(http), port(transport))).collect();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let mut cluster = Cluster { opensearch: opensearch.to_path_buf(), folder, ports, nodes: Vec::new() };
        for number in 0..count {
            let node = cluster.node(number);
            cluster.nodes.push(Some(node));
        }
        cluster.wait(count);
        cluster
    }

    fn node(&self, number: usize) -> Child {
        let (http, transport) = self.ports[number];
        let home = self.folder.path().join(format!("n{number}"));
        std::fs::create_dir_all(&home).unwrap();
        let log = File::options().create(true).append(true).open(home.join("output")).unwrap();
        let seeds: Vec<String> = self.ports.iter().map(|(_, transport)| format!("127.0.0.1:{transport}")).collect();
        let names: Vec<String> = (0..self.ports.len()).map(|number| format!("n{number}")).collect();
        let classes = format!("{0}/classes:{0}/lib/*", self.opensearch.display());
        Command::new("java")
            .args([format!("-Xms{HEAP}"), format!("-Xmx{HEAP}")])
            .args([
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                &classes,
                "EngineNode",
                "cluster.name=gongxun",
            ])
            .arg(format!("node.name=n{number}"))
            .arg(format!("path.home={}", home.display()))
            .arg(format!("http.port={http}"))
            .arg(format!("transport.port={transport}"))
            .arg("network.host=127.0.0.1")
            .arg(format!("discovery.seed_hosts={}", seeds.join(",")))
            .arg(format!("cluster.initial_cluster_manager_nodes={}", names.join(",")))
            .arg("cluster.routing.allocation.disk.threshold_enabled=false")
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    /// Returns the address of a node.
    pub fn url(&self, number: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[number].0)
    }

    /// Kills a node without letting it shut down.
    pub fn kill(&mut self, number: usize) {
        if let Some(mut node) = self.nodes[number].take() {
            node.kill().unwrap();
            node.wait().unwrap();
        }
    }

    /// Restarts a node on its data and waits until it has joined the cluster.
    pub fn again(&mut self, number: usize) {
        let node = self.node(number);
        self.nodes[number] = Some(node);
        self.wait(self.ports.len());
    }

    /// Waits until the replicas of all shards are assigned.
    pub fn wait_for_replicas(&self) {
        let health = format!("{}/_cluster/health?wait_for_status=green&timeout=60s", self.url(0));
        while !ureq::get(&health).call().is_ok_and(|answer| answer.status() == 200) {
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn wait(&self, count: usize) {
        let health = format!(
            "{}/_cluster/health?wait_for_nodes={count}&wait_for_no_initializing_shards=true&timeout=60s",
            self.url(0)
        );
        loop {
            for (number, node) in self.nodes.iter().enumerate() {
                let node = node.as_ref().map(Child::id);
                let is_there =
                    node.is_none_or(|id| Path::new(&format!("/proc/{id}")).exists() || !cfg!(target_os = "linux"));
                assert!(is_there, "node {number} ended: {}", self.output(number));
            }
            let answer = ureq::get(&health).call();
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn output(&self, number: usize) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("n{number}/output"))).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        (0..self.nodes.len()).for_each(|number| self.kill(number));
    }
}

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
