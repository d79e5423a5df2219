//! `/_desk` from outside: over a real socket and, as a trial, in a real browser.

use crate::browser::Browser;
use crate::harness::{SETTINGS, Site};
use crate::serve::{PATIENCE, Server};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const POST: &str = "account=zhihu&post=articles%2Ftax%40zh%2DHans";
const URL: &str = "https://zhuanlan.zhihu.com/p/1";

fn site() -> Site {
    let accounts = "\
accounts:
  zhihu: { platform: zhihu, kinds: [article], languages: [zh-Hans] }
  xhs: { platform: xiaohongshu, kinds: [article], languages: [zh-Hans] }
  juejin: { platform: juejin, kinds: [article], languages: [zh-Hans] }
  moments: { platform: moments, kinds: [article], languages: [zh-Hans] }
  wechat: { platform: wechat, appid: wx0123456789abcdef, kinds: [article], languages: [zh-Hans] }
";
    Site::new()
        .file("site.yaml", format!("{SETTINGS}{accounts}"))
        .file(
            "content/articles/tax.md",
            article("个税优惠<怎么>申请 & 何时", "第一段。"),
        )
        .file(
            "content/articles/later.md",
            "---\ntitle: 以后\ndate: 2026-07-01\n---\n第一段。\n",
        )
        .file("content/articles/panorama.png", picture())
}

fn article(title: &str, first: &str) -> String {
    format!(
        "---\ntitle: \"{title}\"\ndate: 2026-06-15\ntags: [个税, 人才]\ncover: panorama.png\n---\n\
         {first}\n\n## 谁可以申请\n\n在云岚工作的**外来人才**，见[政策](https://example.com/a_b)。\n\n\
         - 一\n- 二\n\n| 城 | 税 |\n| --- | --- |\n| 云岚 | 15% |\n\n![全景](panorama.png)\n\n\
         ```rust\nlet a = \"<b>\";\n```\n"
    )
}

