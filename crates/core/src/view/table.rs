//! Tables for terminals: text aligned left, numbers right, wide characters counted as two columns.

use std::borrow::Cow;

use super::width;

/// Formats a table with a head; the first column is text, the others are numbers. Columns that do not fit into the
/// width are left out from the right.
pub(super) fn numbers(head: &[Cow<'_, str>], rows: &[Vec<String>], width: Option<usize>) -> String {
    let columns = |at: usize| {
        let of_rows = rows.iter().map(|row| width::columns(&row[at])).max().unwrap_or(0);
        of_rows.max(width::columns(&head[at]))
    };
    let (mut widths, mut used) = (Vec::new(), 0);
    for at in 0..head.len() {
        let own = columns(at) + if at == 0 { 0 } else { 2 };
        if at > 0 && width.is_some_and(|width| used + own > width) {
            break;
        }
        used += own;
        widths.push(columns(at));
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (at, (cell, columns)) in cells.zip(&widths).enumerate() {
            match at {
                0 => line.push_str(&width::pad(cell, *columns)),
                _ => {
                    line.push_str(&" ".repeat(2 + columns - width::columns(cell)));
                    line.push_str(cell);
                }
            }
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let mut out = line(&mut head.iter().map(|name| name.as_ref()));
    rows.iter().for_each(|row| out.push_str(&line(&mut row.iter().map(String::as_str))));
    out
}
