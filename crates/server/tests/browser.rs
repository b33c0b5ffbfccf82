//! The page in a browser: Debian's Chromium by its ChromeDriver. Where one of them is missing the tests are shown as
//! ignored, and with GONGXUN_REQUIRE_ALL=1 they fail.
//!
//! `GONGXUN_SHOTS=DIR cargo test -p gongxun-server --test browser` writes pictures of the pages there. `GONGXUN_AXE=FILE`
//! names axe-core's script (`npm pack axe-core`), by which each page is checked for accessibility.

#[path = "browser/accessibility.rs"]
mod accessibility;
#[path = "browser/page.rs"]
mod page;
mod support;

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

use page::{CHROMEDRIVER, CHROMIUM, DRIVER, Outcome, Page, Running, holds, run};

/// The name of the key in WebDriver.
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const TAB: &str = "\u{e004}";
/// The most bytes of a page with style, script and icon.
const MAX_PAGE: u64 = 100_000;

fn main() {
    let arguments = Arguments::from_args();
    let missing = [CHROMIUM, CHROMEDRIVER].into_iter().find(|path| !std::path::Path::new(path).exists());
    let required = std::env::var_os("GONGXUN_REQUIRE_ALL").is_some_and(|value| value == "1");
    let trial = |name: &'static str, test: fn(Page) -> Running| {
        let run = move || match missing {
            Some(path) => Err(Failed::from(format!("{path} is not there"))),
            None => run(test).map_err(|error| Failed::from(error.to_string())),
        };
        let trial = Trial::test(name, run);
        match missing {
            Some(path) if !required => trial.with_kind(format!("no {path}")).with_ignored_flag(true),
            _ => trial,
        }
    };
    let axe = || match accessibility::script() {
        Some(_) => trial("axe_finds_no_violation", |page| Box::pin(accessibility::no_violation(page))),
        None => Trial::test("axe_finds_no_violation", || Ok(())).with_kind("no GONGXUN_AXE").with_ignored_flag(true),
    };
    let trials = vec![
        axe(),
        trial("type_filter_open_and_go_back", |page| Box::pin(type_filter_open_and_go_back(page))),
        trial("brush_a_time", |page| Box::pin(brush_a_time(page))),
        trial("words_are_completed", |page| Box::pin(words_are_completed(page))),
        trial("keys", |page| Box::pin(keys(page))),
        trial("language_and_colours", |page| Box::pin(language_and_colours(page))),
        trial("copies_context_and_compare", |page| Box::pin(copies_context_and_compare(page))),
        trial("the_paper_of_a_day", |page| Box::pin(the_paper_of_a_day(page))),
        trial("a_phone", |page| Box::pin(a_phone(page))),
        trial("without_script", |page| Box::pin(without_script(page))),
        trial("nothing_is_refused_moved_or_asked_elsewhere", |page| Box::pin(quiet(page))),
        trial("nothing_moves_on_a_slow_connection", |page| Box::pin(slowly(page))),
        trial("everything_is_reached_by_keyboard", |page| Box::pin(by_keyboard(page))),
        trial("a_repair_shows_what_it_is_not_sure_of", |page| Box::pin(uncertain(page))),
        trial("hostile_articles_run_nothing", |page| Box::pin(hostile(page))),
    ];
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Ok(mut driver) = DRIVER.lock()
        && let Some((child, _)) = driver.as_mut()
    {
        let _ = child.kill();
        let _ = child.wait();
    }
    conclusion.exit();
}

async fn type_filter_open_and_go_back(page: Page) -> Outcome {
    page.goto("/").await?;
    page.shot("home").await?;
    let input = page.wait("#q").await?;
    input.send_keys("工会").await?;
    input.send_keys(ENTER).await?;
    page.at("/search?q=工会").await?;
    holds(page.count(".hit").await? == 20, "a page of hits")?;
    page.shot("search").await?;
    let all = page.text(".total strong").await?;
    page.click(".facet a[href*='source=']").await?;
    page.at("source=").await?;
    let fewer = page.text(".total strong").await?;
    holds(all != fewer, "a source has fewer")?;
    page.click(".active a").await?;
    page.until("no condition is left", "return !document.querySelector('.active') && !!document.querySelector('.hit')")
        .await?;
    page.click("nav.pages a[rel=next]").await?;
    page.at("page=2").await?;
    let title = page.text(".hit h3 a").await?;
    page.click(".hit h3 a").await?;
    page.at("/article/").await?;
    holds(page.text("h1").await? == title, "the article that was clicked")?;
    holds(page.count(".paper mark").await? > 0, "with marks")?;
    page.shot("article").await?;
    page.client.back().await?;
    page.at("page=2").await?;
    page.click(".hit h3 a").await?;
    page.click(".back a").await?;
    page.at("page=2").await
}

