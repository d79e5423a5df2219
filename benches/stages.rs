//! How long the stages of a build take, each alone: `cargo bench`, or `cargo bench -- parse`.
//!
//! Takes fixed texts and calls the library's public functions, so that a slower stage shows
//! before it is felt. Whole builds and other generators are measured by `compare.py`.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use guidepost::build::{self, Options, Resolved};
use guidepost::config::{self, Config};
use guidepost::content::{self, PageFile, highlight::highlight};
use guidepost::data::Node;
use guidepost::memo::Memo;
use guidepost::output::Discard;
use guidepost::render::{self, theme::Theme};
use guidepost::site::Site;
use guidepost::timing::Timings;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

criterion_group!(
    stages,
    parse,
    highlighting,
    resolve,
    rendering,
    feeds,
    whole
);
criterion_main!(stages);

const CHINESE: &str = "**公司位于老城，往东三站地铁。**薪资按月发放，社保和公积金从第一个月起缴纳。[去年的记录](article-0007.md)里有\
    试用期、加班和年终奖的数字；`config.yaml` 是当时的设置。补贴需要学历和合同的复印件，窗口在周五下午关门。\n\n\
    - 材料清单、截止日期\n- 房租的平均数与中位数\n- 通勤，从新区到园区\n\n";
const ENGLISH: &str = "**The factory is three stops from the old town.** Pay arrives monthly, and insurance starts with the first \
    month. [Last year's notes](article-0007.md) have numbers for overtime and the bonus; `config.yaml` is what was set \
    then. The subsidy wants copies of the degree and the contract, and the window closes on Friday afternoon.\n\n\
    - what to bring, and until when\n- the mean rent and the median\n- the way from the new district\n\n";
const RUSSIAN: &str = "**Завод стоит в трёх остановках от старого города.** Зарплата приходит раз в месяц, страховка \
    действует с первого. [Прошлогодние записи](article-0007.md) содержат числа о сверхурочных и премии; `config.yaml` \
    показывает настройки. Для субсидии нужны копии диплома и договора, окно закрывается в пятницу.\n\n\
    - что принести и до какого дня\n- средняя и медианная аренда\n- дорога из нового района\n\n";
const TABLE: &str =
    "| a | b | c |\n|---|---|---|\n| 15000 | 0.105 | 去年 |\n| 18000 | 0.11 | this year |\n\n";
const RUST: &str = "#[derive(Debug, Clone)]\nstruct Offer { company: String, salary: u32, months: u8 }\n\nimpl Offer {\n    \
    fn yearly(&self) -> u32 {\n        // most companies here pay thirteen months\n        self.salary * u32::from(self.months)\n    \
    }\n}\n";
const PYTHON: &str = "def take_home(gross: float, rate: float = 0.105) -> float:\n    \"\"\"Pay after social insurance.\"\"\"\n    \
    base = min(gross, 28017.0)\n    return round(gross - base * rate, 2)\n\nfor month in range(1, 13):\n    \
    print(month, take_home(15000 + month * 250))\n";
const YAML: &str =
    "title: 薪资调查\ntags: [薪资, 调查]\nsalary:\n  min: 15000\n  max: 25000\n  currency: CNY\n";

/// Articles of the small site.
const ARTICLES: usize = 200;

/// The body of an article of some 5 KB.
fn body(text: &str, code: bool) -> String {
    let mut body = String::new();
    for part in 0..7 {
        writeln!(body, "## 标题 {part}\n").expect("text takes more text");
        body.push_str(text);
        match part {
            2 => body.push_str(TABLE),
            4 if code => {
                writeln!(body, "```rust\n{RUST}```\n").expect("text takes more text");
            }
            5 => body.push_str("A remark.[^1]\n\n"),
            _ => {}
        }
    }
    body.push_str("[^1]: 数字来自窗口的公示。\n");
    body
}

/// A whole article file.
fn article(number: usize, body: &str) -> String {
    format!(
        "---\ntitle: \"文章 {number}\"\ndate: {}-{:02}-{:02} 09:00:00\ntags: [tag-{:02}, tag-{:02}]\ncategories: [category-{}]\n---\n\n{body}",
        2016 + number % 9,
        number % 12 + 1,
        number % 28 + 1,
        number % 20,
        number % 17,
        number % 5
    )
}

fn settings(feeds: &str) -> String {
    format!(
        "site:\n  url: https://bench.example\n  title: Measurements\n  languages: [zh-Hans]\n  timezone: Asia/Shanghai\n  theme: default\n\
         taxonomies: [tags, categories]\nfeeds: {{ formats: [{feeds}], limit: 20 }}\n"
    )
}

fn parsed_settings() -> Config {
    let (config, found) = config::parse(&Arc::from("site.yaml"), &settings("atom"));
    assert!(found.is_empty(), "{found:?}");
    config.expect("settings")
}

fn options() -> Options {
    Options {
        now: "2026-11-21T00:00:00Z".parse().expect("a moment"),
        drafts: false,
        future: false,
        base_url: None,
        to_come: false,
        timings: Arc::default(),
    }
}

