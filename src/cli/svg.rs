//! `--format svg`: counts over time as an SVG chart for publication.
//!
//! A comparison flows in, the text of an SVG file flows out. Each query is a line with markers of its own shape, so
//! that it can be told from the others in grey too. A period in which the archive has no article is a grey band that no
//! line crosses; a period without a match is a marker on the axis.

use anyhow::anyhow;
use plotters::element::DynElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use gongxun_core::article::Date;
use gongxun_core::search::compare::{Comparison, Row};
use gongxun_core::view::messages::Language;
use gongxun_core::view::width::columns;

/// The size in pixels; a vector picture scales to any other.
const SIZE: (u32, u32) = (960, 540);
/// The height of a line of the legend, and of its letters.
const LINE: u32 = 24;
const LETTER: u32 = 15;
/// The approximate width of a column of text.
const COLUMN: i32 = 8;
/// The most names of periods below the axis.
const TICKS: i64 = 12;
/// Colours that people with colour blindness can distinguish (Okabe and Ito).
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
const BAND: RGBColor = RGBColor(228, 228, 228);

/// The labels of a chart.
pub struct Labels {
    /// Beside the values, which are shares of articles.
    share: String,
    /// Beside the values, which are occurrences per million characters.
    rate: String,
    /// In the legend, for the gaps.
    gap: String,
}

/// Returns the labels in a language.
pub fn labels(language: Language) -> Labels {
    let [share, rate, gap] =
        ["share of articles, %", "occurrences in a million characters", "no article in the archive"]
            .map(|words| language.say(words).into_owned());
    Labels { share, rate, gap }
}

/// Draws a comparison: the shares of the periods' articles, or the rate of occurrences if it has one.
pub fn render(comparison: &Comparison, labels: &Labels) -> anyhow::Result<String> {
    let mut out = String::new();
    let failed = |error: &dyn std::fmt::Display| anyhow!("the chart can't be drawn: {error}");
    {
        let root = SVGBackend::with_string(&mut out, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(|e| failed(&e))?;
        let entries = legend(comparison, labels);
        let height = LINE * (1 + entries.iter().map(|entry| entry.line).max().unwrap_or(0)) + 8;
        let (plot, below) = root.split_vertically(SIZE.1 - height);
        draw(&plot, comparison, labels).map_err(|e| failed(&e))?;
        for entry in entries {
            draw_entry(&below, &entry).map_err(|e| failed(&e))?;
        }
        root.present().map_err(|e| failed(&e))?;
    }
    Ok(out)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Returns the number of a period; consecutive periods have consecutive numbers.
fn place(period: &str) -> Option<i64> {
    let parts: Vec<i64> = period.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [year] => Some(*year),
        [year, month] => Some(year * 12 + month - 1),
        _ => period.parse::<Date>().ok().map(|date| date.day_number()),
    }
}

/// Returns the name of the period with this number, in the form of `like`.
fn name(number: i64, like: &str) -> String {
    match like.split('-').count() {
        1 => number.to_string(),
        2 => format!("{:04}-{:02}", number.div_euclid(12), number.rem_euclid(12) + 1),
        _ => Date::from_day_number(number).map(|date| date.to_string()).unwrap_or_default(),
    }
}

fn value(row: &Row, query: usize) -> f64 {
    row.per_million.as_ref().map_or_else(|| row.shares[query] * 100.0, |rates| rates[query])
}

fn draw(area: &Area<'_>, comparison: &Comparison, labels: &Labels) -> Drawn {
    let rows: Vec<(i64, &Row)> = comparison.periods.iter().filter_map(|row| Some((place(&row.period)?, row))).collect();
    let (first, last) = match rows.as_slice() {
        [] => (0, 0),
        [(first, _), .., (last, _)] => (*first, *last),
        [(only, _)] => (*only, *only),
    };
    let like = comparison.periods.first().map_or("", |row| row.period.as_str());
    let queries = comparison.queries.len();
    let most = rows.iter().flat_map(|(_, row)| (0..queries).map(|query| value(row, query))).fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.08 } else { 1.0 };
    let step = ((last - first) / TICKS + 1).max(1);
    let across = first as f64 - 0.5..last as f64 + 0.5;
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(28)
        .x_label_area_size(40)
        .y_label_area_size(84)
        .build_cartesian_2d(across, 0.0..most)?;
    let is_rate = rows.iter().any(|(_, row)| row.per_million.is_some());
    let digits = if most >= 10.0 { 0 } else { (1.0 - most.log10().floor()).max(0.0) as usize };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(210, 210, 210))
        .x_labels(0)
        .y_label_formatter(&|value| format!("{value:.digits$}"))
        .y_desc(if is_rate { labels.rate.as_str() } else { labels.share.as_str() })
        .label_style(("sans-serif", LETTER))
        .draw()?;
    for gap in &comparison.gaps {
        if let (Some(from), Some(to)) = (place(&gap.from), place(&gap.to)) {
            let corners = [(from as f64 - 0.5, 0.0), (to as f64 + 0.5, most)];
            chart.draw_series([Rectangle::new(corners, BAND.filled())])?;
        }
    }
    for query in 0..queries {
        let color = COLORS[query % COLORS.len()];
        // A line ends at a gap.
        for stretch in rows.chunk_by(|(before, _), (after, _)| before + 1 == *after) {
            let points = stretch.iter().map(|(number, row)| (*number as f64, value(row, query)));
            chart.draw_series(LineSeries::new(points, color.stroke_width(2)))?;
        }
        for (number, row) in &rows {
            let at = chart.plotting_area().map_coordinate(&(*number as f64, value(row, query)));
            area.draw(&mark(query, at))?;
        }
    }
    // The library itself would label fractions of a period.
    let style = TextStyle::from(("sans-serif", LETTER)).pos(Pos::new(HPos::Center, VPos::Top));
    for number in (first..=last).step_by(step as usize).filter(|_| !rows.is_empty()) {
        let (x, y) = chart.plotting_area().map_coordinate(&(number as f64, 0.0));
        area.draw(&PathElement::new([(x, y), (x, y + 5)], BLACK))?;
        area.draw(&Text::new(name(number, like), (x, y + 9), style.clone()))?;
    }
    Ok(())
}

