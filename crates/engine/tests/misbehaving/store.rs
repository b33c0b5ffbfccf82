//! The documents of a scripted OpenSearch: bulk requests with conditional writes, requests by id, and searches for all
//! documents or those with a value, which see every write at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::scripted::{Act, HttpRequest, SHARDS, good, server};

/// The largest page that OpenSearch returns.
const MAX_PAGE: u64 = 10_000;

/// The state of the server.
#[derive(Default)]
pub struct State {
    /// The documents by index and id, each with its sequence number.
    documents: BTreeMap<(String, String), (u64, Value)>,
    writes: u64,
    /// The number of requests by id that the shard can't answer.
    pub failing: u32,
    /// Whether the alias points to the generation.
    pub serves: bool,
    /// The refresh interval that was set last.
    pub interval: Value,
}

impl State {
    /// Stores a document of the generation, as another process does.
    pub fn put(&mut self, id: &str, document: Value) {
        self.put_in("gongxun-000001", id, document);
    }

    pub fn put_in(&mut self, index: &str, id: &str, document: Value) {
        self.writes += 1;
        self.documents.insert((index.to_string(), id.to_string()), (self.writes, document));
    }

    pub fn remove(&mut self, id: &str) {
        self.documents.remove(&("gongxun-000001".to_string(), id.to_string()));
    }

    pub fn get(&self, id: &str) -> Option<&Value> {
        self.documents.get(&("gongxun-000001".to_string(), id.to_string())).map(|(_, document)| document)
    }

    /// Returns the articles of the generation by id.
    pub fn all(&self) -> BTreeMap<String, Value> {
        let own = self.documents.iter().filter(|((index, _), _)| index == "gongxun-000001");
        own.map(|((_, id), (_, document))| (id.clone(), document.clone())).collect()
    }

    fn bulk(&mut self, index: &str, body: &str) -> Value {
        let mut lines = body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut items = Vec::new();
        while let Some(action) = lines.next() {
            let (name, of) = action.as_object().unwrap().iter().next().unwrap();
            let document = if name == "delete" { None } else { lines.next() };
            let id = of["_id"].as_str().unwrap();
            let key = (index.to_string(), id.to_string());
            let stored = self.documents.get(&key).map(|(number, _)| *number);
            let is_met = match (name.as_str(), of["if_seq_no"].as_u64()) {
                ("create", _) => stored.is_none(),
                (_, Some(number)) => stored == Some(number),
                _ => true,
            };
            let status = match (is_met, document) {
                (false, _) => 409,
                (true, Some(document)) => {
                    self.put_in(index, id, document);
                    201
                }
                (true, None) => self.documents.remove(&key).map_or(404, |_| 200),
            };
            let mut outcome = json!({"_id": id, "status": status});
            if status == 409 {
                outcome["error"] = json!({"type": "version_conflict_engine_exception", "reason": "x"});
            }
            items.push(json!({ name: outcome }));
        }
        json!({ "items": items })
    }

    fn by_id(&mut self, index: &str, body: &Value) -> Value {
        let fails = self.failing > 0;
        self.failing = self.failing.saturating_sub(1);
        let one = |asked: &Value| {
            let id = asked["_id"].as_str().unwrap();
            if fails {
                return json!({"_id": id, "error": {"type": "no_shard_available_action_exception", "reason": "x"}});
            }
            match self.documents.get(&(index.to_string(), id.to_string())) {
                Some((number, document)) => {
                    json!({"_id": id, "found": true, "_seq_no": number, "_primary_term": 1, "_source": document})
                }
                None => json!({"_id": id, "found": false}),
            }
        };
        json!({"docs": body["docs"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()})
    }

    fn search(&self, index: &str, body: &Value) -> String {
        let matches = |document: &Value| {
            let (kind, query) = body["query"].as_object().unwrap().iter().next().unwrap();
            let (field, value) = query.as_object().unwrap().iter().next().unwrap_or((kind, &Value::Null));
            match kind.as_str() {
                "match_all" => true,
                "term" => document[field] == *value,
                "terms" => value.as_array().unwrap().contains(&document[field]),
                other => panic!("{other}"),
            }
        };
        let own = self.documents.iter().filter(|((own, _), _)| own == index);
        let found: Vec<_> = own.filter(|(_, (_, document))| matches(document)).zip(0u64..).collect();
        let from = body["search_after"][0].as_u64().map_or(0, |last| last + 1);
        let size = body["size"].as_u64().unwrap().min(MAX_PAGE);
        let page = found.iter().skip(from as usize).take(size as usize);
        let hits: Vec<Value> = page
            .map(|(((_, id), (version, document)), number)| {
                json!({"_id": id, "_seq_no": version, "_primary_term": 1, "_source": document, "sort": [number]})
            })
            .collect();
        let total = found.len();
        format!(r#"{{{SHARDS},"hits":{{"total":{{"value":{total},"relation":"eq"}},"hits":{}}}}}"#, Value::Array(hits))
    }

    fn answer(&mut self, request: &HttpRequest) -> Act {
        let parts: Vec<&str> = request.path().split('/').skip(1).collect();
        let index = if parts[0] == "gongxun" { "gongxun-000001" } else { parts[0] };
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let said = match parts.as_slice() {
            [_, "_doc", id] => {
                let mut found = self.by_id(index, &json!({"docs": [{"_id": id}]}));
                found["docs"][0].take().to_string()
            }
            [_, "_bulk"] => self.bulk(index, &request.body).to_string(),
            [_, "_mget"] => self.by_id(index, &body).to_string(),
            [_, "_search", "point_in_time"] => json!({"pit_id": index}).to_string(),
            ["_search"] if request.line.starts_with("POST") => self.search(body["pit"]["id"].as_str().unwrap(), &body),
            [_, "_search"] => self.search(index, &body),
            ["_alias", _] if !self.serves => return Act::Say(404, "{}".to_string()),
            ["_aliases"] => {
                self.serves = true;
                "{}".to_string()
            }
            [_, "_settings"] if request.line.starts_with("PUT") => {
                self.interval = body["index"]["refresh_interval"].clone();
                "{}".to_string()
            }
            _ => return good(request),
        };
        Act::Say(200, said)
    }
}

/// A server with documents.
#[derive(Clone)]
pub struct Store {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Store {
    /// Starts a server. Before it answers a request, `meanwhile` may change its state, as other processes do.
    pub fn start(mut meanwhile: impl FnMut(&HttpRequest, &mut State) + Send + 'static) -> Store {
        let state = Arc::new(Mutex::new(State { serves: true, ..State::default() }));
        let own = Arc::clone(&state);
        let (url, _) = server(move |request| {
            let mut state = own.lock().unwrap();
            meanwhile(request, &mut state);
            state.answer(request)
        });
        Store { url, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}
