//! The LRU cache of decoded articles: unpacking and folding an article once serves the next result page that shows it.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tantivy::DocAddress;

use crate::article::Article;
use gongxun_text::words::Text;

/// The capacity in articles.
const MAX_ARTICLES: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();
/// The capacity in bytes.
const MAX_BYTES: usize = 8 << 20;
/// The approximate size of an article beside its long texts, in bytes.
const OTHER_BYTES: usize = 1 << 10;

/// A decoded article: unpacked and folded, ready to be presented.
#[derive(Debug, Default)]
pub struct DecodedArticle {
    /// The article.
    pub article: Arc<Article>,
    /// The characters of its title.
    pub title: Text,
    /// The characters of its body.
    pub body: Text,
}

impl DecodedArticle {
    /// Folds the texts of an article.
    pub fn new(article: Article) -> DecodedArticle {
        DecodedArticle { title: Text::of(&article.title), body: Text::of(&article.body), article: Arc::new(article) }
    }
}

/// The LRU cache of the decoded articles of one snapshot.
#[derive(Debug)]
pub struct ArticleCache(Mutex<LruArticles>);

#[derive(Debug)]
struct LruArticles {
    articles: LruCache<DocAddress, (Arc<DecodedArticle>, usize)>,
    bytes: usize,
}

impl Default for ArticleCache {
    fn default() -> ArticleCache {
        ArticleCache(Mutex::new(LruArticles { articles: LruCache::new(MAX_ARTICLES), bytes: 0 }))
    }
}

impl ArticleCache {
    /// Returns the article at an address if it is cached.
    pub fn get(&self, address: DocAddress) -> Option<Arc<DecodedArticle>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.articles.get(&address).map(|(article, _)| article.clone())
    }

    /// Caches an article, evicting the least recently used ones.
    pub fn put(&self, address: DocAddress, article: Arc<DecodedArticle>) {
        let bytes = size(&article);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, (_, before))) = kept.articles.push(address, (article, bytes)) {
            kept.bytes -= before;
        }
        kept.bytes += bytes;
        while kept.bytes > MAX_BYTES
            && let Some((_, (_, gone))) = kept.articles.pop_lru()
        {
            kept.bytes -= gone;
        }
    }
}

/// Estimates the size of an article in bytes: its long texts, plus a constant for the others and the allocations.
fn size(DecodedArticle { article, title, body }: &DecodedArticle) -> usize {
    let originals = article.original.iter().flatten().map(|(_, text)| text.len());
    let texts = article.body.len()
        + article.lead.as_deref().map_or(0, str::len)
        + originals.sum::<usize>()
        + article.margin.iter().chain(&article.byline).map(String::len).sum::<usize>();
    OTHER_BYTES + texts + 2 * size_of::<char>() * (title.printed.len() + body.printed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let cache = ArticleCache::default();
        let address = |doc: usize| DocAddress::new(0, doc as u32);
        let put = |doc: usize, bytes: usize| {
            let lead = Some("x".repeat(bytes));
            cache.put(address(doc), Arc::new(DecodedArticle::new(Article { lead, ..Article::default() })));
        };
        let is_kept = |doc: usize| cache.0.lock().unwrap().articles.contains(&address(doc));
        (0..MAX_ARTICLES.get() + 10).for_each(|doc| put(doc, 100));
        assert!(!is_kept(9) && is_kept(10));
        assert!(cache.get(address(10)).is_some() && cache.get(address(9)).is_none());
        // The one just used outlives the others.
        put(5_000, MAX_BYTES - 3 * OTHER_BYTES);
        assert!(is_kept(10) && is_kept(5_000) && !is_kept(20));
        put(5_000, 100);
        put(5_001, MAX_BYTES);
        let kept = cache.0.lock().unwrap();
        assert_eq!((kept.bytes, kept.articles.len()), (0, 0));
    }
}