/// A picture of 240 × 120 pixels.
fn picture() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(240, 120, |x, y| {
        let shade = |value: u32| u8::try_from(value).unwrap_or(255);
        image::Rgb([shade(x), shade(y * 2), 160])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}

/// Sends a form; `headers` are whole lines.
fn post(server: &Server, path: &str, headers: &[String], form: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    )
    .expect("a request");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The headers that a browser sends with a form of the desk.
fn own(server: &Server) -> Vec<String> {
    vec![
        format!("Host: 127.0.0.1:{}", server.port),
        format!("Origin: http://127.0.0.1:{}", server.port),
        "Sec-Fetch-Site: same-origin".to_owned(),
        "Accept-Language: en".to_owned(),
    ]
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let at = format!("name=\"{name}\" id=\"{name}\" value=\"");
    let rest = page.split(&at).nth(1).unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn form(page: &str, url: &str) -> String {
    format!(
        "token={}&hash={}&url={}",
        hidden(page, "token"),
        hidden(page, "hash"),
        url.replace(':', "%3A").replace('/', "%2F")
    )
}

fn sheet(server: &Server) -> String {
    server.get(&format!("/_desk/post?{POST}"))
}

fn done(server: &Server, form: &str) -> String {
    post(server, &format!("/_desk/done?{POST}"), &own(server), form)
}

fn ledger(site: &Site, account: &str) -> String {
    std::fs::read_to_string(site.path(&format!("ledger/{account}.jsonl"))).unwrap_or_default()
}

#[test]
fn what_is_due_is_listed_by_account_and_nothing_is_written() {
    let site = site();
    let server = Server::start(&site);
    let page = server.get("/_desk");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    for account in ["zhihu", "xhs", "juejin", "moments", "wechat"] {
        let link = format!("/_desk/post?account={account}&amp;post=articles%2Ftax%40zh%2DHans");
        assert!(page.contains(&link), "{account}: {page}");
    }
    assert!(
        page.contains("个税优惠&lt;怎么&gt;申请 &amp; 何时"),
        "{page}"
    );
    assert!(
        page.contains("2026-07-01 00:00"),
        "in the site's zone: {page}"
    );
    assert!(
        page.contains("GUIDEPOST_WECHAT_SECRET is not set here"),
        "{page}"
    );
    assert!(page.contains("default-src 'none'"), "{page}");
    assert!(!site.path("ledger").exists());
}

#[test]
fn a_sheet_has_all_that_is_pasted_with_the_platforms_count() {
    let site = site();
    let server = Server::start(&site);
    let zhihu = sheet(&server);
    assert!(
        zhihu.contains("<span>15 of 100</span> characters"),
        "{zhihu}"
    );
    assert!(zhihu.contains("of 100000</span> characters"), "{zhihu}");
    // The rich text is HTML, the plain text markdown; the tracked link is in both.
    assert!(
        zhihu.contains("&lt;strong&gt;外来人才&lt;/strong&gt;"),
        "{zhihu}"
    );
    assert!(zhihu.contains("**外来人才**"), "{zhihu}");
    assert!(zhihu.contains("utm_source=zhihu"), "{zhihu}");
    assert!(
        zhihu.contains("An address whose host ends in zhihu.com."),
        "{zhihu}"
    );
    // Pictures are shown from here, whatever is online, and copied with their real address.
    assert!(zhihu.contains("<img src=\"/articles/"), "{zhihu}");
    assert!(
        zhihu.contains("src=&quot;https://example.org/articles/"),
        "{zhihu}"
    );
    assert!(zhihu.contains("id=\"tag-1\""), "{zhihu}");

    let of = |account: &str| {
        server.get(&format!(
            "/_desk/post?account={account}&post=articles/tax@zh-Hans"
        ))
    };
    let xhs = of("xhs");
    assert!(xhs.contains("of 1000</span> characters"), "{xhs}");
    assert!(xhs.contains("This platform forbids links"), "{xhs}");
    assert!(!xhs.contains("https://example.org/"), "{xhs}");
    let juejin = of("juejin");
    assert!(juejin.contains("## 谁可以申请"), "{juejin}");
    assert!(juejin.contains("<h2>Images</h2>"), "{juejin}");
    assert!(
        juejin.contains("&lt;h2&gt;谁可以申请&lt;/h2&gt;"),
        "the preview: {juejin}"
    );
    let wechat = of("wechat");
    assert!(wechat.contains("style=&quot;"), "{wechat}");
    assert!(of("nobody").starts_with("HTTP/1.1 404"));
}

#[test]
fn the_way_into_the_community_is_there_in_the_form_that_each_platform_allows() {
    let site = site();
    let settings = site.read("site.yaml");
    let community =
        "community: { channels: { group: { name: 公众号, qr: 'https://wx.example.org/x' } } }\n";
    site.write("site.yaml", format!("{settings}{community}"));
    site.write("content/join.md", "---\ntitle: 加入\n---\n来。\n");
    let server = Server::start(&site);
    let of = |account: &str| {
        server.get(&format!(
            "/_desk/post?account={account}&post=articles/tax@zh-Hans"
        ))
    };
    let zhihu = of("zhihu");
    assert!(zhihu.contains("id=\"call-link\""), "{zhihu}");
    let xhs = of("xhs");
    assert!(
        xhs.contains("id=\"call\"") && !xhs.contains("id=\"call-link\""),
        "{xhs}"
    );
    let words = xhs.split("<textarea id=\"call\"").nth(1);
    let words = words.and_then(|rest| rest.split("</textarea>").next());
    assert!(words.is_some_and(|words| words.contains("公众号")), "{xhs}");
    let wechat = of("wechat");
    let code = wechat.split("<img src=\"data:image/png;base64,").nth(1);
    let code = code
        .and_then(|rest| rest.split('"').next())
        .expect("a QR code");
    let png = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, code);
    assert_eq!(
        crate::community::decoded(&png.expect("base64")),
        "https://wx.example.org/x"
    );
}

#[test]
fn the_reader_chooses_the_language() {
    let site = site();
    let server = Server::start(&site);
    for (languages, word) in [
        ("zh-CN,en;q=0.5", "发稿台"),
        ("zh-HK,zh;q=0.9", "發稿台"),
        ("ru", "Стол публикаций"),
    ] {
        let host = format!("localhost\r\nAccept-Language: {languages}");
        let page = server.get_as("/_desk/", &host);
        assert!(page.contains(word), "{languages}: {page}");
    }
}

#[test]
fn what_was_posted_is_recorded_and_an_edit_after_it_shows() {
    let site = site();
    let server = Server::start(&site);
    let page = sheet(&server);
    let recorded = done(&server, &form(&page, URL));
    assert!(recorded.starts_with("HTTP/1.1 303"), "{recorded}");
    assert!(
        recorded.contains(&format!("Location: /_desk/post?{POST}&recorded=1")),
        "{recorded}"
    );
    let lines = ledger(&site, "zhihu");
    assert!(
        lines.contains("\"event\":\"done\"") && lines.contains(URL),
        "{lines}"
    );
    let plan = site.run(&["plan", "--account", "zhihu", "--date", "2026-06-15"]);
    assert!(plan.stderr.contains("nothing to do"), "{}", plan.stderr);
    let after = sheet(&server);
    assert!(!after.contains("<form") && after.contains(URL), "{after}");
    let again = done(&server, &form(&page, URL));
    assert!(again.starts_with("HTTP/1.1 422"), "{again}");
    assert_eq!(ledger(&site, "zhihu"), lines, "nothing is recorded twice");

    site.write("content/articles/tax.md", article("新标题", "改过了。"));
    let drifted = sheet(&server);
    assert!(
        drifted.contains("The page changed since you posted it."),
        "{drifted}"
    );
    assert!(
        drifted.contains("改过了。") && drifted.contains(URL),
        "{drifted}"
    );
    let updated = done(&server, &form(&drifted, URL));
    assert!(updated.starts_with("HTTP/1.1 303"), "{updated}");
    assert!(ledger(&site, "zhihu").contains("\"action\":\"update\""));
    assert!(!sheet(&server).contains("The page changed since you posted it."));
}

#[test]
fn an_edit_between_pasting_and_recording_is_not_lost() {
    let site = site();
    let server = Server::start(&site);
    let pasted = sheet(&server);
    let old = hidden(&pasted, "hash");
    site.write("content/articles/tax.md", article("新标题", "改过了。"));
    let state = server.get(&format!("/_desk/state?{POST}"));
    assert!(
        state.contains("{\"hash\":") && !state.contains(&old),
        "{state}"
    );
    let recorded = done(&server, &form(&pasted, URL));
    assert!(recorded.starts_with("HTTP/1.1 303"), "{recorded}");
    assert!(ledger(&site, "zhihu").contains(&old));
    assert!(sheet(&server).contains("The page changed since you posted it."));
}

#[test]
fn the_copy_of_a_renamed_page_stays_the_same_copy() {
    let site = site();
    let server = Server::start(&site);
    done(&server, &form(&sheet(&server), URL));
    std::fs::remove_file(site.path("content/articles/tax.md")).expect("a page");
    let renamed =
        article("新标题", "改过了。").replace("tags:", "aliases: [/articles/tax/]\ntags:");
    site.write("content/articles/income-tax.md", renamed);
    let post_of = "account=zhihu&post=articles%2Fincome%2Dtax%40zh%2DHans";
    let page = server.get(&format!("/_desk/post?{post_of}"));
    assert!(
        page.contains("The page changed since you posted it.") && page.contains(URL),
        "{page}"
    );
    let path = format!("/_desk/done?{post_of}");
    let answer = post(&server, &path, &own(&server), &form(&page, URL));
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let plan = site.run(&["plan", "--account", "zhihu", "--date", "2026-06-15"]);
    assert!(
        plan.stderr.contains("nothing to do"),
        "{}{}",
        plan.stdout,
        plan.stderr
    );
    assert!(!plan.stdout.contains("by hand"), "{}", plan.stdout);
}

#[test]
fn a_form_of_anybody_else_is_refused() {
    let site = site();
    let server = Server::start(&site);
    let form = form(&sheet(&server), URL);
    let path = format!("/_desk/done?{POST}");
    let host = format!("Host: 127.0.0.1:{}", server.port);
    let origin = format!("Origin: http://127.0.0.1:{}", server.port);
    let with = |lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        post(&server, &path, &lines, &form)
    };
    for lines in [
        &[host.as_str(), "Origin: http://evil.example"][..],
        &[host.as_str(), "Origin: null"],
        &[host.as_str()],
        &[host.as_str(), origin.as_str(), "Sec-Fetch-Site: cross-site"],
        &["Host: evil.example", "Origin: http://evil.example"],
    ] {
        let answer = with(lines);
        assert!(answer.starts_with("HTTP/1.1 403"), "{lines:?}: {answer}");
    }
    let rebound = server.get_as("/_desk", "evil.example");
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
    for token in ["", "00000000000000000000000000000000"] {
        let answer = done(&server, &format!("token={token}&url={URL}"));
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(answer.contains("made by an earlier run"), "{answer}");
        assert!(answer.contains(URL), "what was typed stays: {answer}");
    }
    let elsewhere = post(&server, "/articles/tax/", &own(&server), &form);
    assert!(elsewhere.starts_with("HTTP/1.1 405"), "{elsewhere}");
    let long = done(&server, &format!("{form}&x={}", "x".repeat(70_000)));
    assert!(long.starts_with("HTTP/1.1 413"), "{long}");
    assert_eq!(ledger(&site, "zhihu"), "");
}