async fn brush_a_time(page: Page) -> Outcome {
    page.goto("/search?q=工会").await?;
    let drawing = page.wait(".timeline svg[data-first]").await?;
    let (x, y, width, height) = drawing.rectangle().await?;
    let to = |share: f64| PointerAction::MoveTo {
        duration: Some(Duration::from_millis(80)),
        x: x + width * share,
        y: y + height / 2.0,
    };
    let mouse = MouseActions::new("mouse".to_string())
        .then(to(0.3))
        .then(PointerAction::Down { button: 0 })
        .then(to(0.4))
        .then(to(0.5))
        .then(PointerAction::Up { button: 0 });
    page.client.perform_actions(mouse).await?;
    page.at("from=").await?;
    page.at("to=").await?;
    let chosen = page.client.find_all(Locator::Css(".active a")).await?;
    holds(chosen.len() == 2, "two ends of a time")?;
    // A click takes a month where there are few.
    page.click(".timeline svg a:nth-of-type(2)").await?;
    page.at("from=").await?;
    holds(page.count(".hit").await? == 1, "one article a month")
}

async fn words_are_completed(page: Page) -> Outcome {
    page.goto("/").await?;
    let input = page.wait("#q").await?;
    input.send_keys("\"骑手\" 工").await?;
    page.wait(".completions:not([hidden]) li").await?;
    page.press(DOWN).await?;
    let chosen = page.text(".completions li[aria-selected=true] span").await?;
    page.press(ENTER).await?;
    let typed = input.prop("value").await?.unwrap_or_default();
    holds(typed == format!("\"骑手\" {chosen}") && chosen.starts_with('工'), &typed)?;
    page.press(ENTER).await?;
    page.at(&chosen).await
}

async fn keys(page: Page) -> Outcome {
    page.goto("/search?q=工会").await?;
    page.wait(".hit").await?;
    page.press("jjk").await?;
    let chosen = page.text(".hit.chosen h3 a").await?;
    holds(chosen == page.text(".hit h3 a").await?, "the first hit after two down and one up")?;
    page.press("/").await?;
    let focus = page.script("return document.activeElement.id").await?;
    holds(focus == "q", "the box has the focus")?;
    // What is typed is typed, and does nothing else.
    page.press("jk?").await?;
    page.at("/search").await?;
    page.press("\u{e00c}").await?;
    page.press("\u{e00c}").await?;
    page.press("j").await?;
    page.press(ENTER).await?;
    page.at("/article/").await?;
    page.press("j").await?;
    holds(page.count("mark.now").await? == 1, "a match is shown")?;
    page.press("u").await?;
    page.at("/search").await?;
    page.press("?").await?;
    page.at("/help").await
}

async fn language_and_colours(page: Page) -> Outcome {
    page.goto("/search?q=工会&sort=newest").await?;
    page.click(".choices a[hreflang=en]").await?;
    page.at("/search?q=工会&sort=newest").await?;
    holds(page.text(".box button").await? == "Search", "English")?;
    page.shot("search-en").await?;
    let light = page.script("return getComputedStyle(document.body.parentElement).backgroundColor").await?;
    page.click(".choices .theme").await?;
    page.wait("html[data-theme=dark]").await?;
    let dark = page.script("return getComputedStyle(document.body.parentElement).backgroundColor").await?;
    holds(light != dark, "other colours")?;
    page.shot("search-en-dark").await?;
    page.click(".hit h3 a").await?;
    page.wait("article.paper").await?;
    page.shot("article-en-dark").await?;
    page.click(".choices a[hreflang='zh-Hans']").await?;
    page.wait("html[lang='zh-Hans']").await?;
    Ok(())
}

async fn copies_context_and_compare(page: Page) -> Outcome {
    page.goto("/search?q=算法协商").await?;
    page.click(".copies a").await?;
    page.at("#copies").await?;
    page.click(".copies-list a[href*='/copies/']").await?;
    page.at("/copies/").await?;
    holds(page.count("del").await? > 0, "differences are marked")?;
    page.shot("copies").await?;
    page.goto("/context?q=骑手").await?;
    page.shot("context").await?;
    page.click(".orders a[href*='sort=right']").await?;
    page.at("sort=right").await?;
    page.click(".kwic .word a").await?;
    page.at("at=").await?;
    page.wait("mark.now").await?;
    page.goto("/compare").await?;
    let inputs = page.client.find_all(Locator::Css("form.compare input")).await?;
    inputs[0].send_keys("骑手").await?;
    inputs[1].send_keys("律师").await?;
    inputs[1].send_keys(ENTER).await?;
    page.at("q=律师").await?;
    holds(page.count(".lines path").await? == 2, "two lines")?;
    page.shot("compare").await?;
    page.click(".numbers td a").await?;
    page.at("/search?q=").await?;
    // Why is one missing?
    page.goto("/search?q=罢工").await?;
    page.click(".missing summary").await?;
    page.wait(".missing input[name=article]").await?.send_keys("讨薪记").await?;
    page.click(".missing button").await?;
    page.at("/why?").await?;
    holds(page.count(".fails").await? == 1, "the clause that fails")?;
    page.shot("why").await
}

