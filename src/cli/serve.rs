//! `serve`: the page and the API.

use std::io::IsTerminal as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::args::{LogArg, ServeArgs};
use super::outcome::{INTERRUPTED, Outcome};
use super::search::take_in;
use gongxun_core::index::Index;
use gongxun_core::named_file;
use gongxun_core::search::Provider;
use gongxun_server::{Hosts, Lines, Log, Server, Settings};

/// Runs `serve`.
pub fn serve(index: &Path, args: &ServeArgs) -> anyhow::Result<Outcome> {
    let place = place(args)?;
    if let Some(archive) = &args.archive {
        eprintln!("reading {}: unchanged files are skipped", archive.display());
        take_in(index, archive)?;
    }
    run(Box::new(Index::open(index)?), place, args)
}

/// Returns the address and the settings of a server.
pub fn place(args: &ServeArgs) -> anyhow::Result<(SocketAddr, Settings)> {
    let address = address(&args.addr)?;
    Ok((address, settings(args, address)?))
}

/// Serves the archive that a provider gives.
pub fn run(
    provider: Box<dyn Provider>,
    (address, settings): (SocketAddr, Settings),
    args: &ServeArgs,
) -> anyhow::Result<Outcome> {
    let server = Server::bind(address, provider, settings).with_context(|| format!("{address}: can't listen here"))?;
    let page = format!("http://{}/", server.address()?);
    eprintln!("{page} is open; Ctrl-C closes it");
    if args.archive.is_some() && !args.no_browser && std::io::stderr().is_terminal() {
        open_browser(&page);
    }
    server.run_until_interrupted(|| std::process::exit(INTERRUPTED.into()))?;
    Ok(Outcome::Found)
}

fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let mut addresses = text.to_socket_addrs().with_context(|| format!("--addr {text}: write 127.0.0.1:7878"))?;
    addresses.next().with_context(|| format!("--addr {text}: no address of this machine"))
}

/// Converts the arguments to the server's settings.
fn settings(args: &ServeArgs, address: SocketAddr) -> anyhow::Result<Settings> {
    let token = match &args.token_file {
        Some(file) => {
            let text = named_file::read_text(file)?;
            Some(text.trim().to_string())
        }
        None => args.token.clone(),
    };
    if let Some(token) = &token {
        Settings::check_token(token).map_err(|wrong| anyhow::anyhow!(wrong))?;
    }
    let is_loopback = address.ip().is_loopback();
    if !is_loopback && token.is_none() && !args.public {
        bail!(
            "--addr {address} opens the archive to other machines: give a --token, or --public to serve without authentication"
        );
    }
    for origin in &args.origins {
        let is_origin = origin.split_once("://").is_some_and(|(scheme, host)| {
            matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('/')
        });
        if !is_origin {
            bail!("--cors {origin}: write a site as browsers do, such as https://example.org");
        }
    }
    let mut settings = Settings::default();
    // Without a token no request is answered, whatever host name it has; and a client that may reach an open server may
    // use any name for it.
    settings.hosts = if token.is_some() || !is_loopback { Hosts::Any } else { Hosts::Loopback(args.hosts.clone()) };
    settings.token = token;
    settings.origins = args.origins.clone();
    settings.deadline = args.deadline.unwrap_or(settings.deadline);
    settings.searches = args.searches.unwrap_or(settings.searches).max(1);
    settings.lines = Lines::to(|line| eprintln!("{line}"));
    settings.log = match args.log {
        LogArg::Off => Log::Off,
        LogArg::Paths => Log::Paths,
        LogArg::Queries => Log::Queries,
    };
    Ok(settings)
}

/// Opens the page in a browser, if there is one. Otherwise the printed address must do.
fn open_browser(page: &str) {
    let program: &[&str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["cmd", "/C", "start", ""]
    } else if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some()) {
        &["xdg-open"]
    } else {
        return;
    };
    let quiet = Stdio::null;
    let _ =
        Command::new(program[0]).args(&program[1..]).arg(page).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
}
