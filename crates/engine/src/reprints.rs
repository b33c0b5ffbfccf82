//! The job that joins near-duplicates into clusters, whichever processes sent them. The method is that of the embedded
//! index: fingerprints of all articles select the pairs that may be copies, and their texts decide.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::admin;
use crate::bulk;
use crate::document::{self, Copy, Documents, hex};
use crate::error::engine_error;
use crate::http::Client;
use crate::search::{self, MAX_HITS};
use crate::settings::Settings;
use crate::stored::{self, Version};
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::reprint::{Clusters, Fingerprint, PACKED, Packed, Texts};

/// The number of documents that are fetched in one request.
const AT_ONCE: usize = 500;

/// The result of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Joined {
    /// The number of articles in the index.
    pub articles: u64,
    /// The number of clusters, each of two or more articles.
    pub clusters: u64,
    /// The number of articles in clusters.
    pub copies: u64,
    /// The number of articles that were written because their cluster or their rank in it has changed.
    pub written: u64,
}

/// Joins the near-duplicates of an index into clusters. Holds the fingerprints of all articles in memory, 151 bytes
/// each, with their ids and clusters. An article that a load changes or deletes at the same time is left as the load
/// wrote it, without a cluster until the next run.
///
/// # Errors
/// If OpenSearch can't be reached, refuses a request or gives an incomplete response, or if an article has no
/// fingerprint; [`gongxun_core::error::Error::Interrupted`] if the control asks to stop.
pub fn reprints(settings: &Settings, control: &Control<'_>) -> Result<Joined> {
    admin::check_name(&settings.index)?;
    let client = Client::new(settings)?;
    admin::check_version(&client)?;
    let name = &settings.index;
    let dictionary = admin::dictionary(&client, name)?;
    let mut prints = Vec::new();
    let mut known: Vec<(String, Option<Copy>)> = Vec::new();
    let body =
        json!({"query": {"match_all": {}}, "sort": [{"order": "asc"}], "_source": ["id", "print", "cluster", "place"]});
    search::each_page(&client, name, &body, MAX_HITS, control, &mut |hits| {
        for hit in hits {
            let source = &hit["_source"];
            let id = source["id"].as_str().unwrap_or_default().to_string();
            let Some(print) = packed(source) else {
                return Err(engine_error(format!("{id}: it has no fingerprint of ours")));
            };
            prints.extend(print);
            let cluster = source["cluster"].as_str().map(str::to_string);
            let place = source["place"].as_u64().map(|place| place as u32);
            known.push((id, cluster.zip(place).map(|(cluster, place)| Copy { cluster, place })));
        }
        Ok(true)
    })?;
    let mut clusters = Clusters::default();
    let mut texts = FetchedTexts { client: &client, index: name, known: &known, texts: HashMap::new(), failed: None };
    clusters.update(&prints, &[], &mut texts);
    if let Some(error) = texts.failed.take() {
        return Err(error);
    }
    let mut wanted: BTreeMap<u32, Copy> = BTreeMap::new();
    for group in &clusters.groups {
        // A cluster is named by its least member, so that a second run finds the same names and writes nothing.
        let least = group.iter().map(|number| Packed::at(&prints, *number).article()).min().unwrap_or_default();
        for (number, place) in group.iter().zip(0..) {
            wanted.insert(*number, Copy { cluster: hex(least), place });
        }
    }
    let changed: Vec<(usize, Option<&Copy>)> = (0..known.len())
        .map(|number| (number, wanted.get(&(number as u32))))
        .filter(|(number, copy)| known[*number].1.as_ref() != *copy)
        .collect();
    let mut documents = Documents::new(&admin::segmenter(&dictionary)?);
    let mut written = 0;
    for changed in changed.chunks(AT_ONCE.min(settings.bulk_articles)) {
        let ids: Vec<&str> = changed.iter().map(|(number, _)| known[*number].0.as_str()).collect();
        let found = stored::fetch(&client, name, &ids, &json!(true))?;
        let mut items = Vec::with_capacity(changed.len());
        for (hit, (number, copy)) in found.iter().zip(changed) {
            let Some(hit) = hit else { continue };
            let source = &hit["_source"];
            // The cluster is that of another text if the article has changed since its fingerprint was read.
            if packed(source).as_deref() != Some(&prints[number * PACKED..][..PACKED]) {
                continue;
            }
            let (file, class) = (source["file"].as_str(), source["class"].as_u64());
            let article = document::article(hit)?;
            let print = Fingerprint::from_article(&article);
            let value = documents.of(&article, file.unwrap_or_default(), class.unwrap_or(1) as u8, &print, *copy);
            items.push(bulk::lines(&[Version::of(hit)?.action("index", &article.id.0), value]));
        }
        let conflicts = bulk::send(&client, name, &items)?;
        written += items.len() - conflicts.len();
    }
    admin::refresh(&client, name)?;
    Ok(Joined {
        articles: known.len() as u64,
        clusters: clusters.groups.len() as u64,
        copies: wanted.len() as u64,
        written: written as u64,
    })
}

/// Returns the packed fingerprint of a document.
fn packed(source: &Value) -> Option<Vec<u8>> {
    let print = base64::engine::general_purpose::STANDARD.decode(source["print"].as_str()?).ok()?;
    Some(print).filter(|print| print.len() == PACKED)
}

/// The texts behind fingerprints, fetched when they are announced.
struct FetchedTexts<'a> {
    client: &'a Client,
    index: &'a str,
    known: &'a [(String, Option<Copy>)],
    texts: HashMap<u32, String>,
    failed: Option<gongxun_core::error::Error>,
}

impl FetchedTexts<'_> {
    fn fetch(&mut self, numbers: &[u32]) -> Result<()> {
        let ids: Vec<&str> = numbers.iter().map(|number| self.known[*number as usize].0.as_str()).collect();
        let found = stored::fetch(self.client, self.index, &ids, &json!(["article.lead", "article.body"]))?;
        for (number, one) in numbers.iter().zip(found) {
            // An article that was deleted meanwhile is no copy.
            let Some(one) = one else { continue };
            let article = &one["_source"]["article"];
            let text = |name: &str| article[name].as_str().unwrap_or_default();
            let lead = article["lead"].as_str().map(|lead| format!("{lead}\n")).unwrap_or_default();
            self.texts.insert(*number, lead + text("body"));
        }
        Ok(())
    }
}

impl Texts for FetchedTexts<'_> {
    fn prepare(&mut self, numbers: &[u32]) {
        self.texts.clear();
        for numbers in numbers.chunks(AT_ONCE) {
            if let Err(error) = self.fetch(numbers) {
                self.failed.get_or_insert(error);
                return;
            }
        }
    }

    fn text(&mut self, number: u32) -> Option<String> {
        self.texts.get(&number).cloned()
    }
}