async fn the_paper_of_a_day(page: Page) -> Outcome {
    page.goto("/day").await?;
    page.wait("select[name=source]").await?.select_by_value("东原工人报").await?;
    page.click(".about button").await?;
    page.at("source=东原工人报").await?;
    let day = page.text("nav.day strong").await?;
    page.shot("day").await?;
    page.click("nav.day a[rel=prev]").await?;
    for _ in 0..200 {
        if page.text("nav.day strong").await? != day {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    holds(page.text("nav.day strong").await? != day, "another day")?;
    page.click(".calendar td.full a").await?;
    holds(page.count(".hit").await? > 0, "with articles")
}

async fn a_phone(page: Page) -> Outcome {
    page.client.set_window_size(390, 844).await?;
    for (name, path) in [
        ("home", "/"),
        ("search", "/search?q=工会 骑手"),
        ("article", "/search?q=算法协商"),
        ("context", "/context?q=工会"),
        ("compare", "/compare?q=骑手&q=律师"),
        ("day", "/day?date=2021-07-28"),
        ("help", "/help"),
    ] {
        page.goto(path).await?;
        if name == "article" {
            page.click(".hit h3 a").await?;
            page.wait("article.paper").await?;
        }
        let wide = page.script("return document.documentElement.scrollWidth - window.innerWidth").await?;
        holds(wide.as_f64().is_some_and(|wide| wide <= 0.0), &format!("{path} is {wide} too wide for a phone"))?;
        page.shot(&format!("phone-{name}")).await?;
    }
    Ok(())
}

async fn without_script(page: Page) -> Outcome {
    let page = Page::open(json!({"profile.managed_default_content_settings.javascript": 2}), (1280, 900))
        .await?
        .or_close(page)
        .await?;
    page.goto("/").await?;
    let input = page.wait("#q").await?;
    input.send_keys("工会").await?;
    page.click(".box button").await?;
    page.at("/search?q=工会").await?;
    holds(page.count("[role=combobox]").await? == 0, "there is no script")?;
    let years = page.client.find_all(Locator::Css(".timeline svg a")).await?;
    years[1].click().await?;
    page.at("from=").await?;
    page.wait(".dates input[name=to]").await?.clear().await?;
    page.wait(".dates input[name=from]").await?.clear().await?;
    page.wait(".dates input[name=from]").await?.send_keys("2018").await?;
    page.click(".dates button").await?;
    page.at("from=2018").await?;
    page.click(".hit h3 a").await?;
    page.at("/article/").await?;
    page.click(".cite details:nth-of-type(2) summary").await?;
    holds(page.text(".cite details:nth-of-type(2) pre").await?.contains("TY  - "), "a citation")?;
    page.click(".choices a[hreflang=en]").await?;
    page.wait("html[lang=en]").await?;
    page.client.clone().close().await?;
    Ok(())
}

impl Page {
    /// This page in place of another one, which stays open as long as its test runs.
    async fn or_close(self, other: Page) -> Result<Page, Box<dyn std::error::Error>> {
        other.client.goto("about:blank").await?;
        Ok(self)
    }
}

/// The pages of which nothing may move.
const STILL: [&str; 6] = ["/", "/search?q=工会", "/compare?q=骑手&q=律师", "/day", "/context?q=工会", "/help"];

/// Checks that the page breaks none of its own rules, requests nothing of other sites, and does not move once shown.
async fn quiet(page: Page) -> Outcome {
    for path in STILL {
        page.goto(path).await?;
        stays_still(&page, path).await?;
        let asked = page
            .script(
                "const files = performance.getEntriesByType('resource');
                 const bytes = [...performance.getEntriesByType('navigation'), ...files].reduce((all, entry) => all + entry.decodedBodySize, 0);
                 return [files.map((entry) => entry.name), bytes];",
            )
            .await?;
        let bytes = asked[1].as_u64().unwrap_or(u64::MAX);
        holds(bytes < MAX_PAGE, &format!("{path} has {bytes} bytes, with style and script, before compression"))?;
        for name in asked[0].as_array().into_iter().flatten().filter_map(Value::as_str) {
            holds(name.starts_with(&page.site), &format!("{path} asks {name}"))?;
        }
    }
    let log = log(&page).await?;
    let wrong: Vec<_> = log.iter().filter(|line| line["level"] == "SEVERE").collect();
    holds(wrong.is_empty(), &format!("the browser complains: {wrong:?}"))
}

/// Checks that shown content does not move, however slowly the rest of the page arrives.
async fn slowly(page: Page) -> Outcome {
    let page = page.slowed();
    let mut moved = Vec::new();
    for path in STILL {
        page.goto(path).await?;
        moved.extend(stays_still(&page, path).await.err().map(|error| error.to_string()));
    }
    holds(moved.is_empty(), &moved.join("\n"))
}

/// Checks that nothing of the open page has moved since it was first shown.
async fn stays_still(page: &Page, path: &str) -> Outcome {
    let moved = page
        .client
        .execute_async(
            "const done = arguments[0]; let sum = 0; const where = [];
             new PerformanceObserver((list) => { for (const entry of list.getEntries()) {
                     sum += entry.value; where.push(...entry.sources.map((one) => (one.node?.outerHTML ?? one.node?.data)?.slice(0, 80))); } })
                 .observe({ type: 'layout-shift', buffered: true });
             setTimeout(() => done([sum, where]), 400);",
            Vec::new(),
        )
        .await?;
    holds(moved[0].as_f64() == Some(0.0), &format!("{path}: the layout moved by {} at {}", moved[0], moved[1]))
}

/// Returns the entries of the browser's log.
async fn log(page: &Page) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    #[derive(Debug)]
    struct Log;
    impl fantoccini::wd::WebDriverCompatibleCommand for Log {
        fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
            base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
        }

        fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
            (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
        }
    }
    let lines = page.client.issue_cmd(Log).await?;
    Ok(lines.as_array().cloned().unwrap_or_default())
}