#[test]
fn an_address_elsewhere_is_told_with_the_hosts_that_count() {
    let site = site();
    let server = Server::start(&site);
    let page = sheet(&server);
    for (url, words) in [
        (
            "https://zhihu.com.evil.example/p/1",
            "“zhihu.com.evil.example” is not 知乎; an address there ends in zhihu.com.",
        ),
        ("<b>", "“&lt;b&gt;” is no address"),
        ("", "“” is no address"),
    ] {
        let answer = done(&server, &form(&page, url));
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
        assert!(answer.contains(words), "{url}: {answer}");
    }
    let gone = post(
        &server,
        "/_desk/done?account=nobody&post=x",
        &own(&server),
        &form(&page, URL),
    );
    assert!(gone.starts_with("HTTP/1.1 404"), "{gone}");
    assert_eq!(ledger(&site, "zhihu"), "");
    // Moments have no address.
    let moments = "account=moments&post=articles%2Ftax%40zh%2DHans";
    let page = server.get(&format!("/_desk/post?{moments}"));
    let path = format!("/_desk/done?{moments}");
    let answer = post(&server, &path, &own(&server), &form(&page, ""));
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(ledger(&site, "moments").contains("\"event\":\"done\""));
}

#[test]
fn mistakes_of_content_and_ledger_are_said_on_the_desk() {
    let site = site();
    let server = Server::start(&site);
    let form = form(&sheet(&server), URL);
    site.write("ledger/zhihu.jsonl", "no JSON\n");
    let page = server.get("/_desk");
    assert!(page.contains("its ledger cannot be read"), "{page}");
    let answer = done(&server, &form);
    assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(answer.contains("This account is not ready"), "{answer}");
    assert_eq!(ledger(&site, "zhihu"), "no JSON\n");
    site.write("site.yaml", SETTINGS);
    let page = server.get("/_desk");
    assert!(
        page.contains("has no account that a person posts to"),
        "{page}"
    );
}

