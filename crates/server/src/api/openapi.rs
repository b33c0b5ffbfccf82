//! `GET /api/openapi.json`: the API in OpenAPI 3.1, made from the code.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use utoipa::openapi::{self, RefOr, Required, Schema};
use utoipa::{Modify, OpenApi};

use super::answer::json;
use super::{articles, explore, export, feed, schema, search, vocabulary};

#[derive(OpenApi)]
#[openapi(
    info(title = "gongxun", description = "Search of a Chinese labour-news archive. Only reading is possible. Every answer is that \
        of one commit of the index, which its ETag names; an answer has three counts, which are never mixed: articles that \
        hold all that was typed, more by a synonym, and those with some of it.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")),
    servers((url = "/")),
    paths(search::search, export::export, feed::feed, articles::article, articles::copies, explore::similar, explore::why_not,
        explore::timeline, explore::compare, explore::concordance, vocabulary::keywords, vocabulary::collocations,
        explore::suggest, explore::stats, health),
    components(responses(schema::Failed)),
    modifiers(&QueryWanted),
)]
struct Document;

/// The addresses that look for occurrences, where a condition alone does not do: their `q` is required.
struct QueryWanted;

impl Modify for QueryWanted {
    fn modify(&self, document: &mut openapi::OpenApi) {
        for path in ["/api/concordance", "/api/collocations"] {
            let operation = document.paths.paths.get_mut(path).and_then(|item| item.get.as_mut());
            let parameters = operation.into_iter().filter_map(|operation| operation.parameters.as_mut()).flatten();
            for parameter in parameters {
                let RefOr::T(parameter) = parameter else { continue };
                if parameter.name == "q" {
                    parameter.required = Required::True;
                    if let Some(RefOr::T(Schema::Object(text))) = &mut parameter.schema {
                        (text.min_length, text.pattern) = (Some(1), Some(r"\S".to_string()));
                    }
                }
            }
        }
    }
}

/// Whether searches are answered.
#[utoipa::path(get, path = "/healthz", tag = "server", responses((status = 200, description = "They are", body = schema::Health),
    (status = 503, response = schema::Failed)))]
#[expect(dead_code, reason = "it stands in the document; the router has the answer")]
fn health() {}

static TEXT: LazyLock<String> = LazyLock::new(|| Document::openapi().to_json().unwrap_or_default());

/// Handles `GET /api/openapi.json`.
pub async fn document() -> Response {
    let mut response = json(TEXT.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
