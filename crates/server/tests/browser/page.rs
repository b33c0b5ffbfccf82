//! A browser before a site: Debian's Chromium by its ChromeDriver, and a server with some articles.

use std::borrow::Cow;
use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use gongxun_core::article::{Article, Repair, RepairKind};
use gongxun_core::index::{Index, IndexSettings, Resources};
use gongxun_server::{Server, Settings};
use hyper_util::client::legacy::connect::HttpConnector;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::support;

/// The browser.
pub const CHROMIUM: &str = "/usr/bin/chromium";
/// Its driver.
pub const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// The result of a test.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A test under way.
pub type Running = std::pin::Pin<Box<dyn Future<Output = Outcome>>>;

/// A browser before the site.
#[derive(Clone)]
pub struct Page {
    /// The session with the browser.
    pub client: Client,
    /// The address of the site.
    pub site: String,
}

/// The driver with its port, started when it is first needed.
pub static DRIVER: LazyLock<Mutex<Option<(Child, u16)>>> = LazyLock::new(Mutex::default);

fn driver() -> Result<u16, Box<dyn std::error::Error>> {
    let mut driver = DRIVER.lock().map_err(|_| "the driver did not start")?;
    if let Some((_, port)) = &*driver {
        return Ok(*port);
    }
    let mut child = Command::new(CHROMEDRIVER).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    for line in lines {
        let line = line?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse()?;
            *driver = Some((child, port));
            return Ok(port);
        }
    }
    Err("chromedriver said no port".into())
}

/// The site, served on a port of its own for as long as the tests run.
static SITE: LazyLock<String> = LazyLock::new(|| {
    let index = Index::in_memory(IndexSettings::default()).unwrap();
    let mut writer = index.writer(Resources::one_thread()).unwrap();
    support::articles().iter().for_each(|article| drop(writer.put(article).map(drop)));
    for article in months() {
        writer.put(&article).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    let mut settings = Settings::default();
    settings.searches = 4;
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), Box::new(index), settings).unwrap();
    let address = server.address().unwrap();
    std::thread::spawn(move || server.run().unwrap());
    format!("http://{address}")
});

/// The bytes of a piece in which a slow connection delivers.
const PIECE: usize = 50;

/// The site behind a slow connection: its answers arrive piece by piece, so that the browser paints parts of a page.
static SLOW_SITE: LazyLock<String> = LazyLock::new(|| {
    let site = SITE.strip_prefix("http://").unwrap().to_string();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&site).unwrap();
            let (mut requests, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut requests, &mut to_server));
            std::thread::spawn(move || deliver_slowly(server, client));
        }
    });
    format!("http://{address}")
});

fn deliver_slowly(mut from: TcpStream, mut to: TcpStream) -> std::io::Result<()> {
    to.set_nodelay(true)?;
    let mut piece = [0; PIECE];
    loop {
        match from.read(&mut piece)? {
            0 => return to.shutdown(std::net::Shutdown::Both),
            length => to.write_all(&piece[..length])?,
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Returns sixty articles in as many months, and one that tries to inject a script.
fn months() -> Vec<Article> {
    let mut all: Vec<Article> = (0..60)
        .map(|n| {
            let (year, month) = (2016 + n / 12, n % 12 + 1);
            let body = format!("第{n}次工会会议讨论工资集体协商。\n与会者说，骑手和司机的代表第{n}次坐到了桌前。");
            Article::from(
                Article::new(&format!("m{n}"), format!("工会会议第{n}号"), body)
                    .date(&format!("{year}-{month:02}-11"))
                    .unwrap()
                    .source(if n % 3 == 0 { "劳动者周报" } else { "东原工人报" })
                    .author("段小满"),
            )
        })
        .collect();
    let evil = "<script>window.ran=1</script><img src=x onerror=window.ran=2>";
    let mut article = Article::from(Article::new("evil", format!("危险{evil}"), format!("危险正文{evil}")));
    article.source = Some(evil.into());
    article.url = Some("javascript:window.ran=3".into());
    all.push(article);
    let mut repaired =
        Article::from(Article::new("repaired", "求学圆梦", "农民工求学圆梦，学费由工会出。\n一年以后毕业。"));
    repaired.repairs = vec![Repair::new(RepairKind::Gloss, 3, 0.9)];
    repaired.original = Some([("title".to_string(), "求學(xué)圓夢(mèng)".to_string())].into());
    repaired.uncertain = [("body".to_string(), vec![3..5, 16..18])].into();
    all.push(repaired);
    all
}

/// Runs a test with a browser of its own.
pub fn run(test: fn(Page) -> Running) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let page = Page::open(json!({}), (1280, 900)).await?;
        let client = page.client.clone();
        let done = test(page).await;
        client.close().await?;
        done
    })
}

