//! A real browser: headless Chromium, driven through ChromeDriver. It dies with the test.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::common::capabilities::desiredcapabilities::Capabilities;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};
use tokio::runtime::Runtime;

/// A phone's screen in CSS pixels, and how many of its own make one.
const PHONE: (u32, u32, u32) = (390, 844, 2);
/// The same phone at 200 % zoom (WCAG 2.2, 1.4.4).
const ZOOMED: (u32, u32, u32) = (195, 422, 4);
/// What a browser does for one command must be done within this time.
const TIME_MAX: Duration = Duration::from_secs(60);
/// Looks for what people would stumble over, and tells it.
const LOOK: &str = include_str!("look.js");

/// A browser with one window, the size of a phone.
pub(crate) struct Browser {
    window: Option<WebDriver>,
    runtime: Runtime,
    driver: Child,
    /// What browser and driver write, gone with them.
    _folder: TempDir,
}

impl Browser {
    /// Starts one that asks for this language (`zh-CN`, `en-GB`).
    pub(crate) fn start(language: &str) -> Browser {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("chromedriver");
        // The browser's own temporary files, too, are made where they are gone with the test.
        command.arg("--port=0").env("TMPDIR", folder.path()).env("HOME", folder.path());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut start = || {
            let started = command.spawn();
            let mut driver =
                started.expect("chromedriver is installed: `cargo xtask test` does so (Debian: chromium-driver)");
            let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines().map_while(Result::ok);
            let port = lines.find_map(|line| line.split_once("successfully on port ").map(|(_, rest)| rest.to_owned()));
            if port.is_none() {
                drop(driver.wait());
            }
            port.map(|port| (driver, lines, port.trim_end_matches('.').to_owned()))
        };
        // It looks for a free port and takes it later: somebody else may have taken it meanwhile.
        let started = (0..5).find_map(|_| start());
        let (driver, lines, port) = started.expect("chromedriver says its port");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));

        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime starts");
        let settings = settings(language, folder.path()).expect("settings");
        let connecting = WebDriver::builder(format!("http://127.0.0.1:{port}"), settings).request_timeout(TIME_MAX);
        let window = runtime.block_on(async { connecting.connect().await }).expect("Chromium starts");
        let browser = Browser { window: Some(window), runtime, driver, _folder: folder };
        browser.resize(PHONE);
        browser
    }

    /// Gives the window a screen: width and height in CSS pixels, and how many of its own make one.
    fn resize(&self, (width, height, scale): (u32, u32, u32)) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": true});
        self.tell("Emulation.setDeviceMetricsOverride", screen);
    }

    fn window(&self) -> &WebDriver {
        self.window.as_ref().expect("it is open until it is dropped")
    }

    /// A command of Chromium's own protocol.
    pub(crate) fn tell(&self, command: &str, parameters: Value) {
        let told = self.runtime.block_on(self.window().cdp().send_raw(command, parameters));
        told.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// As at night, or as by day.
    pub(crate) fn darken(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.tell("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Opens an address.
    pub(crate) fn open(&self, address: &str) {
        self.runtime.block_on(self.window().goto(address)).unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// As a person does who wants to see it again.
    pub(crate) fn reload(&self) {
        self.runtime.block_on(self.window().refresh()).expect("it loads again");
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        self.runtime.block_on(self.window().current_url()).expect("an address").to_string()
    }

    /// What the page is called.
    pub(crate) fn title(&self) -> String {
        self.runtime.block_on(self.window().title()).expect("a title")
    }

    /// What a reader sees of the page's content.
    pub(crate) fn text(&self) -> String {
        let read = || async { self.window().find(By::Css("main")).await?.text().await };
        self.runtime
            .block_on(async {
                // A page that is just arriving may take the one before it away under our eyes.
                for _ in 0..PATIENCE {
                    if let Ok(text) = read().await {
                        return Ok(text);
                    }
                    tokio::time::sleep(MOMENT).await;
                }
                read().await
            })
            .expect("a page")
    }

    /// Whether there is such an element.
    pub(crate) fn has(&self, css: &str) -> bool {
        !self.runtime.block_on(self.window().find_all(By::Css(css))).expect("a page").is_empty()
    }

    /// Clicks the first such element, and waits for the page that this leads to.
    pub(crate) fn click(&self, css: &str) {
        let clicked = self.runtime.block_on(async {
            let before = self.window().find(By::Css("main")).await?;
            self.window().find(By::Css(css)).await?.click().await?;
            let mut looks = 0;
            while before.tag_name().await.is_ok() && looks < PATIENCE {
                looks += 1;
                tokio::time::sleep(MOMENT).await;
            }
            Ok::<_, WebDriverError>(looks < PATIENCE)
        });
        let left = clicked.unwrap_or_else(|error| panic!("{css}: {error}"));
        assert!(left, "{css}: no other page came");
    }

    /// Types into the first such element.
    pub(crate) fn type_in(&self, css: &str, text: &str) {
        let typed = self.runtime.block_on(async { self.window().find(By::Css(css)).await?.send_keys(text).await });
        typed.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Everything that `look.js` finds, and what the console says; a page to ship has none of it.
    pub(crate) fn faults(&self) -> Vec<String> {
        let look = async {
            let found = self.window().execute(LOOK, Vec::new()).await?;
            let console = self.window().browser_log().await?;
            let mut faults: Vec<String> = found.convert()?;
            // Pages of Chromium's own, such as the empty one it starts with, have faults that are none of ours.
            let ours = console.into_iter().filter(|entry| !entry.message.starts_with("chrome://"));
            faults.extend(ours.map(|entry| format!("console: {entry:?}")));
            Ok::<_, WebDriverError>(faults)
        };
        self.runtime.block_on(look).expect("the page can be looked at")
    }

    /// Sees all of these texts on a page that is fit to be shipped, by day and by night, and at twice its size. With
    /// `PUNCHCARD_PICTURES` set to a folder, pictures of it are put there under this name.
    pub(crate) fn sees(&self, picture: &str, texts: &[&str]) {
        let page = self.text();
        for text in texts {
            assert!(page.contains(text), "{picture}: no {text:?} in\n{page}");
        }
        self.resize(ZOOMED);
        self.is_fit(&format!("{picture}-zoomed"));
        self.resize(PHONE);
        for (dark, suffix) in [(true, "-dark"), (false, "")] {
            self.darken(dark);
            self.is_fit(&format!("{picture}{suffix}"));
        }
    }

    /// Finds no fault with the page as it is drawn now, and takes its picture.
    fn is_fit(&self, picture: &str) {
        let folder = std::env::var_os("PUNCHCARD_PICTURES").filter(|folder| !folder.is_empty());
        if let Some(folder) = folder.map(PathBuf::from) {
            std::fs::create_dir_all(&folder).expect("a folder for pictures");
            self.picture(&folder.join(format!("{picture}.png")));
        }
        assert_eq!(self.faults(), Vec::<String>::new(), "{picture}");
    }

    /// What is on the screen, into a file.
    pub(crate) fn picture(&self, path: &Path) {
        self.runtime.block_on(self.window().screenshot(path)).expect("a picture");
    }
}

/// Between two looks at a page that is to come.
const MOMENT: Duration = Duration::from_millis(20);
/// How often to look before giving up: ten seconds.
const PATIENCE: u32 = 500;

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(window) = self.window.take() {
            // Closed or not: killing the driver ends the browser, which dies with its parent.
            let quit = async { tokio::time::timeout(Duration::from_secs(10), window.quit()).await };
            drop(self.runtime.block_on(quit));
        }
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

fn settings(language: &str, folder: &Path) -> WebDriverResult<Capabilities> {
    let mut settings = DesiredCapabilities::chrome();
    let (width, height, _) = PHONE;
    for argument in [
        "--headless=new",
        // Chromium's sandbox does not run as root, as in CI; what is opened here is our own.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--hide-scrollbars",
        "--font-render-hinting=none",
        &format!("--accept-lang={language}"),
        &format!("--window-size={width},{height}"),
        &format!("--user-data-dir={}", folder.join("profile").display()),
    ] {
        settings.add_arg(argument)?;
    }
    settings.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(settings.into())
}
