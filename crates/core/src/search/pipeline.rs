//! The pipeline: compile → match → collapse copies → rank. Every feature that takes a query begins here and ends where
//! it has what it needs.

use std::cell::OnceCell;

use tantivy::DocAddress;

use super::compile::compile;
use super::compile::plan::{Breadth, Compiled};
use super::kind::{ByKind, Kind};
use super::matching::bits::Bits;
use super::matching::collapse::{Collapsed, Copies};
use super::matching::found::Matches;
use super::notes;
use super::ranking::rank::Order;
use super::ranking::ranked::Ranked;
use super::request::Request;
use super::results::facets::{self, Counter, Facets};
use crate::control::Stops;
use crate::error::{Error, Result};
use crate::index::Snapshot;
use crate::index::facet_columns::FacetColumns;
use crate::index::reprints::Reprints;
use crate::query::{Filter, MAX_TREE_DEPTH, Node, is_deeper};
use gongxun_text::synonyms::Synonyms;

/// The matches of a request in a snapshot, before they are presented.
pub struct Found<'a> {
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The compiled query.
    pub compiled: Compiled,
    /// The copies of articles.
    pub copies: &'a Reprints,
    matches: Matches,
    collapsed: Collapsed,
    facet_columns: OnceCell<&'a FacetColumns>,
    control: &'a dyn Stops,
}