#[test]
#[ignore = "needs Chromium"]
fn an_article_is_copied_pasted_and_recorded_in_a_browser() {
    let site = site();
    let server = Server::start(&site);
    let home = format!("http://127.0.0.1:{}", server.port);
    let mut page = Browser::start().open(&home);
    page.go(&format!("{home}/_desk"));
    page.run("document.querySelector('a[href*=\"account=zhihu\"]').click()");
    page.wait("document.getElementById('copy-text') && document.readyState === 'complete'");
    assert_eq!(page.run("document.querySelectorAll('iframe').length"), 1);
    page.shots("zhihu");

    page.run("document.getElementById('copy-title').click()");
    page.wait("document.getElementById('status').textContent");
    let title = page.run("navigator.clipboard.readText()");
    assert_eq!(title, "个税优惠<怎么>申请 & 何时");

    page.run("document.getElementById('status').textContent = ''");
    page.run("document.getElementById('copy-cover-picture').click()");
    page.wait("document.getElementById('status').textContent");
    let sides = page.run(
        "navigator.clipboard.read().then((items) => items[0].getType('image/png'))\
         .then(createImageBitmap).then((picture) => `${picture.width} × ${picture.height}`)",
    );
    assert_eq!(sides, "240 × 120");

    page.run("document.getElementById('status').textContent = ''");
    page.run("document.getElementById('copy-text').click()");
    page.wait("document.getElementById('status').textContent");
    assert_eq!(page.complaints(), Vec::<String>::new());
    // Pasted by the browser itself into an element that can be edited, as editors are.
    page.run(
        "(() => { const editor = document.createElement('div'); editor.contentEditable = 'true'; \
         editor.id = 'editor'; document.body.append(editor); editor.focus(); })()",
    );
    page.paste();
    page.wait("document.getElementById('editor').textContent");
    let pasted = page.run(
        "(() => { const editor = document.getElementById('editor'); \
         const words = (html) => { const at = new DOMParser().parseFromString(html, 'text/html'); \
           return [...at.body.querySelectorAll('h2,strong,a,li,td,code,img')].map((node) => \
             [node.localName, node.textContent.trim(), node.getAttribute('href') || node.getAttribute('src') || '']); }; \
         const result = { pasted: words(editor.innerHTML), meant: words(document.getElementById('rich').value) }; \
         editor.remove(); return result; })()",
    );
    assert_eq!(pasted["pasted"], pasted["meant"]);
    // The picture is the real site's, which the desk does not load.
    page.complaints();
    let kinds = pasted["meant"].to_string();
    for kind in ["h2", "strong", "\"a\"", "li", "td", "code", "img"] {
        assert!(kinds.contains(kind), "{kind}: {kinds}");
    }
    let plain = page.run("navigator.clipboard.readText()");
    assert!(
        plain
            .as_str()
            .is_some_and(|text| text.contains("**外来人才**")),
        "{plain}"
    );

    // The other way, where a page may not write to the clipboard by itself.
    page.run(
        "window.ClipboardItem = undefined; document.getElementById('status').textContent = ''",
    );
    page.run("document.getElementById('copy-text').click()");
    page.wait("document.getElementById('status').textContent");
    let types = page.run("navigator.clipboard.read().then((items) => items[0].types)");
    assert!(types.to_string().contains("text/html"), "{types}");

    // Counting goes on while one writes.
    page.run("(() => { const title = document.getElementById('title'); title.value = '标题😀'; title.dispatchEvent(new Event('input')); })()");
    assert_eq!(
        page.run("document.querySelector('output[for=title] span').textContent"),
        "3 of 100"
    );

    // An edit of the page while the sheet is open, and after it was pasted.
    site.write("content/articles/tax.md", article("新标题", "改过了。"));
    page.wait("!document.getElementById('drift-open').hidden");
    page.go(&format!("{home}/_desk/post?{POST}"));
    page.wait("!document.getElementById('drift-pasted').hidden");
    page.shots("drift");
    page.run("document.getElementById('copy-text').click()");
    page.wait("document.getElementById('drift-pasted').hidden");

    page.run("document.getElementById('url').value = 'https://evil.example/p/1'");
    page.run("document.querySelector('form button').click()");
    page.wait("document.getElementById('url-wrong')");
    page.shots("wrong-host");
    page.wait("document.activeElement.id === 'url'");
    page.run(&format!("document.getElementById('url').value = '{URL}'"));
    page.run("document.querySelector('form button').click()");
    page.wait("document.querySelector('.note.good')");
    assert!(ledger(&site, "zhihu").contains(URL));
    let plan = site.run(&["plan", "--account", "zhihu", "--date", "2026-06-15"]);
    assert!(plan.stderr.contains("nothing to do"), "{}", plan.stderr);

    for account in ["xhs", "juejin", "moments", "wechat"] {
        page.go(&format!(
            "{home}/_desk/post?account={account}&post=articles/tax@zh-Hans"
        ));
        page.wait("document.getElementById('copy-text')");
        page.shots(account);
    }
    page.go(&format!("{home}/_desk"));
    page.wait("document.querySelector('details')");
    page.shots("list");
    assert_eq!(page.complaints(), Vec::<String>::new());
}
