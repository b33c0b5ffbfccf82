//! Articles that were shown lately, unpacked and folded: the next page that shows them need not do it again.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use tantivy::DocAddress;

use crate::article::Article;
use gongxun_text::words::Text;

/// How many articles are kept.
const MAX_ARTICLES: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();
/// How many bytes they may take together.
const MAX_BYTES: usize = 8 << 20;
/// What an article takes beside its long texts, about.
const OTHER_BYTES: usize = 1 << 10;

/// An article to be shown.
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
    /// The page of an article.
    pub fn of(article: Article) -> DecodedArticle {
        DecodedArticle { title: Text::of(&article.title), body: Text::of(&article.body), article: Arc::new(article) }
    }
}

/// The articles of one snapshot that were shown lately.
#[derive(Debug)]
pub struct ArticleCache(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    articles: LruCache<DocAddress, (Arc<DecodedArticle>, usize)>,
    bytes: usize,
}

impl Default for ArticleCache {
    fn default() -> ArticleCache {
        ArticleCache(Mutex::new(Kept { articles: LruCache::new(MAX_ARTICLES), bytes: 0 }))
    }
}

impl ArticleCache {
    /// The article at an address, where it is kept.
    pub fn get(&self, address: DocAddress) -> Option<Arc<DecodedArticle>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.articles.get(&address).map(|(article, _)| article.clone())
    }

    /// Keeps an article, and lets go of those that were not shown for the longest.
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

/// About how many bytes an article takes: its long texts, and what the others and the allocations come to.
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
            cache.put(address(doc), Arc::new(DecodedArticle::of(Article { lead, ..Article::default() })));
        };
        let is_kept = |doc: usize| cache.0.lock().unwrap().articles.contains(&address(doc));
        (0..MAX_ARTICLES.get() + 10).for_each(|doc| put(doc, 100));
        assert!(!is_kept(9) && is_kept(10));
        assert!(cache.get(address(10)).is_some() && cache.get(address(9)).is_none());
        // The one that was just asked for outlives the others.
        put(5_000, MAX_BYTES - 3 * OTHER_BYTES);
        assert!(is_kept(10) && is_kept(5_000) && !is_kept(20));
        put(5_000, 100);
        put(5_001, MAX_BYTES);
        let kept = cache.0.lock().unwrap();
        assert_eq!((kept.bytes, kept.articles.len()), (0, 0));
    }
}
