//! Whether two fingerprints are of one article.
//!
//! Likeness alone does not tell. Daily figures, yearly notices and receptions of state share half of their text and more,
//! as much as a copy that was cut in half shares with the whole. What tells them apart:
//!
//! - a copy keeps the title or appears within days;
//! - what is cut out of a text is contained in it, numbers and all; the notice of another day has other numbers;
//! - a text that is like another one of quite another time is a *form*: of a form only copies that are contained in one
//!   another are the same article;
//! - what comes back under one title after whole years is a yearly notice, unless nothing was changed.

use super::fingerprint::{LANES, Packed};

/// Articles with different titles are copies only when they appeared within so many days.
pub const NEAR_DAYS: u32 = 7;
/// A look-alike from more days than this away makes a form.
pub const FAR_DAYS: u32 = 30;
/// How alike two texts of different times are when they are of one form.
pub const FORM_SIMILARITY: f32 = 0.30;
/// Texts of fewer letters are copies only when nothing differs.
pub const MIN_LETTERS: u16 = 40;

/// How alike copies of one title are at least. A copy cut in half has 0.5, give or take 0.05 for the sketch.
const SAME_TITLE: f32 = 0.40;
/// How alike copies of different titles are at least.
const OTHER_TITLE: f32 = 0.44;
/// The same, where there is no number to go by.
const NO_NUMBERS: f32 = 0.55;
/// The share of numbers that copies have in common.
const COMMON_NUMBERS: f32 = 0.5;
/// The share of the shorter text that is in the longer one where one is cut out of the other.
const CONTAINED: f32 = 0.84;
/// The share of its numbers.
const CONTAINED_NUMBERS: f32 = 0.8;
/// Both shares for forms.
const FORM_CONTAINED: f32 = 0.9;
/// From this likeness on nothing was changed: as much as a sketch can tell.
const UNCHANGED: f32 = 0.97;
/// From this likeness on a text with the same numbers is a late copy and makes no form.
const LATE_COPY: f32 = 0.9;
/// The share of common numbers below which two texts of one title are of one form.
const FORM_NUMBERS: f32 = 0.3;
/// Days in a year, and how many days a yearly notice may be off.
const YEAR: f32 = 365.25;
const YEARLY_SLACK: f32 = 8.0;

/// The share of shingles that two texts have in common, of all that they have (Jaccard), as their sketches estimate it.
#[inline]
pub fn similarity(a: &Packed<'_>, b: &Packed<'_>) -> f32 {
    let equal: u8 = a.sketch().iter().zip(b.sketch()).map(|(a, b)| u8::from(a == b)).sum();
    // Two lanes that differ have the same eight bits once in 256 times.
    let by_chance = 1.0 / 256.0;
    ((f32::from(equal) / LANES as f32 - by_chance) / (1.0 - by_chance)).max(0.0)
}

/// Whether one of two articles is a text of a form that recurs ([`makes_form`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Neither is.
    No,
    /// One or both are.
    Yes,
}

/// Whether two fingerprints are of one article. What holds for forms holds for others too.
pub fn same_article(a: &Packed<'_>, b: &Packed<'_>, form: Form) -> bool {
    let (days, title) = (days(a, b), same_title(a, b));
    let near = days.is_some_and(|days| days <= NEAR_DAYS);
    if !near && !title {
        return false;
    }
    let (similar, numbers) = (similarity(a, b), common_numbers(a, b));
    let numbers_at_least = |share: f32| numbers.is_none_or(|numbers| numbers >= share);
    if a.letters().min(b.letters()) < MIN_LETTERS {
        return title && similar >= UNCHANGED && a.letters() == b.letters() && a.numbers() == b.numbers();
    }
    if days.is_some_and(is_yearly) {
        return similar >= UNCHANGED && numbers_at_least(FORM_CONTAINED);
    }
    let contained = containment(similar, a, b);
    if form == Form::Yes {
        return similar >= SAME_TITLE && contained >= FORM_CONTAINED && numbers_at_least(FORM_CONTAINED);
    }
    if similar >= SAME_TITLE && contained >= CONTAINED && numbers_at_least(CONTAINED_NUMBERS) {
        return true;
    }
    if title {
        return similar >= SAME_TITLE && (near || numbers_at_least(COMMON_NUMBERS));
    }
    match numbers {
        Some(share) => similar >= OTHER_TITLE && share >= COMMON_NUMBERS,
        None => similar >= NO_NUMBERS,
    }
}

/// Whether two articles of different times are so alike that both are texts of a form: a bulletin, a notice, a ceremony.
pub fn makes_form(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    let Some(days) = days(a, b).filter(|days| *days > FAR_DAYS) else { return false };
    let similar = similarity(a, b);
    if similar < FORM_SIMILARITY {
        return false;
    }
    let numbers = common_numbers(a, b);
    let numbers_at_least = |share: f32| numbers.is_none_or(|numbers| numbers >= share);
    let late_copy = similar > LATE_COPY && numbers_at_least(FORM_CONTAINED);
    let same_title = same_title(a, b) && !is_yearly(days) && numbers_at_least(FORM_NUMBERS);
    !late_copy && !same_title
}

fn days(a: &Packed<'_>, b: &Packed<'_>) -> Option<u32> {
    Some(a.day()?.abs_diff(b.day()?))
}

fn same_title(a: &Packed<'_>, b: &Packed<'_>) -> bool {
    a.title() != 0 && a.title() == b.title()
}

fn is_yearly(days: u32) -> bool {
    let years = (days as f32 / YEAR).round();
    years >= 1.0 && (days as f32 - years * YEAR).abs() <= YEARLY_SLACK
}

/// The share of the shorter text's shingles that are in the longer one, from the likeness and the lengths.
fn containment(similar: f32, a: &Packed<'_>, b: &Packed<'_>) -> f32 {
    let (a, b) = (f32::from(a.letters()), f32::from(b.letters()));
    similar * (a + b) / ((1.0 + similar) * a.min(b).max(1.0))
}

/// The share of the numbers of the text with fewer that are in the other one, less what is common by chance. `None` where
/// one has no numbers.
fn common_numbers(a: &Packed<'_>, b: &Packed<'_>) -> Option<f32> {
    let (a, b) = (a.numbers(), b.numbers());
    let (fewer, more) = (a.count_ones().min(b.count_ones()), a.count_ones().max(b.count_ones()));
    let by_chance = more as f32 / super::fingerprint::NUMBER_BITS as f32;
    if fewer == 0 || by_chance >= 1.0 {
        return None;
    }
    let common = (a & b).count_ones() as f32 / fewer as f32;
    Some((common - by_chance) / (1.0 - by_chance))
}
