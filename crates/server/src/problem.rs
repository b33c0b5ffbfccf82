//! Problem details as of RFC 9457: `application/problem+json`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use gongxun_core::error::Error;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// The seconds after which to come again, where a server has too much to do.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// The reason for which there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// The fault of this request, in a sentence.
    pub detail: String,
    /// The underlying error, for the operator of the server: it names files and folders.
    pub cause: Option<String>,
}

/// The body of an answer that is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    /// A URI of the kind of problem; `about:blank` where the status says it.
    #[serde(rename = "type")]
    kind: &'a str,
    /// The kind of problem in words.
    title: &'a str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The fault of this request.
    detail: &'a str,
}

impl Problem {
    /// Creates a problem of this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, detail: detail.into(), cause: None }
    }

    /// Creates the problem of an invalid request.
    pub fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// Creates the problem of a path that does not exist.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// Creates the problem of an unknown article id.
    pub fn no_article() -> Problem {
        Problem::not_found("no article of this id is in the archive")
    }

    /// Creates the problem of an overloaded server.
    pub fn busy(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Invalid(what) => Problem::bad(what),
            Error::Interrupted => Problem::busy("the request takes too long; narrow it"),
            other => {
                let detail = "the index can't be read; the server's log says why";
                let cause = Some(other.to_string());
                Problem { cause, ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail) }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("error");
        let body = Body { kind: "about:blank", title, status: self.status.as_u16(), detail: &self.detail };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => drop(headers.insert(header::RETRY_AFTER, RETRY_AFTER)),
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        // The page says the same to people.
        response.extensions_mut().insert(self);
        response
    }
}
