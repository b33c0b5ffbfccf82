//! A query's tree in, [`Results`] out: what matches, in which order, with which marks.
//!
//! Words to rank, characters to prove. One pipeline (compile → match → collapse copies → rank → present), of which
//! everything that is asked by a query is a stop:
//!
//! ```text
//! compile    tree → plan of strings, values and dates; names no field of the engine below
//! matching   plan → sets of documents, full, by synonym and partial; copies collapsed to one
//! ranking    sets → order, by BM25 over three fields a text
//! results    order → hits with snippets and marks, facets, explanations
//! pipeline   the walk through them; present, its end
//! features   timeline, similar, why-not, suggestions, selection: stops on the way
//! answer     the last stop: a page of hits
//! read       all that can be asked, as a trait; builder, a search written step by step
//! ```

pub mod answer;
pub mod builder;
pub mod compile;
pub mod features;
pub mod kind;
pub mod matching;
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
    collocations, compare, concordance, keywords, marked, occurrences, select, similar, suggest, timeline, why_not,
};
pub use kind::Kind;
pub use matching::collapse::Copies;
pub use ranking::rank::Sort;
pub use read::Read;
pub use request::Request;
pub use results::page::{Hit, Results, Suggestion};
pub use results::{explain, facets, snippet};
