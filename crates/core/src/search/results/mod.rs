//! The results of a query: hits with snippets, marks and matched credits, facets, explanations.

pub mod credits;
pub mod explain;
pub mod facets;
mod fits;
pub mod json;
pub mod page;
pub mod snippet;
