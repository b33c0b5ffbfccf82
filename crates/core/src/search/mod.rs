//! Search: a query tree flows in; [`Results`] flow out, ranked and with marks.
//!
//! Words rank, characters prove. All features use one pipeline (compile → match → collapse copies → rank → present),
//! and each ends where it has what it needs:
//!
//! ```text
//! compile    tree → plan of strings, values and dates; names no field of the engine below
//! matching   plan → sets of full, synonym and partial matches; copies are collapsed
//! ranking    sets → order, by BM25 over three fields a text
//! results    order → hits with snippets and marks, facets, explanations
//! pipeline   runs these steps; `present` is the last
//! features   timelines, similar articles, why-not, suggestions, selection
//! notes      what a count takes in and leaves out
//! answer     a page of hits
//! read       the read operations as a trait; `builder` builds a request
//! ```

pub mod answer;
pub mod builder;
pub mod compile;
pub mod features;
pub mod kind;
pub mod matching;
pub mod notes;
pub mod pipeline;
pub mod present;
pub mod ranking;
pub mod read;
pub mod request;
pub mod results;

pub use answer::{search, search_under};
pub use builder::Search;
pub use compile::plan::Breadth;
pub use features::{
    collocations, compare, concordance, ids, keywords, marked, occurrences, select, similar, suggest, timeline, why_not,
};
pub use kind::Kind;
pub use matching::collapse::Copies;
pub use ranking::rank::Sort;
pub use read::{Identity, Provider, Read};
pub use request::Request;
pub use results::page::{Hit, Results, Suggestion};
pub use results::{explain, facets, snippet};
