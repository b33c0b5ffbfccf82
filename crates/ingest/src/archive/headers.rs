//! Header fields: of an HTTP response, of a mail, of a record of a crawl.

/// Header fields, with lower-case names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// Parses the lines of a head, without the first line.
    pub(super) fn parse(lines: &[u8]) -> Headers {
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.split(|&b| b == b'\n') {
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
            if line.starts_with([' ', '\t']) {
                // A folded line continues the field above it.
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
            }
        }
        Headers(headers)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Splits a message or part into its header fields and its body.
pub(super) fn fields(message: &[u8]) -> (Headers, &[u8]) {
    let mut from = 0;
    while let Some(at) = message[from..].iter().position(|&b| b == b'\n') {
        if message[from..from + at].trim_ascii().is_empty() {
            return (Headers::parse(&message[..from]), &message[from + at + 1..]);
        }
        from += at + 1;
    }
    (Headers::parse(message), &[])
}

/// Returns the type of a `Content-Type` value, in lower case, and its charset.
pub(super) fn content_type(value: &str) -> (String, Option<String>) {
    let mut parts = value.split(';');
    let media = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (key.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_string())
    });
    (media, charset)
}
