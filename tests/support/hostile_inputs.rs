//! The inputs of `tests/data/hostile-inputs.tsv`, which are meant to cost time or memory, in any size.

/// The beginning of a page, `\P` in the table.
const PAGE: &str =
    "<html><head><meta charset=utf-8><title>工会</title></head><body><h1>工会新闻</h1><p>来源：工人日报 2020-01-02</p>";
/// The end of a page, `\E` in the table.
const END: &str = "<p>这是工会真实的报道内容，记者在现场看到工人们正在讨薪。</p></body></html>";

/// An input: a unit repeated between a head and a tail.
pub struct HostileInput {
    /// The name of its file.
    pub name: &'static str,
    unit: Vec<u8>,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl HostileInput {
    /// Returns about this many bytes of it.
    pub fn bytes(&self, size: usize) -> Vec<u8> {
        let times = size.saturating_sub(self.head.len() + self.tail.len()) / self.unit.len();
        [&self.head[..], &self.unit.repeat(times.max(1)), &self.tail[..]].concat()
    }
}

/// Returns all inputs.
pub fn inputs() -> Vec<HostileInput> {
    let lines = include_str!("../data/hostile-inputs.tsv").lines().filter(|line| !line.starts_with('#'));
    let input = |line: &'static str| {
        let mut cells = line.split('\t');
        let name = cells.next().unwrap();
        let mut bytes = || unescaped(cells.next().unwrap());
        HostileInput { name, unit: bytes(), head: bytes(), tail: bytes() }
    };
    lines.map(input).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let mut length = 2;
        match &rest[at + 1..at + 2] {
            "n" => bytes.push(b'\n'),
            "r" => bytes.push(b'\r'),
            "t" => bytes.push(b'\t'),
            "\\" => bytes.push(b'\\'),
            "P" => bytes.extend_from_slice(PAGE.as_bytes()),
            "E" => bytes.extend_from_slice(END.as_bytes()),
            "x" => {
                length = 4;
                bytes.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
            }
            other => panic!("\\{other}"),
        }
        rest = &rest[at + length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
