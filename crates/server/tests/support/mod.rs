//! A router over an index in memory, asked without a socket.
#![allow(dead_code, reason = "each user takes a part of it")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use gongxun_core::article::{Article, Block, Credit, Role};
use gongxun_core::index::{Index, IndexSettings, NewArticle, Resources, Writer};
use gongxun_core::search::Provider;
use gongxun_server::{Settings, router};
use tower::ServiceExt as _;

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks the status of the answer.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

/// A router and its index.
pub struct Site {
    pub index: Index,
    pub router: Router,
    runtime: tokio::runtime::Runtime,
}

impl Site {
    pub fn new() -> Site {
        Site::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Site {
        Site::with_index(Index::in_memory(IndexSettings::default()).unwrap(), settings)
    }

    pub fn with_index(index: Index, settings: Settings) -> Site {
        let provider = Box::new(index.clone());
        Site::with_provider(index, provider, settings)
    }

    pub fn with_provider(index: Index, provider: Box<dyn Provider>, settings: Settings) -> Site {
        let router = router(provider, settings);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Site { index, router, runtime }
    }

    /// Creates a site with some articles, two of them copies.
    pub fn with_articles() -> Site {
        let site = Site::new();
        site.put(articles());
        site
    }

    pub fn writer(&self) -> Writer {
        self.index.writer(Resources::one_thread()).unwrap()
    }

    /// Puts articles in and commits.
    pub fn put(&self, articles: impl IntoIterator<Item = impl AsRef<Article>>) {
        let mut writer = self.writer();
        for article in articles {
            writer.put(&article).unwrap();
        }
        writer.commit().unwrap();
    }

    pub fn get(&self, address: &str) -> Answer {
        self.ask(address, &[])
    }

    /// Asks with some headers more. A browser's: a host and what it takes.
    pub fn ask(&self, address: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::GET).uri(address).header("accept", "text/html,*/*");
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost:7878");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap())
    }

    pub fn send(&self, request: Request<Body>) -> Answer {
        let router = self.router.clone();
        self.runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Answer { status: parts.status, headers: parts.headers, bytes }
        })
    }
}

/// Returns some articles; the first two are copies of one text.
pub fn articles() -> Vec<Article> {
    let reprint = "各级工会要主动介入，推动平台企业与骑手代表开展集体协商。会议公布了算法协商的试点名单，\
                   十二家平台在第一批名单之中，骑手代表由直接选举产生，任期两年，可以连任。";
    let one = |article: NewArticle| Article::from(article);
    let mut tables =
        one(Article::new("tables", "工资集体协商十年", "一、数据\n年份\t场次\n2018\t12\n2019\t20\n结束语。")
            .date("2018-11-02")
            .unwrap()
            .source("劳动者周报"));
    tables.blocks = vec![Block::Heading, Block::Table, Block::Table, Block::Table, Block::Paragraph];
    tables.credits.push(Credit::new(Role::Photographer, "高原"));
    tables.margin = vec!["首页 新闻 评论".into(), "举报电话 12351".into()];
    vec![
        one(Article::new("a", "算法协商：骑手代表坐到了桌前", reprint)
            .date("2021-07-28T09:30:00+08:00")
            .unwrap()
            .source("东原工人报")
            .section("第03版：维权")
            .url("https://news.example/2021/0728/1.html")
            .author("何岩")
            .editor("梁禾")
            .lead("十二家平台进入首批名单。")),
        one(Article::new("b", "算法协商骑手代表坐到桌前", reprint)
            .date("2021-07-29")
            .unwrap()
            .outlets(["工路网", "东原工人报"])
            .source("工路网-东原工人报")),
        one(Article::new("c", "讨薪记", "三百民工到工地讨薪，工会派出律师，欠薪一百二十万元全部付清。")
            .date("2019-01-24")
            .unwrap()
            .source("东原工人报")
            .author("何岩")),
        one(Article::new("d", "追讨工资的冬天", "律师帮助工人追讨工资，劳动监察部门介入。")
            .date("2019-02-03")
            .unwrap()
            .source("劳动者周报")),
        one(Article::new("e", "没有日期的公告", "工会驿站启用，环卫工有了歇脚处。")),
        tables,
    ]
}