/// Draws the marker of a query: a circle, a triangle, a cross, in turn.
fn mark<'a, B: DrawingBackend + 'a>(query: usize, at: (i32, i32)) -> DynElement<'a, B, (i32, i32)> {
    let color = COLORS[query % COLORS.len()];
    match query % 3 {
        0 => Circle::new(at, 4, color.filled()).into_dyn(),
        1 => TriangleMarker::new(at, 5, color.filled()).into_dyn(),
        _ => Cross::new(at, 4, color.stroke_width(2)).into_dyn(),
    }
}

/// An entry of the legend.
struct Entry<'a> {
    /// The query's number; none for the gaps.
    query: Option<usize>,
    text: &'a str,
    line: u32,
    left: i32,
}

/// Returns the entries of the legend for lines and bands, broken into lines.
fn legend<'a>(comparison: &'a Comparison, labels: &'a Labels) -> Vec<Entry<'a>> {
    let names = comparison.queries.iter().enumerate().map(|(number, query)| (Some(number), query.query.as_str()));
    let bands = (!comparison.gaps.is_empty()).then_some((None, labels.gap.as_str()));
    let (mut line, mut left) = (0, 84);
    let mut entries = Vec::new();
    for (query, text) in names.chain(bands) {
        let wide = 44 + COLUMN * columns(text) as i32;
        if left + wide > SIZE.0 as i32 && left > 84 {
            (line, left) = (line + 1, 84);
        }
        entries.push(Entry { query, text, line, left });
        left += wide + 16;
    }
    entries
}

fn draw_entry(area: &Area<'_>, entry: &Entry<'_>) -> Drawn {
    let middle = (entry.line * LINE + LINE / 2) as i32;
    let (left, right) = (entry.left, entry.left + 30);
    match entry.query {
        Some(query) => {
            let color = COLORS[query % COLORS.len()];
            area.draw(&PathElement::new([(left, middle), (right, middle)], color.stroke_width(2)))?;
            area.draw(&mark(query, (left + 15, middle)))?;
        }
        None => area.draw(&Rectangle::new([(left, middle - 7), (right, middle + 7)], BAND.filled()))?,
    }
    let style = TextStyle::from(("sans-serif", LETTER)).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(entry.text.to_string(), (right + 6, middle), style))?;
    Ok(())
}
