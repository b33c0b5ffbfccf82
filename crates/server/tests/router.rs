//! The router without a socket: pages and API over articles, hostile articles, hostile requests.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, Request};
use gongxun_core::article::{Article, ArticleId, Credit, Repair, RepairKind, Role};
use gongxun_core::error::{Error, Result};
use gongxun_core::index::{Index, IndexSettings, Resources};
use gongxun_core::query::parse;
use gongxun_core::search::{Provider, Read, Request as Search};
use gongxun_core::view;
use gongxun_server::{Hosts, Lines, Settings};
use support::{Site, articles};

/// Encodes a query for an address.
fn q(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn a_search_shows_hits_with_marks_counts_and_filters() {
    let site = Site::with_articles();
    let page = site.get(&format!("/search?q={}", q("讨薪"))).is(200);
    let text = page.text();
    assert!(text.contains("<mark>讨薪</mark>"), "{text}");
    assert!(text.contains("<strong>1 篇文章</strong>") && text.contains("另以同义词 1"), "{text}");
    assert!(text.contains("以同义词匹配") && text.contains("<mark>追讨工资</mark>的冬天"), "{text}");
    assert!(text.contains("讨薪 也查"), "notes are in the language of the page: {text}");
    // A facet leads to a narrower search, a condition out of it.
    let narrow = format!("/search?q={}&amp;source={}", q("讨薪"), q("东原工人报"));
    assert!(text.contains(&narrow), "{text}");
    let narrowed = site.get(&narrow.replace("&amp;", "&")).is(200);
    assert!(!narrowed.text().contains("的冬天") && narrowed.text().contains("当前条件"));
    // The copies of a text are one hit.
    let page = site.get(&format!("/search?q={}", q("算法协商"))).is(200);
    assert_eq!(page.text().matches("<li class=\"hit\">").count(), 1);
    assert!(page.text().contains("1 份其他副本"));
}

#[test]
fn the_page_speaks_english_at_a_click_and_stays_where_it_is() {
    let site = Site::with_articles();
    let address = format!("/search?q={}&sort=newest", q("工会"));
    let page = site.get(&address).is(200);
    let href =
        page.text().split("href=\"").find(|rest| rest.starts_with("/choose?lang=en")).expect("a link to English");
    let href = href.split('"').next().unwrap().replace("&amp;", "&");
    let chosen = site.get(&href).is(303);
    assert_eq!(chosen.header("location"), address);
    let cookie = chosen.header("set-cookie").split(';').next().unwrap().to_string();
    assert_eq!(cookie, "lang=en");
    let page = site.ask(&address, &[("cookie", &cookie)]).is(200);
    assert!(page.text().contains("lang=\"en\"") && page.text().contains("3 articles"), "{}", page.text());
    let dark = site.ask("/", &[("cookie", "theme=dark; lang=en")]).is(200);
    assert!(dark.text().contains("data-theme=\"dark\""));
    // An address can name the language, for links to others.
    assert!(site.get("/?lang=en").is(200).text().contains("lang=\"en\""));
}

#[test]
fn an_article_is_shown_as_printed_with_what_was_looked_for() {
    let site = Site::with_articles();
    let id = ids(&site, "算法协商：骑手代表坐到了桌前");
    let page = site.get(&format!("/article/{id}?q={}", q("骑手代表"))).is(200);
    let text = page.text();
    for part in [
        "算法协商：<mark>骑手代表</mark>坐到了桌前",
        "推动平台企业与<mark>骑手代表</mark>开展",
        "2021年7月28日 09:30",
        "第03版：维权",
        "十二家平台进入首批名单。",
        "href=\"https://news.example/2021/0728/1.html\" rel=\"noreferrer noopener nofollow\"",
        "[N/OL]. 东原工人报, 2021-07-28(3)",
        "TY  - NEWS",
        "@article{",
        "工路网-东原工人报",
        "看差异",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // Somebody came to a place: it is there, inside the text.
    let page = site.get(&format!("/article/{id}?at=body-5")).is(200);
    assert!(page.text().contains("各级工会要<a id=\"at\" tabindex=\"-1\"></a>主动介入"), "{}", page.text());
    for nonsense in ["body-99999999", "body--1", "x-1", "body-", "title-3"] {
        site.get(&format!("/article/{id}?at={nonsense}")).is(200);
    }
    let tables = ids(&site, "工资集体协商十年");
    let page = site.get(&format!("/article/{tables}?q={}", q("2019"))).is(200);
    assert!(page.text().contains("<tr><td>2018</td><td>12</td></tr>"), "{}", page.text());
    assert!(page.text().contains("<td><mark>2019</mark></td>") && page.text().contains("<h2>一、数据</h2>"));
    assert!(page.text().contains("举报电话 12351"), "the margin is there");
}

fn ids(site: &Site, title: &str) -> ArticleId {
    let results = site.index.snapshot().search(format!("标题:\"{title}\"").as_str()).all_copies().run().unwrap();
    results.hits.iter().find(|hit| hit.article.title == title).expect("the article").article.id.clone()
}

#[test]
fn the_api_gives_the_json_of_the_command_line() {
    let site = Site::with_articles();
    let snapshot = site.index.snapshot();
    let request = Search { facets: true, ..Search::new(parse("工会")) };
    let expect = view::json::answer(&snapshot.answer(&request, &Default::default()).unwrap());
    let timeless = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        value["took_ms"] = 0.into();
        value
    };
    let answer = site.get(&format!("/api/search?q={}&facets=true", q("工会"))).is(200);
    assert_eq!(timeless(answer.text()), timeless(&expect));
    assert_eq!(answer.header("content-type"), "application/json");
    let id = ids(&site, "讨薪记");
    let article: Article = serde_json::from_slice(&site.get(&format!("/api/articles/{id}")).is(200).bytes).unwrap();
    assert_eq!(article, snapshot.by_id(&id).unwrap().unwrap());
}

#[test]
fn what_the_api_can_not_do_is_a_problem() {
    let site = Site::with_articles();
    for (address, status, says) in [
        ("/api/search?source=", 400, "blank"),
        ("/api/search?q=a&sorce=b", 400, "unknown field `sorce`"),
        ("/api/search?q=a&q=b", 400, "duplicate field"),
        ("/api/search?q=a&limit=101", 400, "100 hits"),
        ("/api/search?q=a&limit=-1", 400, "limit"),
        ("/api/search?q=a&offset=9999999", 400, "10000"),
        ("/api/search?q=a&sort=best", 400, "sort"),
        ("/api/search?q=a&from=soon", 400, "not a date"),
        ("/api/search?q=a&snippet_length=5000", 400, "2000"),
        ("/api/articles/nobody", 404, "no article"),
        ("/api/nothing", 404, "nothing"),
        ("/api/articles/%FF", 400, ""),
    ] {
        let answer = site.get(address).is(status);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{address}");
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{address}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{address}: {problem}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let long = site.get(&format!("/api/search?q={}", q(&"工".repeat(1_001)))).is(400);
    assert!(long.json()["detail"].as_str().unwrap().contains("1000 characters"));
    // People get a page.
    let page = site.get("/article/nobody").is(404);
    assert!(page.header("content-type").starts_with("text/html") && page.text().contains("这里什么也没有"));
}

/// Hostile strings, which must come out as text everywhere.
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u{202e}gpj";

fn hostile() -> Article {
    let mut article =
        Article::from(Article::new("x", format!("工会{EVIL}"), format!("工会正文{EVIL}\n{EVIL}\t{EVIL}")));
    article.source = Some(EVIL.into());
    article.outlets = vec![EVIL.into(), format!("b{EVIL}")];
    article.section = Some(EVIL.into());
    article.lead = Some(EVIL.into());
    article.url = Some("javascript:alert(3)//工会".into());
    article.origin = format!("folder/{EVIL}.html");
    article.date = "2020-05-01".parse().ok();
    article.credits = Role::ALL.map(|role| Credit::new(role, EVIL)).to_vec();
    article.margin = vec![EVIL.into()];
    article.repairs = vec![Repair::new(RepairKind::Gloss, 3, 0.9)];
    article.uncertain = [("body".to_string(), vec![0..3, 5..9_999])].into();
    article.original = Some([("body".to_string(), EVIL.to_string()), (EVIL.to_string(), "x".to_string())].into());
    article
}

#[test]
fn hostile_articles_are_text_everywhere() {
    let site = Site::new();
    let article = hostile();
    let mut copy = hostile();
    copy.id = ArticleId::new("x", "copy");
    site.put([&article, &copy]);
    let id = &article.id;
    let evil = q(EVIL);
    let mut seen = 0;
    for address in [
        "/".to_string(),
        format!("/search?q={}", q("工会")),
        format!("/search?q={evil}"),
        format!("/search?q={}&source={evil}&from={evil}", q("工会")),
        format!("/search?source={evil}"),
        format!("/search?q={}&all_copies=true&lang=en", q("工会")),
        format!("/article/{id}?q={}", q("工会")),
        format!("/article/{id}?q={evil}&source={evil}"),
        format!("/article/{evil}"),
        format!("/{evil}"),
        format!("/choose?lang={evil}&next={evil}"),
        format!("/article/{id}/copies/{}", copy.id),
        format!("/context?q={}&sort={evil}", q("工会")),
        format!("/compare?q={}&q={evil}&by={evil}", q("工会")),
        format!("/day?source={evil}&date=2020-05-01"),
        format!("/why?q={evil}&article={id}"),
        format!("/why?q={}&article={evil}", q("工会")),
        format!("/feed.atom?q={evil}"),
        format!("/feed.atom?source={evil}"),
        "/help".to_string(),
    ] {
        let answer = site.get(&address);
        assert!(answer.status.as_u16() < 500, "{address}");
        let text = answer.text();
        // What was typed stands in boxes as it was typed; nothing of it is shown as text.
        let shown: String =
            text.split(" value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest)).collect();
        assert!(!shown.contains('\u{202e}'), "{address}: {shown}");
        for wrong in ["<script>", "<img", "onerror=alert(2)>"] {
            assert!(!text.contains(wrong), "{address}: {wrong} in {text}");
        }
        assert!(!text.to_lowercase().contains("href=\"javascript:"), "{address}");
        seen += usize::from(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    assert!(seen >= 10, "the text itself is shown: {seen}");
    // The API says it as it is, in JSON that no browser takes for a page.
    let answer = site.get(&format!("/api/articles/{id}")).is(200);
    assert_eq!((answer.header("content-type"), answer.json()["source"].as_str()), ("application/json", Some(EVIL)));
}

#[test]
fn no_page_has_inline_script_or_style_or_asks_others() {
    let site = Site::with_articles();
    let id = ids(&site, "讨薪记");
    for address in ["/".to_string(), format!("/search?q={}", q("工会")), format!("/article/{id}")] {
        let page = site.get(&address).is(200);
        let text = page.text();
        assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains(" onclick="), "{address}");
        for script in text.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/") && script.contains("></script>"), "{address}: {script}");
        }
        for src in text.split("src=\"").skip(1).chain(text.split("<link").skip(1)) {
            assert!(!src.split('>').next().unwrap().contains("//"), "{address}: {src}");
        }
        assert!(page.bytes.len() < 100_000, "{address}: {} bytes", page.bytes.len());
    }
}

#[test]
fn answers_are_known_by_generation_and_commit() {
    let site = Site::with_articles();
    let address = format!("/api/search?q={}", q("工会"));
    let first = site.get(&address).is(200);
    let tag = first.header("etag").to_string();
    assert!(tag.starts_with("W/\"1-"), "{tag}");
    let again = site.ask(&address, &[("if-none-match", &tag)]).is(304);
    assert!(again.bytes.is_empty() && again.header("etag") == tag);
    // Another language is another answer.
    let page = format!("/search?q={}", q("工会"));
    let zh = site.get(&page).is(200).header("etag").to_string();
    site.ask(&page, &[("if-none-match", &zh)]).is(304);
    site.ask(&page, &[("if-none-match", &zh), ("cookie", "lang=en")]).is(200);
    // A commit is met by itself.
    site.put([Article::new("new", "工会来了", "新的一篇。")]);
    let after = site.ask(&address, &[("if-none-match", &tag)]).is(200);
    assert_eq!(after.json()["total"], first.json()["total"].as_u64().unwrap() + 1);
    assert_ne!(after.header("etag"), tag);
}

#[test]
fn a_server_goes_on_when_its_index_is_rebuilt_rolled_back_or_moved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = gongxun_core::index::Index::open_or_create(&path, Default::default()).unwrap();
    let site = Site::with_index(index, Settings::default());
    site.put(articles());
    let total = |site: &Site| site.get(&format!("/api/search?q={}&limit=1", q("工会"))).is(200).json()["total"].clone();
    let before = total(&site);
    // Moved away while it serves: what is open stays open.
    let aside = folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    let id = ids(&site, "讨薪记");
    for _ in 0..3 {
        assert_eq!(total(&site), before);
        site.get(&format!("/article/{id}?q={}", q("讨薪"))).is(200);
        site.get("/healthz").is(200);
        let metrics = site.get("/metrics").is(200);
        assert!(metrics.text().contains("\ngongxun_stale 1\n"), "{}", metrics.text());
    }
    // Another one in its place is met: its numbers may be the same, its answers are not.
    let tag = site.get("/api/search?q=a").header("etag").to_string();
    let other = gongxun_core::index::Index::open_or_create(&path, Default::default()).unwrap();
    let mut writer = other.writer(Resources::one_thread()).unwrap();
    writer.put(&Article::new("z", "另一个馆藏", "没有别的。")).unwrap();
    writer.commit().unwrap();
    drop(writer);
    let metrics = site.get("/metrics").is(200);
    assert!(metrics.text().contains("\ngongxun_articles 1\n"), "{}", metrics.text());
    assert_eq!(total(&site), 0);
    assert_ne!(site.get("/api/search?q=a").header("etag"), tag);
}

#[test]
fn only_reading_is_possible_and_only_from_here() {
    let site = Site::with_articles();
    let send = |method: Method, address: &str, headers: &[(&str, &str)], body: &'static str| {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        site.send(request.body(Body::from(body)).unwrap())
    };
    let here = ("host", "127.0.0.1:7878");
    for method in
        [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::CONNECT, Method::OPTIONS]
    {
        send(method, "/api/search?q=a", &[here], "").is(405);
    }
    send(Method::from_bytes(b"PROPFIND").unwrap(), "/", &[here], "").is(405);
    for (headers, status) in [
        (vec![], 400),
        (vec![("host", "evil.example")], 421),
        (vec![("host", "evil.example:7878")], 421),
        (vec![("host", "localhost.evil.example")], 421),
        (vec![("host", "127.0.0.1.evil.example")], 421),
        (vec![("host", "localhost"), ("host", "evil.example")], 400),
        (vec![("host", "10.0.0.1")], 421),
        (vec![("host", "LOCALHOST:1")], 200),
        (vec![("host", "[::1]:7878")], 200),
        (vec![here, ("origin", "http://evil.example")], 403),
        (vec![here, ("origin", "null")], 403),
        (vec![here, ("origin", "http://127.0.0.1:7878")], 200),
        (vec![here, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")], 403),
        (
            vec![here, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            403,
        ),
        (
            vec![
                here,
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
            200,
        ),
        (vec![here, ("content-length", "5")], 413),
        (vec![here, ("transfer-encoding", "chunked")], 413),
        (vec![here, ("transfer-encoding", "chunked"), ("content-length", "0")], 400),
        (vec![here, ("content-length", "0"), ("content-length", "5")], 400),
        (vec![here, ("content-length", "0")], 200),
    ] {
        let answer = send(Method::GET, "/api/search?q=a", &headers, "");
        assert_eq!(answer.status.as_u16(), status, "{headers:?}: {}", answer.text());
        if status >= 400 {
            assert_eq!(answer.header("connection"), "close", "{headers:?}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    site.get(&format!("/search?q={}", "a".repeat(20_000))).is(414);
    site.get("http://evil.example/search?q=a").is(400);
    // A name that is meant, and a site that is.
    let settings = |hosts: Hosts, origins: &[&str]| {
        let mut settings = Settings::default();
        settings.hosts = hosts;
        settings.origins = origins.iter().map(|origin| origin.to_string()).collect();
        settings
    };
    let site = Site::with(settings(Hosts::Loopback(vec!["archive.example".into()]), &["https://app.example"]));
    site.ask("/healthz", &[("host", "archive.example")]).is(200);
    site.ask("/healthz", &[("host", "other.example")]).is(421);
    let answer = site.ask("/api/search?q=a", &[("origin", "https://app.example")]).is(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    site.ask("/api/search?q=a", &[("origin", "https://app.example.evil")]).is(403);
    let request = Request::builder().method(Method::OPTIONS).uri("/api/search").header("host", "localhost");
    let answer = site.send(request.header("origin", "https://app.example").body(Body::empty()).unwrap()).is(204);
    assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD");
}

#[test]
fn a_token_is_shown_once() {
    let token = "zhangang-2026-archive";
    let mut settings = Settings::default();
    settings.token = Some(token.into());
    settings.hosts = Hosts::Any;
    let site = Site::with(settings);
    site.put(articles());
    let address = format!("/search?q={}", q("工会"));
    // Without it nothing is read.
    for open in ["/healthz", "/login", "/assets/style.css"] {
        site.get(open).is(200);
    }
    let sent = site.get(&address).is(303);
    assert_eq!(sent.header("location"), format!("/login?next={}", q(&address).replace("%2D", "-").replace("%2E", ".")));
    for closed in ["/api/search?q=a", "/api/articles/x", "/metrics", "/feed.atom?q=a"] {
        assert_eq!(site.get(closed).is(401).header("www-authenticate"), "Bearer");
    }
    for (name, wrong) in [
        ("authorization", "Bearer x"),
        ("authorization", &*format!("Basic {token}")),
        ("cookie", "gongxun_session="),
        ("cookie", &*format!("gongxun_session={token}")),
    ] {
        site.ask("/api/search?q=a", &[(name, wrong)]).is(401);
    }
    site.ask("/api/search?q=a", &[("authorization", &format!("Bearer {token}"))]).is(200);
    // A browser logs in once.
    let login = |form: String, scheme: &str| {
        let request = Request::builder().method(Method::POST).uri("/login").header("host", "archive.example");
        let request = request.header("x-forwarded-proto", scheme).header("accept", "text/html");
        site.send(request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(form)).unwrap())
    };
    let wrong = login(format!("token=nonsense&next={}", q(&address)), "http").is(403);
    assert!(wrong.header("set-cookie").is_empty() && wrong.text().contains("口令不对"));
    let right = login(format!("token={token}&next={}", q(&address)), "https").is(303);
    let cookie = right.header("set-cookie").to_string();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("; Secure"), "{cookie}");
    assert!(!cookie.contains(token), "the cookie does not tell the token");
    assert_eq!(right.header("location"), address);
    let cookie = cookie.split(';').next().unwrap();
    assert!(site.ask(&address, &[("cookie", cookie)]).is(200).text().contains("讨薪记"));
    let away = login(format!("token={token}&next={}", q("//evil.example/")), "http").is(303);
    assert_eq!((away.header("location"), away.header("set-cookie").contains("Secure")), ("/", false));
    login("token=".to_string() + &"x".repeat(10_000), "http").is(413);
}

#[test]
fn answers_are_compressed_for_who_takes_it() {
    let site = Site::with_articles();
    let address = format!("/search?q={}", q("工会"));
    let plain = site.get(&address).is(200);
    for (takes, gives) in [("gzip", "gzip"), ("br", "br"), ("gzip;q=0.5, br", "br"), ("identity", ""), ("zstd", "")] {
        let answer = site.ask(&address, &[("accept-encoding", takes)]).is(200);
        assert_eq!(answer.header("content-encoding"), gives, "{takes}");
        assert!(gives.is_empty() || answer.bytes.len() < plain.bytes.len() / 2, "{takes}: {}", answer.bytes.len());
    }
}

#[test]
fn no_answer_names_a_file_of_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let index = gongxun_core::index::Index::open_or_create(&path, Default::default()).unwrap();
    let site = Site::with_index(index, Settings::default());
    site.put(articles());
    let secret = folder.path().to_str().unwrap();
    for address in
        ["/".to_string(), format!("/search?q={}", q("工会")), "/metrics".into(), format!("/api/search?q={}", q("工会"))]
    {
        assert!(!site.get(&address).text().contains(secret), "{address}");
    }
}

#[test]
fn words_in_context_lead_to_their_places() {
    let site = Site::with_articles();
    let page = site.get(&format!("/context?q={}&sort=left", q("工会"))).is(200);
    let text = page.text();
    assert!(text.contains("<td class=\"word\">") && text.contains("见于"), "{text}");
    let href =
        text.split("<td class=\"word\"><a href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let article = site.get(&href).is(200);
    let after = article.text().split("<a id=\"at\" tabindex=\"-1\"></a>").nth(1).expect("the place");
    assert!(after.starts_with("<mark>工会") || after.starts_with("工会"), "{}", &after[..60]);
    site.get("/context").is(200);
    site.get("/context?q=%20&sort=nonsense").is(200);
}

#[test]
fn queries_are_compared_and_the_numbers_lead_to_the_hits() {
    let site = Site::with_articles();
    let page = site.get(&format!("/compare?q={}&q={}&q=&by=year", q("工会"), q("讨薪"))).is(200);
    let text = page.text();
    assert_eq!(
        text.matches("<th class=\"series").count() + text.matches("<th scope=\"col\" class=\"series").count(),
        2,
        "{text}"
    );
    let href = format!("/search?q={}&amp;from=2019&amp;to=2019", q("讨薪"));
    assert!(text.contains(&href), "{text}");
    assert!(site.get(&href.replace("&amp;", "&")).is(200).text().contains("三百民工"));
    site.get("/compare").is(200);
    site.get(&format!("/compare?{}", "q=a&".repeat(50))).is(200);
}

#[test]
fn the_paper_of_a_day_has_all_of_it_and_a_calendar_with_its_gaps() {
    let site = Site::with_articles();
    let page = site.get(&format!("/day?date=2021-07-28&source={}", q("东原工人报"))).is(200);
    let text = page.text();
    assert!(
        text.contains("星期三") && text.contains("第03版：维权") && text.contains("算法协商：骑手代表坐到了桌前"),
        "{text}"
    );
    assert!(
        text.contains("2019-01-24</a>") && text.contains("2021-07-29 →"),
        "the days around it that have any: {text}"
    );
    assert!(text.contains("class=\"gap\"") && text.contains("aria-current=\"date\""), "{text}");
    // Without a day the newest one, of all sources.
    assert!(site.get("/day").is(200).text().contains("2021年7月29日"));
    assert!(
        site.get("/day?date=2019-02").is(200).text().contains("2019年2月3日"),
        "a month begins where it has something"
    );
    assert!(site.get("/day?date=2020-05-05").is(200).text().contains("这一天馆藏里没有文章"));
    for nonsense in ["/day?date=yesterday", "/day?date=2021-02-30"] {
        site.get(nonsense).is(400);
    }
    site.get("/day?date=9999-12-31").is(200);
    site.get("/day?date=0001-01-01").is(200);
    // An archive without a date has no days.
    let empty = Site::new();
    empty.get("/day").is(200);
    empty.get("/").is(200);
    empty.get("/compare?q=a").is(200);
}

#[test]
fn why_an_article_is_missing_is_told_by_title_address_and_id() {
    let site = Site::with_articles();
    let id = ids(&site, "讨薪记");
    let ask = |article: &str| site.get(&format!("/why?q={}&article={}", q("罢工"), q(article))).is(200);
    for article in [id.to_string(), "讨薪记".into(), format!("http://localhost:7878/article/{id}?q=x")] {
        let page = ask(&article);
        assert!(page.text().contains("它不在结果里") && page.text().contains("没有"), "{article}: {}", page.text());
    }
    assert!(ask("https://news.example/2021/0728/1.html").text().contains("算法协商：骑手代表坐到了桌前"));
    assert!(ask("从来没有登过的标题").text().contains("馆藏里没有找到这篇文章"));
    assert!(ask("").text().contains("文章的标题"));
    let several = ask("算法协商");
    assert!(several.text().contains("是哪一篇？"), "{}", several.text());
    site.get("/why").is(400);
}

#[test]
fn copies_stand_side_by_side_with_what_differs() {
    let site = Site::with_articles();
    let (one, other) = (ids(&site, "算法协商：骑手代表坐到了桌前"), ids(&site, "算法协商骑手代表坐到桌前"));
    let page = site.get(&format!("/article/{one}/copies/{other}")).is(200);
    assert!(page.text().contains("算法协商<del>：</del>骑手代表坐到<del>了</del>桌前"), "{}", page.text());
    site.get(&format!("/article/{one}/copies/nobody")).is(404);
    site.get(&format!("/article/{one}/copies/%FF")).is(400);
}

/// A provider that fails while it is told to.
struct Failing(Index, Arc<AtomicBool>);

impl Provider for Failing {
    fn newest(&self) -> Result<Arc<dyn Read>> {
        match self.1.load(Ordering::Relaxed) {
            true => Err(Error::Engine("the engine has gone".into())),
            false => self.0.newest(),
        }
    }
}

#[test]
fn an_archive_that_cant_be_read_is_said_so_until_it_can() {
    let (index, fails) = (Index::in_memory(IndexSettings::default()).unwrap(), Arc::new(AtomicBool::new(true)));
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut settings = Settings::default();
    let kept = Arc::clone(&lines);
    settings.lines = Lines::to(move |line| kept.lock().unwrap().push(line.to_string()));
    let site = Site::with_provider(index.clone(), Box::new(Failing(index, Arc::clone(&fails))), settings);
    for path in ["/", "/healthz", "/api/stats", "/api/search?q=x"] {
        let answer = site.get(path).is(500);
        assert!(!answer.text().contains("has gone"), "the cause is for whoever runs the server: {}", answer.text());
    }
    assert!(lines.lock().unwrap().iter().any(|line| line.contains("the engine has gone")));
    assert!(site.get("/metrics").is(200).text().contains("gongxun_stale 1"));
    fails.store(false, Ordering::Relaxed);
    site.get("/healthz").is(200);
    assert!(site.get("/metrics").is(200).text().contains("gongxun_stale 0"));
}
