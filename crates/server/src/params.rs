//! What addresses of the API take. The names are those of the command line's options; one that is not known, or is given
//! twice, is refused: a filter that is passed over in silence gives a wrong number.

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use gongxun_core::article::ArticleId;
use gongxun_core::search::Sort;
use gongxun_core::search::timeline::Step;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The parameters of a request.
pub struct Given<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Given<T>, Problem> {
        let Query(given) = Query::try_from_uri(&parts.uri).map_err(|error| {
            let what = error.body_text();
            Problem::bad(what.strip_prefix("Failed to deserialize query string: ").unwrap_or(&what))
        })?;
        Ok(Given(given))
    }
}

/// The id of an article in an address.
pub struct Id(pub ArticleId);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Problem::bad("the id in the address is no text"))?;
        Ok(Id(ArticleId(id)))
    }
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortName {
    /// The best first.
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

/// A struct of parameters with a query and its conditions in it.
macro_rules! with_conditions {
    ($(#[$of_struct:meta])* pub struct $name:ident { $($(#[$of_field:meta])* pub $field:ident: $type:ty,)* }) => {
        $(#[$of_struct])*
        #[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(default, deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Words, "strings", fields (标题:工会), OR, -without, (groups): the query language. May be left out where a
            /// condition says what is looked for.
            #[param(max_length = 1000, example = "工会 权益")]
            pub q: Option<String>,
            /// Only this source, or a part of it.
            #[param(max_length = 300)]
            pub source: Option<String>,
            /// Only this outlet.
            #[param(max_length = 300)]
            pub outlet: Option<String>,
            /// Only this editor (编辑, 责任编辑, 审核, 监制).
            #[param(max_length = 300)]
            pub editor: Option<String>,
            /// Only this author (记者, 通讯员, 评论员, 作者).
            #[param(max_length = 300)]
            pub author: Option<String>,
            /// Only this proofreader (校对).
            #[param(max_length = 300)]
            pub proofreader: Option<String>,
            /// Only this section.
            #[param(max_length = 300)]
            pub section: Option<String>,
            /// Only from this day, month or year on: 2025-01-15, 2025-01, 2025.
            #[param(max_length = 300)]
            pub from: Option<String>,
            /// Only up to this day, month or year.
            #[param(max_length = 300)]
            pub to: Option<String>,
            /// What was typed and no more: no synonyms, no partial matches.
            pub exact: bool,
            /// Leave out articles that hold it only by a synonym.
            pub no_synonyms: bool,
            /// Leave out articles that hold only some of it.
            pub no_partial: bool,
            /// Count, and export, those by a synonym too, marked as such.
            pub synonyms: bool,
            /// Count, and export, those that hold only some of it too, marked as such.
            pub partial: bool,
            /// Take each copy of an article by itself.
            pub all_copies: bool,
            $($(#[$of_field])* pub $field: $type,)*
        }

        impl $name {
            /// The query and its conditions.
            pub fn conditions(&self) -> $crate::conditions::Conditions {
                $crate::conditions::Conditions {
                    q: self.q.clone().unwrap_or_default(),
                    source: $crate::conditions::given(self.source.clone()),
                    outlet: $crate::conditions::given(self.outlet.clone()),
                    editor: $crate::conditions::given(self.editor.clone()),
                    author: $crate::conditions::given(self.author.clone()),
                    proofreader: $crate::conditions::given(self.proofreader.clone()),
                    section: $crate::conditions::given(self.section.clone()),
                    from: $crate::conditions::given(self.from.clone()),
                    to: $crate::conditions::given(self.to.clone()),
                    exact: self.exact,
                    no_synonyms: self.no_synonyms,
                    no_partial: self.no_partial,
                    synonyms: self.synonyms,
                    partial: self.partial,
                    all_copies: self.all_copies,
                }
            }
        }
    };
}
pub(crate) use with_conditions;
