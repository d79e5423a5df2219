//! `docs/theme-contract.md` is written from the contract: it fails when it is out of date, and
//! is rewritten with `UPDATE_DOCS=1 cargo test theme_contract`.

use guidepost::render::contract::{
    COMPONENT_VARIABLES, Callable, FILTERS, FUNCTIONS, Field, GLOBALS, RECORDS, Shape, TEMPLATES,
    VERSION, WORDS,
};
use std::fmt::Write;
use std::path::Path;

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a person asks for the page by the environment"
)]
fn the_page_says_what_the_contract_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/theme-contract.md");
    let wanted = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == wanted,
        "docs/theme-contract.md is out of date: UPDATE_DOCS=1 cargo test theme_contract"
    );
}

#[test]
fn every_record_that_is_named_is_there() {
    fn named(shape: &Shape, names: &mut Vec<&'static str>) {
        match shape {
            Shape::Record(name) => names.push(name),
            Shape::List(inner) | Shape::Maybe(inner) | Shape::Mapping(inner) => {
                named(inner, names);
            }
            _ => {}
        }
    }
    let mut names = Vec::new();
    let variables = TEMPLATES.iter().flat_map(|template| template.variables);
    let fields = RECORDS.iter().flat_map(|record| record.fields);
    for field in GLOBALS
        .iter()
        .chain(COMPONENT_VARIABLES)
        .chain(variables)
        .chain(fields)
    {
        named(&field.shape, &mut names);
    }
    for name in names {
        assert!(
            RECORDS.iter().any(|record| record.name == name),
            "no record `{name}`"
        );
    }
}

fn page() -> String {
    let mut page = format!(
        "{}\n",
        INTRODUCTION.replace("VERSION", &VERSION.to_string())
    );
    page.push_str("\n## Templates\n\nA page of kind `job` uses `job.html` if the theme has it, else `page.html`; a list of jobs\nuses `jobs.html`, else `list.html`. `template: name` in a page's front matter names another\ntemplate. Every theme has `home.html`, `page.html`, `list.html`, `term.html`,\n`taxonomy.html`, `archive.html` and `404.html`, or a parent that has them.\n\n| template | for | variables beside the globals |\n|---|---|---|\n");
    for template in TEMPLATES {
        let variables: Vec<String> = template
            .variables
            .iter()
            .map(|field| format!("`{}`", field.name))
            .collect();
        line(
            &mut page,
            &[
                &format!("`{}`", template.name),
                template.doc,
                &variables.join(", "),
            ],
        );
    }
    page.push_str("\n### Globals\n\n");
    fields(&mut page, GLOBALS);
    page.push_str("\nComponents of the engine (`{% component name(…) %}`) see only their parameters; with `@`\nbefore its name a parameter is taken from around the call: `{% component foot(@site, @t) %}`.\nOne that many pages show alike need not be rendered for each of them: see `cached` among the\n[functions](#functions), as in `{{ cached(component=\"entry\", each=\"card\", card=list.pages) }}`.\n");
    let mut seen: Vec<&str> = Vec::new();
    for template in TEMPLATES {
        let own: Vec<&Field> = template
            .variables
            .iter()
            .filter(|field| !seen.contains(&field.name))
            .collect();
        if own.is_empty() {
            continue;
        }
        seen.extend(own.iter().map(|field| field.name));
        let users: Vec<String> = TEMPLATES
            .iter()
            .filter(|other| {
                other
                    .variables
                    .iter()
                    .any(|field| field.name == own[0].name)
            })
            .map(|other| format!("`{}`", other.name))
            .collect();
        let _ = write!(page, "\n### Variables of {}\n\n", users.join(", "));
        fields(&mut page, own);
    }
    page.push_str("\n### Variables of `components/<name>.html`\n\nThe directive `:::name[label]{key=value}` in a text is rendered with\n`components/name.html`. It sees the globals without `here`, and:\n\n");
    fields(&mut page, COMPONENT_VARIABLES);
    page.push_str("\n## Filters\n\nBeside those of the template engine. They know the language of the page.\n\n| filter | takes | arguments | gives |\n|---|---|---|---|\n");
    for filter in FILTERS {
        callable(&mut page, filter, true);
    }
    page.push_str("\n## Functions\n\n| function | arguments | gives |\n|---|---|---|\n");
    for function in FUNCTIONS {
        callable(&mut page, function, false);
    }
    page.push_str("\n## Words\n\n`t.word` must be in `i18n/` of the default language or of English. A language that lacks a\nword takes it from its shorter tag (`en` for `en-GB`), then from the site's default\nlanguage, then from English. A word is text, or a mapping of plural forms:\n\n```yaml\nmore: Read on\nminutes: { one: '{count} minute', other: '{count} minutes' }\nitems: '{count} page | {count} pages'\n```\n\nGuidepost reads some words itself, when they are there: a kind's plural (`jobs`) and a\ntaxonomy's name (`tags`) for the titles of lists, overviews and sections without\n`_index.md`, and these:\n\n| word | for |\n|---|---|\n");
    for (word, doc) in WORDS {
        line(&mut page, &[&format!("`{word}`"), doc]);
    }
    page.push_str("\n## Records\n");
    for record in RECORDS {
        let _ = write!(
            page,
            "\n### {}\n\n{}.\n\n",
            record.name,
            capital(record.doc)
        );
        fields(&mut page, record.fields);
    }
    page
}

