//! Facets by composite aggregations: exact counts of all values, with each cluster of copies counted once.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::found::{Found, Index};
use crate::mapping::FACETS;
use crate::search;
use gongxun_core::control::Control;
use gongxun_core::error::Result;
use gongxun_core::search::Kind;
use gongxun_core::search::compile::plan::Breadth;
use gongxun_core::search::facets::{Count, Facets, MAX_VALUES};
use gongxun_core::search::kind::ByKind;
use gongxun_text::fold::fold;

/// The values of a field with the same fold: the number of matches by kind, and the frequency of each printed form.
#[derive(Default)]
struct Class {
    sums: ByKind<u64>,
    printed: BTreeMap<String, u64>,
}

/// Counts the facets of the matches, for the kinds that the breadth includes.
///
/// # Errors
/// If OpenSearch can't be reached or its response is incomplete; [`gongxun_core::error::Error::Interrupted`] if the
/// control asks to stop.
pub fn facets(index: &Index<'_>, found: &Found, breadth: Breadth, control: &Control<'_>) -> Result<Facets> {
    let mut facets = Facets::default();
    for (name, field) in FACETS.iter().zip(0..) {
        let field_name = format!("f.{name}");
        let classes = classes(index, found, breadth, &field_name, control, |value| value.as_str().map(str::to_string))?;
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
    let months = classes(index, found, breadth, "month", control, month)?;
    facets.month = months.into_values().map(|class| count(class, breadth)).collect();
    facets.month.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(facets)
}

fn count(class: Class, breadth: Breadth) -> Count {
    // The most frequent printed form is shown; among equals the first in code point order.
    let shown = class.printed.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    let mut count = Count::new(shown.map(|(value, _)| value.clone()).unwrap_or_default(), class.sums[Kind::Full]);
    count.synonym_count = breadth.synonyms().then_some(class.sums[Kind::Synonym]);
    count.partial_count = breadth.partial().then_some(class.sums[Kind::Partial]);
    count
}

/// Groups the values of a field by their fold.
fn classes(
    index: &Index<'_>,
    found: &Found,
    breadth: Breadth,
    field: &str,
    control: &Control<'_>,
    printed: impl Fn(&Value) -> Option<String>,
) -> Result<HashMap<String, Class>> {
    let mut classes: HashMap<String, Class> = HashMap::new();
    for kind in Kind::ALL.into_iter().filter(|kind| breadth.includes(*kind)) {
        if found.queries[kind].is_none() {
            continue;
        }
        search::each_bucket(
            index.client,
            index.name,
            &found.alone(kind),
            &[field],
            None,
            control,
            &mut |key, count, _| {
                let Some(value) = printed(&key[field]) else { return };
                let class = classes.entry(fold(&value)).or_default();
                class.sums[kind] += count;
                *class.printed.entry(value).or_default() += count;
            },
        )?;
        // A cluster counts as its best kind of match, once for each fold of a value that a copy of that kind has.
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
