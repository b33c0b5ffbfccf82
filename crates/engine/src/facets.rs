//! Facets by aggregations of the engine: all values, counted exactly, those of copies once for each cluster.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::ask;
use crate::found::{Found, Index};
use crate::mapping::FACETS;
use gongxun_core::error::Result;
use gongxun_core::search::Kind;
use gongxun_core::search::compile::plan::Breadth;
use gongxun_core::search::facets::{Count, Facets, MAX_VALUES};
use gongxun_core::search::kind::ByKind;
use gongxun_text::fold::fold;

/// A class of values that fold to the same text: what was counted of each kind, and how often each is printed.
#[derive(Default)]
struct Class {
    sums: ByKind<u64>,
    printed: BTreeMap<String, u64>,
}

/// The facets of what is found, of the kinds that the breadth takes in.
///
/// # Errors
/// Where the engine can't be reached, or has only a part of the answer.
pub fn facets(index: &Index<'_>, found: &Found, breadth: Breadth) -> Result<Facets> {
    let mut facets = Facets::default();
    for (name, field) in FACETS.iter().zip(0..) {
        let field_name = format!("f.{name}");
        let classes = classes(index, found, breadth, &field_name, |value| value.as_str().map(str::to_string))?;
        let mut list: Vec<Count> = classes.into_values().map(|class| count(class, breadth)).collect();
        list.sort_by(|a, b| b.all().cmp(&a.all()).then_with(|| a.value.cmp(&b.value)));
        list.truncate(MAX_VALUES);
        match field {
            0 => facets.source = list,
            1 => facets.outlet = list,
            2 => facets.editor = list,
            3 => facets.author = list,
            _ => facets.section = list,
        }
    }
    let month = |value: &Value| value.as_i64().map(|month| format!("{:04}-{:02}", month / 12, month % 12 + 1));
    let months = classes(index, found, breadth, "month", month)?;
    facets.month = months.into_values().map(|class| count(class, breadth)).collect();
    facets.month.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(facets)
}

fn count(class: Class, breadth: Breadth) -> Count {
    // Shown as it is printed most often; of several the first.
    let shown = class.printed.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    let mut count = Count::new(shown.map(|(value, _)| value.clone()).unwrap_or_default(), class.sums[Kind::Full]);
    count.synonym_count = breadth.synonyms().then_some(class.sums[Kind::Synonym]);
    count.partial_count = breadth.partial().then_some(class.sums[Kind::Partial]);
    count
}

/// The classes of a field's values, by their fold.
fn classes(
    index: &Index<'_>,
    found: &Found,
    breadth: Breadth,
    field: &str,
    printed: impl Fn(&Value) -> Option<String>,
) -> Result<HashMap<String, Class>> {
    let mut classes: HashMap<String, Class> = HashMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| breadth.includes(*kind)) {
        if found.queries[kind].is_none() {
            continue;
        }
        ask::buckets(index.client, index.name, &found.alone(kind), &[field], None, &mut |key, count, _| {
            let Some(value) = printed(&key[field]) else { return };
            let class = classes.entry(fold(&value)).or_default();
            class.sums[kind] += count;
            *class.printed.entry(value).or_default() += count;
        })?;
        // A cluster counts once for each class of values that any of its matching copies has.
        let kinds: HashMap<&str, Kind> =
            found.copies.iter().rev().map(|copy| (copy.cluster.as_str(), copy.kind)).collect();
        let mut seen: HashSet<(&str, String)> = HashSet::new();
        for copy in found.copies.iter().filter(|copy| copy.kind == kind && kinds[copy.cluster.as_str()] == kind) {
            for value in copy.fields[field].as_array().into_iter().flatten().filter_map(&printed) {
                let folded = fold(&value);
                if seen.insert((copy.cluster.as_str(), folded.clone())) {
                    let class = classes.entry(folded).or_default();
                    class.sums[kind] += 1;
                    *class.printed.entry(value).or_default() += 1;
                }
            }
        }
    }
    Ok(classes)
}
