//! axe-core in the browser: no violation on any page, in both languages, light and dark, wide and narrow.

use super::page::{Outcome, Page, holds};

/// Name and path of each page; `{article}` is an article with marks, repairs and copies around it.
const PAGES: [(&str, &str); 12] = [
    ("home", "/"),
    ("hits", "/search?q=工会 骑手"),
    ("conditions", "/search?q=工会&source=东原工人报&from=2015&exact=true&page=2"),
    ("nothing found", "/search?q=昆虫记"),
    ("words in context", "/context?q=骑手"),
    ("comparison", "/compare?q=骑手&q=律师&q=工会&q=会议&q=司机"),
    ("day", "/day?date=2021-07-28"),
    ("several meant", "/why?q=罢工&article=工会会议"),
    ("why not", "/why?q=罢工 工会&article=讨薪记"),
    ("help", "/help"),
    ("problem", "/nowhere"),
    ("article", "{article}"),
];
const LOOKS: [(&str, &str, (u32, u32)); 4] = [
    ("zh", "light", (1280, 900)),
    ("en", "dark", (1280, 900)),
    ("zh", "dark", (390, 844)),
    ("en", "light", (390, 844)),
];

/// Returns the text of axe-core's script, if the environment names its file.
pub fn script() -> Option<String> {
    let file = std::env::var_os("GONGXUN_AXE")?;
    Some(std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("GONGXUN_AXE: {}: {error}", file.display())))
}

/// Checks that no page violates a rule.
pub async fn no_violation(page: Page) -> Outcome {
    let axe = script().unwrap_or_default();
    let mut found = Vec::new();
    for (lang, theme, (width, height)) in LOOKS {
        page.client.set_window_size(width, height).await?;
        for choice in [format!("lang={lang}"), format!("theme={theme}")] {
            page.goto(&format!("/choose?{choice}&next=/help")).await?;
        }
        for (name, path) in PAGES {
            if path == "{article}" {
                page.goto("/search?q=算法协商").await?;
                page.click(".hit h3 a").await?;
                page.wait("article.paper").await?;
            } else {
                page.goto(path).await?;
            }
            page.client.execute(&axe, Vec::new()).await?;
            let violations = page
                .client
                .execute_async(
                    "const done = arguments[0];
                     axe.run({ resultTypes: ['violations'] }).then((all) => done(all.violations.flatMap((one) =>
                         one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}: ${node.failureSummary}`))));",
                    Vec::new(),
                )
                .await?;
            let violations = violations.as_array().cloned().ok_or("axe gave no list")?;
            found.extend(violations.iter().map(|one| format!("{name}, {lang}, {theme}, {width}: {one}")));
        }
    }
    holds(found.is_empty(), &found.join("\n"))
}
