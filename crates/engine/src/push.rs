//! [`Push`]: a load of articles into OpenSearch. It is an [`Intake`] like the writer of the embedded index, so that the
//! same ingestion serves both.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::admin;
use crate::bulk::{Bulk, Job};
use crate::document::{Documents, hex};
use crate::error::engine_error;
use crate::http::Client;
use crate::manifest::{self, Line};
use crate::pages;
use crate::release;
use crate::search;
use crate::settings::Settings;
use crate::stored::Version;
use gongxun_core::article::{Article, ArticleId};
use gongxun_core::control::Control;
use gongxun_core::error::{Error, Result};
use gongxun_core::index::document::{self, id_order};
use gongxun_core::index::records::{Class, Ledger, Verdict};
use gongxun_core::index::{ArticleRef, Entry, Intake, Manifest, Root};
use gongxun_core::reprint::Fingerprint;
use gongxun_ingest::ingest::Part;

/// The result of a load, in addition to the report of what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pushed {
    /// The generation that was loaded.
    pub generation: String,
    /// The number of articles in it.
    pub articles: u64,
    /// Whether the alias names it, so that searches use it.
    pub serves: bool,
}

/// A load in progress: the intake of articles into one generation.
pub struct Push {
    client: Client,
    settings: Settings,
    generation: String,
    ledger: Ledger,
    manifest: Manifest,
    bulk: Bulk,
    /// The articles that the index has from the current file, by `id_order`: the hash of the content, and the version.
    stored: HashMap<u64, (String, Version)>,
    /// Whether the index has more articles than the manifest names: a load was killed, or others are running.
    has_more: bool,
    /// Whether something was committed that searches do not see yet.
    is_unseen: bool,
    lines: Vec<Line>,
    /// The pages without an article that are to be written or deleted.
    pages: pages::Changes,
    /// The builder of their documents.
    documents: Documents,
    /// The articles that are to be deleted, each with the file that released it.
    released: BTreeSet<(String, String)>,
    /// The part of the archive that this load is, if it is not all of it.
    part: Option<Part>,
}

impl Push {
    /// Opens the current generation of the index that the settings name, or creates the first one, and disables its
    /// periodic refresh. With `rebuild`, resumes the generation that an interrupted rebuild left, or creates the next
    /// one. `dictionary` is the user dictionary of a new generation, and `part` the part of the archive that is loaded,
    /// if others load the rest.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or refuses a request, or the index has another schema or dictionary.
    pub fn open(settings: &Settings, dictionary: Option<&str>, rebuild: bool, part: Option<Part>) -> Result<Push> {
        admin::check_name(&settings.index)?;
        let client = Client::new(settings)?;
        admin::check_version(&client)?;
        let name = &settings.index;
        let current = admin::current_generation(&client, name)?;
        let generations = admin::generations(&client, name)?;
        let unfinished = generations.iter().rev().find(|full| current.as_ref().is_none_or(|current| *full > current));
        let generation = match (&current, unfinished) {
            (Some(current), _) if !rebuild => current.clone(),
            (_, Some(unfinished)) => unfinished.clone(),
            (_, None) => admin::next_generation(name, &generations),
        };
        if !generations.contains(&generation) {
            admin::create_generation(&client, settings, &generation, dictionary.unwrap_or_default())?;
        }
        let own = admin::dictionary(&client, &generation)?;
        if dictionary.is_some_and(|asked| asked != own) {
            let what = "the index was made with another dictionary; build it anew with --rebuild";
            return Err(Error::Invalid(format!("{}/{name}: {what}", client.url())));
        }
        manifest::make(&client, &generation, settings.replicas)?;
        pages::make(&client, &generation, settings)?;
        if let Some(part) = part {
            manifest::write(&client, &generation, &[Line::Part { part, is_done: false }])?;
        }
        admin::refresh(&client, &generation)?;
        admin::set_refresh_interval(&client, &generation, json!("-1"))?;
        let manifest = manifest::read(&client, &generation)?;
        let segmenter = admin::segmenter(&own)?;
        let bulk = Bulk::new(&client, &generation, settings, &segmenter);
        let documents = Documents::new(&segmenter);
        let ledger = Ledger::new(None, &manifest);
        let (stored, is_unseen, lines, pages, released) = Default::default();
        let named: u64 = manifest.entries().map(Entry::held).sum();
        let has_more = search::count(&client, &generation, &json!({"match_all": {}}))? > named;
        let settings = settings.clone();
        Ok(Push {
            client,
            settings,
            generation,
            ledger,
            manifest,
            bulk,
            stored,
            has_more,
            is_unseen,
            lines,
            pages,
            documents,
            released,
            part,
        })
    }

    /// Returns the name of the generation that is loaded.
    pub fn generation(&self) -> &str {
        &self.generation
    }

    /// Ends a load that has read all of its inputs: commits and refreshes. If no other part is missing, also enables the
    /// periodic refresh and points the alias to the generation.
    ///
    /// # Errors
    /// If OpenSearch can't be reached or refuses a request, or the generation is empty though articles were sent.
    pub fn finish(mut self) -> Result<Pushed> {
        self.commit()?;
        let Push { client, settings, generation, .. } = &self;
        admin::refresh(client, generation)?;
        admin::refresh(client, &manifest::name(generation))?;
        admin::refresh(client, &pages::name(generation))?;
        let articles = search::count(client, generation, &json!({"match_all": {}}))?;
        let name = &settings.index;
        let current = admin::current_generation(client, name)?;
        let all_done = match self.part {
            None => true,
            Some(part) => {
                manifest::write(client, generation, &[Line::Part { part, is_done: true }])?;
                manifest::parts_done(client, generation, part.of())? == part.of()
            }
        };
        if all_done {
            admin::set_refresh_interval(client, generation, Value::Null)?;
        }
        if current.as_deref() != Some(generation) && all_done {
            self.check_not_empty(articles)?;
            admin::switch_alias(client, name, current.as_deref(), generation)?;
        }
        let serves = admin::current_generation(client, name)?.as_deref() == Some(generation);
        Ok(Pushed { generation: generation.clone(), articles, serves })
    }