impl Page {
    /// Opens a browser with preferences and a size.
    pub async fn open(preferences: Value, (width, height): (u32, u32)) -> Result<Page, Box<dyn std::error::Error>> {
        let capabilities = json!({
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {
                "binary": CHROMIUM,
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-prefers-reduced-motion",
                         "--lang=zh-CN", format!("--window-size={width},{height}")],
                "prefs": preferences,
            }
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let driver = format!("http://127.0.0.1:{}", driver()?);
        let mut connector = HttpConnector::new();
        connector.enforce_http(true);
        let client = ClientBuilder::new(connector).capabilities(capabilities).connect(&driver).await?;
        Ok(Page { client, site: SITE.clone() })
    }

    /// Returns the same browser with a slow connection to the site.
    pub fn slowed(&self) -> Page {
        Page { client: self.client.clone(), site: SLOW_SITE.clone() }
    }

    /// Goes to a path of the site.
    pub async fn goto(&self, path: &str) -> Outcome {
        Ok(self.client.goto(&format!("{}{path}", self.site)).await?)
    }

    /// Clicks on the first element of a selector.
    pub async fn click(&self, css: &str) -> Outcome {
        Ok(self.wait(css).await?.click().await?)
    }

    /// Waits for the first element of a selector.
    pub async fn wait(&self, css: &str) -> Result<fantoccini::elements::Element, Box<dyn std::error::Error>> {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        found.map_err(|error| format!("{css}: {error}").into())
    }

    /// Waits until the path and query of the address hold a text.
    pub async fn at(&self, part: &str) -> Outcome {
        for _ in 0..400 {
            let url = self.client.current_url().await?;
            let shown = readable(url.as_str());
            if shown.contains(part) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{part} is not in {}", readable(self.client.current_url().await?.as_str())).into())
    }

    /// Waits until a script says that something is so.
    pub async fn until(&self, what: &str, script: &str) -> Outcome {
        for _ in 0..400 {
            if self.script(script).await? == true {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{what}: {}", readable(self.client.current_url().await?.as_str())).into())
    }

    /// Returns the text of an element.
    pub async fn text(&self, css: &str) -> Result<String, Box<dyn std::error::Error>> {
        Ok(self.wait(css).await?.text().await?)
    }

    /// Returns the number of elements of a selector.
    pub async fn count(&self, css: &str) -> Result<usize, Box<dyn std::error::Error>> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Runs a script.
    pub async fn script(&self, script: &str) -> Result<Value, Box<dyn std::error::Error>> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    /// Presses keys.
    pub async fn press(&self, keys: &str) -> Outcome {
        Ok(self.client.active_element().await?.send_keys(keys).await?)
    }

    /// Takes a screenshot, if the environment asks for one.
    pub async fn shot(&self, name: &str) -> Outcome {
        if let Some(folder) = std::env::var_os("GONGXUN_SHOTS") {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), self.client.screenshot().await?)?;
        }
        Ok(())
    }
}

/// Decodes an address for display.
fn readable(address: &str) -> Cow<'_, str> {
    percent_decode_str(address).decode_utf8_lossy()
}

/// Fails with this message unless a condition holds.
pub fn holds(what: bool, says: &str) -> Outcome {
    if what { Ok(()) } else { Err(says.into()) }
}
