//! The parameters of the API's addresses. The names are those of the command line's options; one that is not known, or is given
//! twice, is refused: a filter that is passed over in silence gives a wrong number.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use gongxun_core::article::ArticleId;
use gongxun_core::search::Sort;
use gongxun_core::search::timeline::Step;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::conditions::Conditions;
use crate::problem::Problem;

/// The parameters of a request.
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Given<T>, Problem> {
        read(&parts.uri).map(Given)
    }
}

/// A query with its conditions, and the parameters that an address has beside them.
pub struct Narrowed<T> {
    /// The query and its conditions.
    pub conditions: Conditions,
    /// The other parameters.
    pub own: T,
}

impl<T: DeserializeOwned + IntoParams, S: Sync> FromRequestParts<S> for Narrowed<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Narrowed<T>, Problem> {
        let (mut shared, mut own) = (Vec::new(), Vec::new());
        let others = T::into_params(|| None);
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()) {
            let is_shared = Conditions::NAMES.contains(&&*name);
            if !is_shared && !others.iter().any(|other| other.name == *name) {
                let known: Vec<&str> =
                    Conditions::NAMES.iter().copied().chain(others.iter().map(|other| other.name.as_str())).collect();
                return Err(Problem::bad(format!("unknown field `{name}`, expected one of {}", known.join(", "))));
            }
            if is_shared { &mut shared } else { &mut own }.push((name, value));
        }
        Ok(Narrowed { conditions: read_pairs(shared)?, own: read_pairs(own)? })
    }
}

/// The parameters of an address that takes a query with its conditions alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nothing {}

impl IntoParams for Nothing {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        Vec::new()
    }
}

/// Reads some of the parameters of an address.
///
/// # Errors
/// If one is unknown, is given twice or has no value of its type.
pub fn read_pairs<T: DeserializeOwned>(pairs: Vec<(Cow<'_, str>, Cow<'_, str>)>) -> Result<T, Problem> {
    let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let uri = Uri::builder().path_and_query(format!("/?{pairs}")).build();
    read(&uri.map_err(|_| Problem::bad("the address is too long"))?)
}

fn read<T: DeserializeOwned>(uri: &Uri) -> Result<T, Problem> {
    let Query(given) = Query::try_from_uri(uri).map_err(|error| {
        let text = error.body_text();
        Problem::bad(text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text))
    })?;
    Ok(given)
}

/// The id of an article in an address.
pub struct Id(pub ArticleId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Problem::bad("the id in the address is not valid UTF-8"))?;
        Ok(Id(ArticleId(id)))
    }
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortName {
    /// The most relevant first.
    #[default]
    Relevance,
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

impl From<SortName> for Sort {
    fn from(name: SortName) -> Sort {
        match name {
            SortName::Relevance => Sort::Relevance,
            SortName::Newest => Sort::Newest,
            SortName::Oldest => Sort::Oldest,
        }
    }
}

/// The base of shares over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PerName {
    /// The articles of each period.
    #[default]
    Articles,
    /// The characters of each period, for which occurrences are counted.
    Characters,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepName {
    /// A day.
    Day,
    /// A month.
    Month,
    /// A year.
    Year,
}

impl From<StepName> for Step {
    fn from(name: StepName) -> Step {
        match name {
            StepName::Day => Step::Day,
            StepName::Month => Step::Month,
            StepName::Year => Step::Year,
        }
    }
}
