//! Administration of the index: the version of OpenSearch, the alias and its generations, refreshes, the dictionary.
//!
//! `NAME` is an alias of `NAME-000001`, and of `NAME-000002` after a rebuild. Searches use the alias, so that the old
//! generation serves until the new one is complete. Each generation has a manifest, `NAME-000001-manifest`.

use serde_json::{Value, json};

use crate::error::engine_error;
use crate::http::Client;
use crate::mapping::{self, SCHEMA};
use crate::settings::Settings;
use gongxun_core::error::{Error, Result};
use gongxun_text::segment::Segmenter;

/// The supported major versions of OpenSearch.
const VERSIONS: std::ops::RangeInclusive<u32> = 2..=3;

/// Checks that the server is OpenSearch of a supported version.
///
/// # Errors
/// If it is another program or version, or can't be reached.
pub fn check_version(client: &Client) -> Result<()> {
    let said = client.get("/")?.unwrap_or_default();
    let version = &said["version"];
    let number = version["number"].as_str().unwrap_or("?");
    let distribution = version["distribution"].as_str().unwrap_or("another program");
    let major: Option<u32> = number.split('.').next().and_then(|major| major.parse().ok());
    if distribution != "opensearch" || !major.is_some_and(|major| VERSIONS.contains(&major)) {
        let (from, to) = (VERSIONS.start(), VERSIONS.end());
        return Err(engine_error(format!(
            "{}: {distribution} {number} is there; gongxun speaks to OpenSearch {from} and {to}",
            client.url()
        )));
    }
    Ok(())
}

/// Checks the name of an index.
///
/// # Errors
/// [`Error::Invalid`] if OpenSearch would refuse it, or its generations could be taken for another's.
pub fn check_name(name: &str) -> Result<()> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let first = name.chars().next();
    if name.len() <= 200
        && first.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.chars().all(good)
    {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name:?}: a name of an index has lower-case letters, digits, - and _, and begins with a letter or digit"
    )))
}

/// Returns the generation that an alias points to, if there is one.
///
/// # Errors
/// If OpenSearch can't be reached, or the alias points to several indices.
pub fn current_generation(client: &Client, name: &str) -> Result<Option<String>> {
    let Some(answer) = client.get(&format!("/_alias/{name}"))? else { return Ok(None) };
    let names: Vec<&String> = answer.as_object().map(|all| all.keys().collect()).unwrap_or_default();
    match names.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some((*one).clone())),
        several => Err(engine_error(format!(
            "{}: {name} stands for {} indices; it must be one: take the alias off the others",
            client.url(),
            several.len()
        ))),
    }
}

/// Returns all generations of an index, the oldest first.
///
/// # Errors
/// If OpenSearch can't be reached.
pub fn generations(client: &Client, name: &str) -> Result<Vec<String>> {
    let answer = client.get(&format!("/{name}-*/_settings?filter_path=*.settings.index.uuid"))?.unwrap_or_default();
    let names = answer.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let mut names: Vec<String> = names.filter(|full| number(name, full).is_some()).collect();
    names.sort();
    Ok(names)
}

/// Returns the number of a generation.
fn number(name: &str, full: &str) -> Option<u32> {
    let digits = full.strip_prefix(name)?.strip_prefix('-')?;
    if digits.len() == 6 { digits.parse().ok() } else { None }
}

/// Returns the name of the generation after these.
pub fn next_generation(name: &str, generations: &[String]) -> String {
    let last = generations.iter().filter_map(|full| number(name, full)).max().unwrap_or(0);
    format!("{name}-{:06}", last + 1)
}

/// Creates a generation unless it exists.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn create_generation(client: &Client, settings: &Settings, generation: &str, dictionary: &str) -> Result<()> {
    create(client, generation, &mapping::index(settings, dictionary))
}

/// Creates an index unless it exists. `body` has its settings and mapping.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn create(client: &Client, index: &str, body: &Value) -> Result<()> {
    let path = format!("/{index}");
    let answer = client.put(&path, body)?;
    // Another process that loads beside this one may have made it.
    if answer.status == 400 && answer.body.to_string().contains("resource_already_exists") {
        return Ok(());
    }
    client.success(&path, answer).map(drop)
}

/// Points an alias to a generation, and no longer to the one before, in one atomic step.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn switch_alias(client: &Client, name: &str, from: Option<&str>, to: &str) -> Result<()> {
    let mut actions = vec![json!({"add": {"index": to, "alias": name, "is_write_index": true}})];
    actions.extend(from.filter(|from| *from != to).map(|from| json!({"remove": {"index": from, "alias": name}})));
    client.post("/_aliases", &json!({ "actions": actions })).map(drop)
}

/// Sets the interval at which new articles become visible; `-1` disables the periodic refresh, null sets the default.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn set_refresh_interval(client: &Client, generation: &str, interval: Value) -> Result<()> {
    let path = format!("/{generation}/_settings");
    let answer = client.put(&path, &json!({"index": {"refresh_interval": interval}}))?;
    client.success(&path, answer).map(drop)
}

/// Makes all that was written visible to searches.
///
/// # Errors
/// If OpenSearch can't be reached or refuses the request.
pub fn refresh(client: &Client, index: &str) -> Result<()> {
    client.post(&format!("/{index}/_refresh"), &json!({})).map(drop)
}

/// Returns the user dictionary that an index was built with.
///
/// # Errors
/// [`Error::Invalid`] if there is no such index, or it has another schema.
pub fn dictionary(client: &Client, index: &str) -> Result<String> {
    let Some(answer) = client.get(&format!("/{index}/_mapping"))? else {
        let what = "no index of this name; `gongxun push PATH… --engine URL` makes one";
        return Err(Error::Invalid(format!("{}/{index}: {what}", client.url())));
    };
    let first = answer.as_object().and_then(|all| all.values().next()).cloned().unwrap_or_default();
    let own = &first["mappings"]["_meta"]["gongxun"];
    match own["schema"].as_u64() {
        Some(schema) if schema == u64::from(SCHEMA) => {}
        found => {
            let found = found.map_or("not of gongxun".to_string(), |schema| format!("of schema {schema}"));
            let what = "this program reads schema";
            return Err(Error::Invalid(format!(
                "{}/{index}: it is {found}; {what} {SCHEMA}, and `gongxun push PATH… --engine URL --rebuild` builds one",
                client.url()
            )));
        }
    }
    Ok(own["dictionary"].as_str().unwrap_or_default().to_string())
}

/// Returns the segmenter with a user dictionary.
///
/// # Errors
/// [`Error::Invalid`] if the dictionary can't be parsed.
pub fn segmenter(dictionary: &str) -> Result<Segmenter> {
    if dictionary.is_empty() {
        return Ok(Segmenter::builtin());
    }
    Segmenter::with_user_dict(dictionary).map_err(|error| Error::Invalid(format!("the dictionary: {error}")))
}
