//! Distinguishes tables of data from tables that lay out a page: the borders of tables flow in, lines joined to rows
//! flow out.
//!
//! A table holds data if it has rows of several short cells and no table inside. Each of its rows becomes one line,
//! with a tab between cells, so that a table is read, stored and shown row by row.

use super::page::{Form, Gap, Line, Page, is_letter};

/// The least number of rows with two or more filled cells in a table of data.
const LEAST_ROWS: usize = 2;
/// The most letters of the fullest cell of a table of data.
const MAX_CELL: usize = 120;
/// The most lines in one cell of a table of data.
const MAX_CELL_LINES: usize = 3;

/// The beginnings of tables, rows and cells, in the order of the page.
#[derive(Debug, Default)]
pub struct Borders {
    tables: Vec<u32>,
    rows: Vec<u32>,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    block: u32,
    /// Its first piece, if it has any.
    piece: u32,
}

/// A row to be joined: its present lines.
struct Row {
    block: u32,
    lines: std::ops::Range<usize>,
}

impl Borders {
    /// Records a table's block.
    pub fn table(&mut self, block: u32) {
        self.tables.push(block);
    }

    /// Records a row's block.
    pub fn row(&mut self, block: u32) {
        self.rows.push(block);
    }

    /// Records a cell's block and its first piece.
    pub fn cell(&mut self, block: u32, piece: u32) {
        self.cells.push(Cell { block, piece });
    }

    /// Joins the rows of each table of data to lines.
    pub fn join_rows(&self, page: &mut Page) {
        let mut rows: Vec<Row> = Vec::new();
        for (n, &table) in self.tables.iter().enumerate() {
            // Blocks are in the order in which they open, so the next table is the first that can be inside.
            let nested = self.tables.get(n + 1).is_some_and(|next| page.is_within(*next, table));
            if let Some(data) = (!nested).then(|| self.rows_of_data(page, table)).flatten() {
                rows.extend(data);
                mark(page, table);
            }
        }
        if !rows.is_empty() {
            self.join(page, &rows);
        }
    }

    /// Returns the filled rows of a table of data; none if it is a table of layout.
    fn rows_of_data(&self, page: &Page, table: u32) -> Option<Vec<Row>> {
        let from = self.rows.partition_point(|row| *row < table);
        let rows = self.rows[from..].iter().take_while(|row| page.is_within(**row, table));
        let (mut filled, mut several) = (Vec::new(), 0usize);
        for &block in rows {
            let lines = &page.blocks[block as usize].lines;
            let lines = lines.start as usize..lines.end as usize;
            if lines.is_empty() {
                continue;
            }
            let mut cells = 0usize;
            for cell in self.cells_of(page, block) {
                let within = &page.blocks[cell.block as usize].lines;
                let within = within.start as usize..within.end as usize;
                if within.len() > MAX_CELL_LINES || letters(page, within.clone()) > MAX_CELL {
                    return None;
                }
                if page.lines[within.clone()].iter().any(|line| line.hidden || (1..=3).contains(&line.heading)) {
                    return None;
                }
                cells += usize::from(!within.is_empty());
            }
            several += usize::from(cells > 1);
            filled.push(Row { block, lines });
        }
        (several >= LEAST_ROWS && several * 2 >= filled.len()).then_some(filled)
    }

    fn cells_of<'a>(&'a self, page: &'a Page, row: u32) -> impl Iterator<Item = Cell> + 'a {
        let from = self.cells.partition_point(|cell| cell.block < row);
        self.cells[from..].iter().copied().take_while(move |cell| page.is_within(cell.block, row))
    }

    fn join(&self, page: &mut Page, rows: &[Row]) {
        let old = std::mem::take(&mut page.lines);
        // The new number of each old line, and one more for the end.
        let mut numbers: Vec<u32> = Vec::with_capacity(old.len() + 1);
        let mut rows = rows.iter().peekable();
        let mut at = 0;
        while at < old.len() {
            let number = page.lines.len() as u32;
            while rows.peek().is_some_and(|row| row.lines.end <= at) {
                rows.next();
            }
            match rows.peek().filter(|row| row.lines.start == at) {
                Some(row) => {
                    let pieces = old[at].pieces.start..old[row.lines.end - 1].pieces.end;
                    for line in &old[at + 1..row.lines.end] {
                        page.pieces[line.pieces.start as usize].gap = Gap::Blank;
                    }
                    let mut borders = 0u8;
                    let cells: Vec<Cell> = self.cells_of(page, row.block).collect();
                    for (n, cell) in cells.into_iter().enumerate() {
                        borders = borders.saturating_add(u8::from(n > 0));
                        let lines = &page.blocks[cell.block as usize].lines;
                        if lines.start < lines.end && pieces.contains(&cell.piece) {
                            cell_gap(&mut page.pieces[cell.piece as usize].gap, &mut borders);
                        }
                    }
                    let line = Line { pieces, block: row.block, ..Line::default() };
                    page.lines.push(line);
                    numbers.extend(std::iter::repeat_n(number, row.lines.len()));
                    at = row.lines.end;
                }
                None => {
                    page.lines.push(old[at].clone());
                    numbers.push(number);
                    at += 1;
                }
            }
        }
        let all = page.lines.len() as u32;
        for block in &mut page.blocks {
            let (start, end) = (block.lines.start as usize, block.lines.end as usize);
            let first = numbers.get(start).copied().unwrap_or(all);
            block.lines = first..if end > start { numbers[end - 1] + 1 } else { first };
        }
    }
}

/// Marks the blocks of a table of data.
fn mark(page: &mut Page, table: u32) {
    let inside = (table..page.blocks.len() as u32).take_while(|block| page.is_within(*block, table)).count();
    for block in &mut page.blocks[table as usize..table as usize + inside] {
        if matches!(block.form, Form::Layout | Form::Container) {
            block.form = Form::Data;
        }
    }
}

fn cell_gap(gap: &mut Gap, borders: &mut u8) {
    if *borders > 0 {
        *gap = Gap::Cells(*borders);
        *borders = 0;
    }
}

/// Returns the number of letters in some lines, whose texts are not built yet.
fn letters(page: &Page, lines: std::ops::Range<usize>) -> usize {
    page.lines[lines]
        .iter()
        .flat_map(|line| page.pieces_of(line))
        .map(|piece| page.texts[piece.text as usize].chars().filter(|c| is_letter(*c)).count())
        .sum()
}