const INTRODUCTION: &str = "# Theme contract, version VERSION

What a theme consists of and what its templates may read. This page is written from
`src/render/contract.rs`; `guidepost check` holds every template against it.

## Files

`themes/<name>/` holds a theme; the site's own `templates/`, `static/` and `i18n/` override it
file by file, and a theme overrides its parent.

| file | is |
|---|---|
| `theme.yaml` | what the theme says of itself |
| `templates/` | templates of Tera 2; HTML is escaped when printed |
| `templates/components/<name>.html` | what the directive `:::name` becomes |
| `static/` | copied to the site; style sheets and scripts get a hash of their content in their name (ask for them with `asset`); those of the site itself keep their own name too |
| `i18n/<language>.yaml` | the theme's words |

`{% extends \"base.html\" %}` takes the nearest version, `{% extends \"parent/base.html\" %}` that
of the theme `parent`, so a template can override another and still build on it.

```yaml
# theme.yaml
name: city
contract: VERSION        # version of this page that the theme is written for
parent: default          # theme whose files are used where this one has none
image: share.png         # below static/: share picture of pages without one
languages: [en, ru]      # languages that it has words for
options:                 # with their defaults; the site sets them under `theme_options:`
  palette: lake
```";

fn fields<'a>(page: &mut String, fields: impl IntoIterator<Item = &'a Field>) {
    page.push_str("| name | type | is |\n|---|---|---|\n");
    for field in fields {
        line(
            page,
            &[
                &format!("`{}`", field.name),
                &shape(&field.shape),
                field.doc,
            ],
        );
    }
}

fn shape(shape: &Shape) -> String {
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Html => "HTML".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Bool => "flag".to_owned(),
        Shape::Date => "date".to_owned(),
        Shape::Any => "any".to_owned(),
        Shape::Mapping(inner) => format!("mapping to {}", self::shape(inner)),
        Shape::List(inner) => format!("list of {}", self::shape(inner)),
        Shape::Record(name) => format!("[{name}](#{name})"),
        Shape::Maybe(inner) => format!("{} or none", self::shape(inner)),
    }
}

fn callable(page: &mut String, callable: &Callable, filter: bool) {
    let arguments: Vec<String> = callable
        .arguments
        .iter()
        .map(|(name, doc)| format!("`{name}`: {doc}"))
        .collect();
    let name = format!("`{}`", callable.name);
    let arguments = arguments.join("; ");
    if filter {
        line(page, &[&name, callable.takes, &arguments, callable.doc]);
    } else {
        line(page, &[&name, &arguments, callable.doc]);
    }
}

fn line(page: &mut String, cells: &[&str]) {
    page.push('|');
    for cell in cells {
        let _ = write!(page, " {} |", cell.replace('|', "\\|"));
    }
    page.push('\n');
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}
