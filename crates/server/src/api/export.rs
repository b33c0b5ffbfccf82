//! `GET /api/export`: all hits as a stream, of which only a few are in memory at a time.
//!
//! A client that reads slowly makes the search wait; one that disconnects ends it. An export that fails closes the connection
//! early, so that a part of it is not taken for the whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use gongxun_core::article::Date;
use gongxun_core::control::Control;
use gongxun_core::error::Error;
use gongxun_core::search::{Hit, Request};
use gongxun_core::view;
use hyper::body::{Body as HttpBody, Frame};
use serde::Deserialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use utoipa::{IntoParams, ToSchema};

use crate::archive::{Archive, today};
use crate::conditions::Conditions;
use crate::params::{Narrowed, SortName};

/// A piece of an export on its way, in bytes.
const PIECE: usize = 32 << 10;
/// Number of pieces that wait to be sent.
const WAITING: usize = 4;

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON object per line.
    #[default]
    Jsonl,
    /// A row per hit, for spreadsheets.
    Csv,
    /// For reference managers.
    Ris,
    /// For LaTeX.
    Bibtex,
    /// References by the Chinese standard GB/T 7714.
    Gbt7714,
}

impl Format {
    /// Returns the media type and the file extension.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Format::Jsonl => ("application/jsonl; charset=utf-8", "jsonl"),
            Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
            Format::Ris => ("application/x-research-info-systems; charset=utf-8", "ris"),
            Format::Bibtex => ("application/x-bibtex; charset=utf-8", "bib"),
            Format::Gbt7714 => ("text/plain; charset=utf-8", "txt"),
        }
    }
}

/// The parameters of an export, in addition to the conditions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Export {
    /// The format; JSON lines by default.
    #[param(inline)]
    pub format: Format,
    /// The sort order.
    #[param(inline)]
    pub sort: SortName,
    /// Number of hits; all by default.
    #[param(minimum = 0)]
    pub limit: Option<usize>,
}

/// `GET /api/export`
#[utoipa::path(get, path = "/api/export", tag = "search", params(Conditions, Export), responses(
    (status = 200, description = "All hits, one after the other, as they are found", content(
        (String = "application/jsonl"), (String = "text/csv"), (String = "application/x-research-info-systems"),
        (String = "application/x-bibtex"), (String = "text/plain"))),
    (status = "4XX", response = super::schema::Failed)))]
pub async fn export(State(archive): State<Arc<Archive>>, given: Narrowed<Export>) -> Response {
    let Narrowed { conditions, own: given } = given;
    let request = match conditions.request() {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    let permit = match archive.export_permit().await {
        Ok(permit) => permit,
        Err(problem) => return problem.into_response(),
    };
    let format = given.format;
    let request = Request {
        limit: given.limit.unwrap_or(usize::MAX),
        sort: given.sort.into(),
        snippet_length: if format == Format::Jsonl { request.snippet_length } else { 0 },
        ..request
    };
    let (sender, receiver) = channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let mut pieces = Pieces { sender, piece: Vec::with_capacity(PIECE), number: 0, cited: today(), format };
        let done = pieces.begin().and_then(|()| {
            archive.view()?.read().select(&request, &Control::default(), &mut |hit| pieces.take(&hit)).map(drop)?;
            pieces.send()
        });
        // A client that is still connected must not take half an export for the whole.
        if let Err(error) = done {
            if !matches!(error, Error::Interrupted) {
                archive.settings.lines.write(&error.to_string());
            }
            let _ = pieces.sender.blocking_send(Err(io::Error::other("the export broke off")));
        }
    });
    let (media_type, end) = format.kind();
    let mut response = Body::new(Stream(receiver)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"gongxun.{end}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Hits on their way out, some at a time.
struct Pieces {
    sender: Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    number: usize,
    cited: Option<Date>,
    format: Format,
}

impl Pieces {
    fn begin(&mut self) -> gongxun_core::error::Result<()> {
        if self.format == Format::Csv {
            // A browser saves it, and a spreadsheet opens it.
            self.piece.extend(view::csv::BYTE_ORDER_MARK.bytes());
            self.piece.extend(view::csv::header().bytes());
        }
        Ok(())
    }

    fn take(&mut self, hit: &Hit) -> gongxun_core::error::Result<()> {
        self.number += 1;
        let article = &*hit.article;
        let text = match self.format {
            Format::Jsonl => view::json::line(hit) + "\n",
            Format::Csv => view::csv::record(article, hit.kind, &hit.matched_credits),
            Format::Ris => view::ris::write(&[article], self.cited),
            Format::Bibtex if self.number > 1 => "\n".to_string() + &view::bibtex::write(&[article], self.cited),
            Format::Bibtex => view::bibtex::write(&[article], self.cited),
            Format::Gbt7714 => format!("[{}] {}\n", self.number, view::gbt7714::reference(article, self.cited)),
        };
        self.piece.extend(text.bytes());
        if self.piece.len() >= PIECE { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> gongxun_core::error::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE)));
        self.sender.blocking_send(Ok(piece)).map_err(|_| Error::Interrupted)
    }
}

/// Pieces as the body of an answer.
struct Stream(Receiver<io::Result<Bytes>>);

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}