/// Checks that Tab reaches all controls, and that the focus is visible.
async fn by_keyboard(page: Page) -> Outcome {
    page.goto("/search?q=工会").await?;
    page.wait(".hit").await?;
    let wanted = page
        .script(
            "return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
                 .filter((one) => one.checkVisibility() && one.tabIndex >= 0).length",
        )
        .await?;
    let mut reached = std::collections::HashSet::new();
    let wanted = wanted.as_u64().unwrap_or(0) as usize;
    for _ in 0..wanted + 5 {
        page.press(TAB).await?;
        if page.script("return document.activeElement === document.body").await? == true {
            break;
        }
        let now = page
            .script(
                "const one = document.activeElement;
                 one.dataset.reached ||= String(window.reached = (window.reached || 0) + 1);
                 const style = getComputedStyle(one);
                 return [one.dataset.reached, one.matches(':focus-visible') && (style.outlineStyle !== 'none' || !!one.closest('.box, svg'))]",
            )
            .await?;
        holds(
            now[1] == true,
            &format!(
                "the focus is seen at {}",
                page.script("return document.activeElement.outerHTML.slice(0, 200)").await?
            ),
        )?;
        if !reached.insert(now[0].to_string()) {
            break;
        }
    }
    holds(reached.len() >= wanted, &format!("{} of {wanted} are reached", reached.len()))
}

async fn uncertain(page: Page) -> Outcome {
    page.goto("/search?q=求学圆梦").await?;
    page.click(".hit h3 a").await?;
    page.wait(".body .uncertain").await?;
    holds(page.text(".body .uncertain").await? == "求学", "the characters that were a choice")?;
    holds(page.count(".body .uncertain").await? == 2, "and those of another line")?;
    holds(page.text(".repairs .uncertain").await?.starts_with('4'), "their number")?;
    page.click(".original summary").await?;
    holds(page.text(".original pre").await?.contains("xué"), "the text as it was found")?;
    page.shot("uncertain").await
}

async fn hostile(page: Page) -> Outcome {
    for path in [
        "/search?q=危险",
        "/search?q=危险&lang=en",
        "/context?q=危险",
        "/day",
        "/compare?q=危险",
        "/why?q=工会&article=危险",
    ] {
        page.goto(path).await?;
        holds(page.script("return window.ran ?? null").await?.is_null(), path)?;
    }
    page.goto("/search?q=危险").await?;
    page.click(".hit h3 a").await?;
    page.wait("article.paper").await?;
    holds(page.script("return window.ran ?? null").await?.is_null(), "the article")?;
    holds(page.text("h1").await?.contains("<script>"), "its text is there")?;
    holds(page.count("a[href^='javascript']").await? == 0, "no link to a script")
}