    /// Refuses a generation without articles if the manifest names any. The exact number can't be checked: records of
    /// several files with the same id are one article.
    fn check_not_empty(&self, articles: u64) -> Result<()> {
        let manifest = manifest::read(&self.client, &self.generation)?;
        let named: u64 = manifest.entries().map(Entry::held).sum();
        if articles == 0 && named > 0 {
            let what = "nothing of it is there; the index of before goes on serving";
            return Err(engine_error(format!(
                "{}/{}: {named} articles were sent; {what}",
                self.client.url(),
                self.generation
            )));
        }
        Ok(())
    }
}

impl Intake for Push {
    fn ledger(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn held(&mut self, file: &str) -> Result<HashMap<u64, ArticleRef>> {
        self.stored.clear();
        if !self.has_more && self.manifest.get(file).is_none() {
            return Ok(HashMap::new());
        }
        if std::mem::take(&mut self.is_unseen) {
            admin::refresh(&self.client, &self.generation)?;
        }
        let body = json!({
            "query": {"term": {"file": file}}, "sort": [{"id": "asc"}], "_source": ["id", "content"],
            "seq_no_primary_term": true,
        });
        let (stored, mut held) = (&mut self.stored, HashMap::new());
        search::each_page(&self.client, &self.generation, &body, search::MAX_HITS, &Control::default(), &mut |hits| {
            for hit in hits {
                let text = |name: &str| hit["_source"][name].as_str().unwrap_or_default().to_string();
                let id = ArticleId(text("id"));
                let number = id_order(&id);
                stored.insert(number, (text("content"), Version::of(hit)?));
                held.insert(number, ArticleRef::Id(id));
            }
            Ok(true)
        })?;
        Ok(held)
    }

    fn claim(&mut self, record: &Article, print: &Fingerprint, file: &str, class: Class) -> Result<(Verdict, u64)> {
        let encoded = document::encode(record);
        let content = document::content_hash(&encoded);
        let verdict = self.ledger.claim(record, file, class, content)?;
        if matches!(verdict, Verdict::Unchanged | Verdict::Shadowed) {
            return Ok((verdict, 0));
        }
        let (verdict, replaces) = match self.stored.get(&id_order(&record.id)) {
            Some((stored, _)) if *stored == hex(content) => return Ok((Verdict::Unchanged, 0)),
            Some((_, version)) => (Verdict::Changed, Some(*version)),
            None => (verdict, None),
        };
        // The file has the article again.
        self.released.remove(&(record.id.0.clone(), file.to_string()));
        let class = u8::from(class == Class::Own);
        self.bulk.send(Job {
            article: record.clone(),
            file: file.to_string(),
            class,
            print: print.clone(),
            replaces,
        })?;
        Ok((verdict, encoded.len() as u64))
    }

    fn holds_another_text(&mut self, record: &Article) -> Result<bool> {
        let content = document::content_hash(&document::encode(record));
        match self.stored.get(&id_order(&record.id)) {
            Some((stored, _)) => Ok(*stored != hex(content)),
            None => Ok(self.ledger.content_of(&record.id)?.is_some_and(|stored| stored != content)),
        }
    }

    fn release(&mut self, id: &ArticleId, file: &str) -> Result<bool> {
        self.ledger.release(id, file)?;
        self.released.insert((id.0.clone(), file.to_string()));
        Ok(true)
    }

    fn page(&mut self, page: &Article, file: &str) -> Result<()> {
        self.pages.add(page, file, &mut self.documents);
        if self.pages.count() >= self.settings.bulk_articles {
            self.pages.write(&self.client, &self.generation, &self.settings)?;
        }
        Ok(())
    }

    fn delete_pages(&mut self, file: &str) {
        self.pages.delete(file);
    }

    fn record(&mut self, entry: Entry) {
        self.ledger.recorded(&entry.file);
        self.manifest.record(entry.clone());
        self.lines.push(Line::File(entry));
    }

    fn set_root(&mut self, root: Root) {
        self.manifest.set_root(root.clone());
        self.lines.push(Line::Root(root));
    }

    /// Makes all changes so far durable: first articles, then deletions, pages, and the manifest. OpenSearch acknowledges a
    /// bulk request when its translog is on disk, so that the manifest never names a file whose articles may be lost.
    fn commit(&mut self) -> Result<()> {
        self.bulk.flush()?;
        // What is stored decides the precedence between committed articles and later ones.
        self.ledger.committed(None);
        let released: Vec<(String, String)> = std::mem::take(&mut self.released).into_iter().collect();
        for released in released.chunks(self.settings.bulk_articles) {
            release::delete(&self.client, &self.generation, released)?;
        }
        self.pages.write(&self.client, &self.generation, &self.settings)?;
        self.is_unseen = true;
        manifest::write(&self.client, &self.generation, &std::mem::take(&mut self.lines))
    }
}