/// A site on the disk.
fn site(feeds: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    fs::write(root.join("site.yaml"), settings(feeds)).expect("settings");
    let articles = root.join("content/articles");
    fs::create_dir_all(&articles).expect("a folder");
    for number in 0..ARTICLES {
        let text = [CHINESE, ENGLISH, CHINESE, RUSSIAN][number % 4];
        let text = article(number, &body(text, number % 4 == 0));
        fs::write(articles.join(format!("article-{number:04}.md")), text).expect("an article");
    }
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    for entry in walkdir::WalkDir::new(&theme) {
        let entry = entry.expect("a file of the theme");
        let below = entry.path().strip_prefix(&theme).expect("below the theme");
        let target = root.join("themes").join(below);
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("a folder");
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
    folder
}

fn resolved(root: &Path) -> Resolved {
    let resolved =
        build::resolve(root, &options(), &Memo::none()).expect("a site that can be read");
    let found = &resolved.diagnostics;
    assert!(found.is_empty(), "{found:?}");
    resolved
}

/// A resolved site, to be rendered as often as wished; its outputs are thrown away.
struct Rendered<'a> {
    site: Site,
    theme: Arc<Theme>,
    root: &'a Path,
}

impl<'a> Rendered<'a> {
    fn new(root: &'a Path) -> Self {
        let resolved = resolved(root);
        Self {
            site: resolved.site.expect("a site"),
            theme: resolved.theme.expect("a theme"),
            root,
        }
    }

    fn again(&self, timings: &Timings) {
        let sink = Discard::default();
        render::render(&self.site, &self.theme, self.root, timings, &sink)
            .expect("a sink that takes all");
        assert!(sink.outputs() > ARTICLES, "nothing was rendered");
    }
}

/// One file → one page: by language, with and without code.
fn parse(criterion: &mut Criterion) {
    let config = parsed_settings();
    let none = Node::empty_map();
    let file = PageFile {
        file: "content/articles/article-0001.md".into(),
        path: "articles/article-0001.md".into(),
    };
    let mut group = criterion.benchmark_group("parse");
    for (what, text, code) in [
        ("chinese", CHINESE, false),
        ("english", ENGLISH, false),
        ("russian", RUSSIAN, false),
        ("chinese with code", CHINESE, true),
    ] {
        let text = article(1, &body(text, code));
        let found = content::parse(&file, text.as_bytes(), &none, &config);
        assert!(found.page.is_some(), "{:?}", found.diagnostics);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(what, |bencher| {
            bencher.iter(|| content::parse(&file, black_box(text.as_bytes()), &none, &config));
        });
    }
}

/// One block of code → HTML with classes: of lines that no other block had, and of lines that
/// are known.
fn highlighting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("highlighting");
    for (language, code) in [("rust", RUST), ("python", PYTHON), ("yaml", YAML)] {
        // The first block of a language compiles its grammar.
        assert!(highlight(code, language).is_some(), "no grammar");
        group.throughput(Throughput::Bytes(code.len() as u64));
        let mut number = 0_usize;
        group.bench_function(BenchmarkId::new("new lines", language), |bencher| {
            bencher.iter_batched_ref(
                || {
                    number += 1;
                    let lines = code.lines();
                    lines.map(|line| format!("{line} {number}\n")).collect()
                },
                |code: &mut String| highlight(black_box(code), language),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("known lines", language), |bencher| {
            bencher.iter(|| highlight(black_box(code), language));
        });
    }
}

/// A folder of 200 articles → a resolved site with its theme: reading, parsing, resolving.
fn resolve(criterion: &mut Criterion) {
    let folder = site("atom");
    criterion.bench_function("resolve", |bencher| {
        bencher.iter(|| resolved(folder.path()))
    });
}

/// A resolved site of 200 articles → all outputs, thrown away.
fn rendering(criterion: &mut Criterion) {
    let folder = site("atom");
    let rendered = Rendered::new(folder.path());
    criterion.bench_function("rendering", |bencher| {
        bencher.iter(|| rendered.again(&Timings::default()));
    });
}

/// The feeds alone, of one format and of all. They take what rendering knows of the site, so
/// everything is rendered and only their stage is counted.
fn feeds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("feeds");
    for formats in ["atom", "atom, rss, json"] {
        let folder = site(formats);
        let rendered = Rendered::new(folder.path());
        group.bench_function(formats, |bencher| {
            bencher.iter_custom(|times| {
                let timings = Timings::on();
                for _ in 0..times {
                    rendered.again(&timings);
                }
                let stages = timings.stages();
                let feeds = stages.iter().filter(|(name, _)| *name == "feeds");
                feeds.map(|(_, time)| *time).sum::<Duration>()
            });
        });
    }
}

/// The whole build without the disk's part of writing.
fn whole(criterion: &mut Criterion) {
    let folder = site("atom");
    criterion.bench_function("whole", |bencher| {
        bencher.iter(|| {
            let sink = Discard::default();
            build::run(folder.path(), &options(), &Memo::none(), &sink).expect("a build")
        });
    });
}
