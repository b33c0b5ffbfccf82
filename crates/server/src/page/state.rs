//! The state of a search as its address has it: everything on the page is a link to a state.

use axum::http::Uri;

use crate::conditions::Conditions;

/// A search as its address says it. Other parameters are passed over: links get tails on their way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// The query and its conditions.
    pub conditions: Conditions,
    /// The order: `newest`, `oldest`, or empty.
    pub sort: String,
    /// The page, from 1.
    pub page: usize,
}

/// Returns the value of a parameter of an address.
pub fn value(uri: &Uri, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    pairs.filter(|(other, _)| other == name).last().map(|(_, value)| value.into_owned())
}

/// Returns all values of a parameter of an address.
pub fn values(uri: &Uri, name: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    pairs.filter(|(other, _)| other == name).map(|(_, value)| value.into_owned()).collect()
}

impl Search {
    /// Reads the search of an address.
    pub fn from_uri(uri: &Uri) -> Search {
        let text = |name: &str| value(uri, name);
        let flag =
            |name: &str| value(uri, name).is_some_and(|value| matches!(value.as_str(), "true" | "1" | "on" | ""));
        let mut conditions = Conditions::from_parameters(text, flag);
        // Flags that contradict each other in an address can't be meant.
        conditions.synonyms &= !conditions.exact && !conditions.no_synonyms;
        conditions.partial &= !conditions.exact && !conditions.no_partial;
        let sort = text("sort").filter(|sort| matches!(sort.as_str(), "newest" | "oldest")).unwrap_or_default();
        let page = value(uri, "page").and_then(|page| page.parse().ok()).unwrap_or(1usize);
        Search { conditions, sort, page: page.max(1) }
    }

    /// Returns the page number as in an address: empty for the first.
    pub fn page_text(&self) -> String {
        if self.page > 1 { self.page.to_string() } else { String::new() }
    }

    /// Returns all parameters except the page number, in a fixed order.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let conditions = &self.conditions;
        let mut pairs = vec![("q", conditions.q.clone())];
        let values = conditions.values();
        pairs.extend(values.into_iter().filter_map(|(name, value)| Some((name, value?.to_string()))));
        pairs
            .extend(conditions.flags().into_iter().filter(|(_, set)| *set).map(|(name, _)| (name, "true".to_string())));
        if !self.sort.is_empty() {
            pairs.push(("sort", self.sort.clone()));
        }
        pairs.retain(|(name, value)| *name != "q" || !value.is_empty());
        pairs
    }

    /// Returns the address of this search at a path, with some parameters changed; an empty value removes a parameter.
    pub fn href(&self, path: &str, changes: &[(&str, &str)]) -> String {
        let mut pairs = self.pairs();
        pairs.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&pairs);
        query.extend_pairs(changes.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_state_and_back() {
        let uri: Uri =
            "/search?q=%E5%B7%A5%E4%BC%9A&source=a%26b&from=2020&exact=true&sort=newest&page=3&utm=x".parse().unwrap();
        let search = Search::from_uri(&uri);
        assert_eq!((search.conditions.q.as_str(), search.page), ("工会", 3));
        let again = search.href("/search", &[("page", "3")]);
        assert_eq!(Search::from_uri(&again.parse().unwrap()), search);
        assert_eq!(
            search.href("/x", &[("source", ""), ("from", ""), ("exact", ""), ("sort", "")]),
            "/x?q=%E5%B7%A5%E4%BC%9A"
        );
    }

    #[test]
    fn nonsense_is_the_first_page() {
        for address in
            ["/search?page=-1", "/search?page=99999999999999999999999", "/search?sort=%00&page=%FF", "/search"]
        {
            let search = Search::from_uri(&address.parse().unwrap());
            assert_eq!((search.page, search.sort.as_str()), (1, ""), "{address}");
        }
    }
}