impl<'a> Found<'a> {
    /// Compiles a request, finds its matches and, unless all copies are asked for, keeps one of each cluster.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn find(
        snapshot: &'a Snapshot,
        request: &Request,
        synonyms: &Synonyms,
        control: &'a dyn Stops,
    ) -> Result<Found<'a>> {
        let root = request.query.root.as_ref();
        Found::of_tree(snapshot, (root, &request.filters), synonyms, (request.breadth, request.copies), control)
    }

    /// Does the same for several requests. A text that several of them must look at is read once.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn find_each(snapshot: &'a Snapshot, requests: &[Request], control: &'a dyn Stops) -> Result<Vec<Found<'a>>> {
        let compile = |request: &Request| {
            let (root, synonyms) = (request.query.root.as_ref(), request.synonyms_on(snapshot)?);
            compiled(snapshot, (root, &request.filters), synonyms, request.breadth)
        };
        let compiled = requests.iter().map(compile).collect::<Result<Vec<Compiled>>>()?;
        let matches = Matches::find_each(snapshot, &compiled, control)?;
        let each = requests.iter().zip(compiled.into_iter().zip(matches));
        each.map(|(request, (compiled, matches))| Found::of(snapshot, compiled, matches, request.copies, control))
            .collect()
    }

    /// Does the same for a tree and filters.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn of_tree(
        snapshot: &'a Snapshot,
        (root, filters): (Option<&Node>, &[Filter]),
        synonyms: &Synonyms,
        (breadth, copies): (Breadth, Copies),
        control: &'a dyn Stops,
    ) -> Result<Found<'a>> {
        let compiled = compiled(snapshot, (root, filters), synonyms, breadth)?;
        let matches = Matches::find(snapshot, &compiled, control)?;
        Found::of(snapshot, compiled, matches, copies, control)
    }

    /// Does the same for matches that were found otherwise.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn of(
        snapshot: &'a Snapshot,
        compiled: Compiled,
        mut matches: Matches,
        copies: Copies,
        control: &'a dyn Stops,
    ) -> Result<Found<'a>> {
        let reprints = snapshot.copies()?;
        let collapsed = match copies {
            Copies::Collapsed => matches.collapse(reprints),
            Copies::All => Collapsed::default(),
        };
        let facet_columns = OnceCell::new();
        Ok(Found { snapshot, compiled, copies: reprints, matches, collapsed, facet_columns, control })
    }

    /// Returns the kind of match that one article is, whatever its copies hold; none if it does not match.
    ///
    /// # Errors
    /// If an index file can't be read; [`Error::Interrupted`] if the control asks to stop.
    pub fn one(
        snapshot: &Snapshot,
        compiled: &Compiled,
        address: DocAddress,
        control: &dyn Stops,
    ) -> Result<Option<Kind>> {
        let matches = Matches::find(snapshot, compiled, control)?;
        if matches.cut_short { Err(Error::Interrupted) } else { Ok(matches.kind(address)) }
    }

    /// Returns the number of matches of a kind.
    pub fn total(&self, kind: Kind) -> u64 {
        self.matches.total(kind)
    }

    /// Returns the number of full and synonym matches.
    pub fn held(&self) -> u64 {
        self.total(Kind::Full) + self.total(Kind::Synonym)
    }

    /// Whether the search was stopped before it finished: then the counts cover what was searched until then.
    pub fn cut_short(&self) -> bool {
        self.matches.cut_short
    }

    /// Returns the kind of the match at this address, if it is shown.
    pub fn kind(&self, address: DocAddress) -> Option<Kind> {
        self.matches.kind(address)
    }

    /// Returns the addresses of the matches of a kind, in the order of the index.
    pub fn addresses(&self, kind: Kind) -> Vec<DocAddress> {
        self.matches.addresses(kind)
    }

    /// Returns the notes on synonyms that the query was expanded by.
    pub fn synonym_notes(&self) -> Vec<String> {
        notes::synonyms(&self.compiled)
    }

    /// Returns the notes on the synonyms that a count of this breadth includes, and on the matches that it leaves out.
    pub fn count_notes(&self, counted: Breadth) -> Vec<String> {
        notes::of_count(&self.compiled, &ByKind::of(|kind| self.total(kind)), counted)
    }

    /// Returns the notes on matches that a count of this breadth leaves out.
    pub fn not_counted(&self, counted: Breadth) -> Vec<String> {
        notes::not_counted(&self.compiled, &ByKind::of(|kind| self.total(kind)), counted)
    }

    /// Returns the first `wanted` of the matches, in order; none if the control asks to stop, and the answer is cut
    /// short.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn ranked(&mut self, order: Order, wanted: usize) -> Result<Vec<Ranked>> {
        match self.matches.ranked(self.snapshot, &self.compiled, order, wanted, self.control) {
            Err(Error::Interrupted) => {
                self.matches.cut_short = true;
                Ok(Vec::new())
            }
            ranked => ranked,
        }
    }

    /// Returns the matches of a kind in a segment that are shown: one of each cluster, unless all copies were asked
    /// for.
    pub fn shown(&self, kind: Kind, segment: usize) -> Option<&Bits> {
        self.matches.of[kind].get(segment)
    }

    /// Returns the matches of a kind in a segment, all copies among them.
    pub fn with_copies(&self, kind: Kind, segment: usize) -> Option<Bits> {
        let mut found = self.matches.of[kind].get(segment)?.clone();
        self.collapsed[kind].get(segment).into_iter().flatten().for_each(|(_, doc)| found.insert(*doc));
        Some(found)
    }

    /// Counts the facet values of the matches that the breadth includes, by kind. A cluster counts once for each value
    /// that any of its matching copies has, so that a value's count is the total of a search with this value as a
    /// filter.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn facets(&self, breadth: Breadth) -> Result<Facets> {
        let columns = self.facet_columns()?;
        let of = |kind| self.facets_of(kind, columns);
        let synonym = breadth.synonyms().then(|| of(Kind::Synonym));
        let partial = breadth.partial().then(|| of(Kind::Partial));
        Ok(facets::joined(of(Kind::Full), synonym, partial))
    }

    /// Returns the columns that facets are counted by.
    ///
    /// # Errors
    /// If an index file can't be read.
    pub fn facet_columns(&self) -> Result<&'a FacetColumns> {
        // One request is one use: the second use unpacks them.
        match self.facet_columns.get() {
            Some(columns) => Ok(columns),
            None => {
                let columns = self.snapshot.facet_columns()?;
                Ok(self.facet_columns.get_or_init(|| columns))
            }
        }
    }

    fn facets_of(&self, kind: Kind, columns: &'a FacetColumns) -> Counter<'a> {
        let mut counter = Counter::new(columns);
        for (ord, bits) in self.matches.of[kind].iter().enumerate() {
            match self.collapsed[kind].get(ord).filter(|copies| !copies.is_empty()) {
                Some(copies) => {
                    let mut alone = bits.clone();
                    copies.iter().for_each(|(_, doc)| alone.remove(*doc));
                    counter.add(ord, &alone);
                    counter.add_copies(ord, copies);
                }
                None => counter.add(ord, bits),
            }
        }
        counter
    }
}

/// Compiles a tree and filters.
fn compiled(
    snapshot: &Snapshot,
    (root, filters): (Option<&Node>, &[Filter]),
    synonyms: &Synonyms,
    breadth: Breadth,
) -> Result<Compiled> {
    if root.is_some_and(|root| is_deeper(root, MAX_TREE_DEPTH)) {
        return Err(Error::Invalid(format!("the query is nested more than {MAX_TREE_DEPTH} deep")));
    }
    Ok(compile(root, filters, snapshot.segmenter()?, synonyms, breadth))
}
