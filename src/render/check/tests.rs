//! What the check says of templates, and what it leaves alone.

use super::check_templates;
use crate::diag::print;
use crate::render::theme::assemble;
use crate::render::theme::files::MemoryFiles;

fn check(files: &[(&str, &str)]) -> Vec<String> {
    let (config, _) = crate::config::parse(
        &"site.yaml".into(),
        "site:\n  url: https://example.org\n  title: x\n  languages: [en]\n  timezone: UTC\n  theme: city\n",
    );
    let mut all = vec![
        (
            "themes/city/theme.yaml",
            "name: city\ncontract: 1\noptions: { palette: lake }\n",
        ),
        ("themes/city/i18n/en.yaml", "more: Read on\nby: By {name}\n"),
        ("themes/city/static/style.css", "a{}"),
    ];
    all.extend(files.iter().copied());
    let (theme, diagnostics) = assemble(&MemoryFiles::new(all), &config.unwrap());
    assert_eq!(diagnostics, []);
    check_templates(&theme.unwrap())
        .iter()
        .map(|diagnostic| {
            let line = print::short(diagnostic).trim_end().to_owned();
            let line = line.replace("themes/city/templates/", "");
            match diagnostic.hints.first() {
                Some(hint) => format!("{line} | {hint}"),
                None => line,
            }
        })
        .collect()
}

fn page(text: &str) -> Vec<String> {
    check(&[("themes/city/templates/page.html", text)])
}

#[test]
fn a_field_that_does_not_exist_is_named_at_its_place() {
    assert_eq!(
        page("汉字 {{ page.titel }}\n{% if site.mneu %}{% endif %}"),
        [
            "page.html:1:12: error[unknown-template-field]: `page` has no field `titel` | did you mean `title`?",
            "page.html:2:12: error[unknown-template-field]: `site` has no field `mneu` | did you mean `menu`?",
        ]
    );
}

#[test]
fn shapes_are_followed_through_loops_assignments_and_filters() {
    let text = "\
{% for tag in page.tags %}{{ tag.name }}{% endfor %}
{% set first = page.related | first %}{{ first.sumary }}
{% for h in page.toc %}{% for c in h.children %}{{ c.txt }}{% endfor %}{% endfor %}
{{ page.job.salary.maxx }}
{{ page.terms.tags[0].titel }}
{{ page.related[:3][0].ulr }}
{% set near = page.newer or page.older %}{{ near.tilte }}
{% for c in [c for c in page.related if c.draf] %}{{ c.dat }}{% endfor %}";
    assert_eq!(
        page(text),
        [
            "page.html:1:34: error[unknown-template-field]: `link` has no field `name` | there are `current`, `title`, `url`",
            "page.html:2:48: error[unknown-template-field]: `card` has no field `sumary` | did you mean `summary`?",
            "page.html:3:54: error[unknown-template-field]: `heading` has no field `txt` | did you mean `text`?",
            "page.html:4:20: error[unknown-template-field]: `salary` has no field `maxx` | did you mean `max`?",
            "page.html:5:23: error[unknown-template-field]: `link` has no field `titel` | did you mean `title`?",
            "page.html:6:24: error[unknown-template-field]: `card` has no field `ulr` | did you mean `url`?",
            "page.html:7:50: error[unknown-template-field]: `card` has no field `tilte` | did you mean `title`?",
            "page.html:8:43: error[unknown-template-field]: `card` has no field `draf` | did you mean `draft`?",
            "page.html:8:56: error[unknown-template-field]: `card` has no field `dat` | did you mean `date`?",
        ]
    );
}

#[test]
fn text_and_lists_have_no_fields() {
    assert_eq!(
        page("{{ page.title.text }}{{ page.tags.title }}"),
        [
            "page.html:1:15: error[unknown-template-field]: text has no fields, so no `text`",
            "page.html:1:35: error[unknown-template-field]: a list has no fields, so no `title` | take one of its items, with `for`, `first` or `[0]`",
        ]
    );
}

#[test]
fn words_options_files_and_arguments_are_checked() {
    assert_eq!(
        page(
            "{{ t.mroe }}{{ theme.pallete }}{{ asset(path=\"styel.css\") }}\
             {{ page.date | date(fromat=\"long\") }}{{ page.date | date(format=\"lnog\") }}{{ pgae.title }}"
        ),
        [
            "page.html:1:6: error[unknown-template-field]: the theme has no word `mroe` | did you mean `more`?",
            "page.html:1:22: error[unknown-template-field]: the theme has no option `pallete` | did you mean `palette`?",
            "page.html:1:47: error[template-error]: there is no static file `styel.css` | did you mean `style.css`?",
            "page.html:1:81: error[unknown-template-field]: `date` takes no argument `fromat` | did you mean `format`?",
            "page.html:1:126: error[template-error]: `lnog` is no form of a date | did you mean `long`?",
            "page.html:1:138: error[unknown-template-field]: no variable `pgae` is given here | did you mean `page`?",
        ]
    );
}

#[test]
fn what_cannot_be_known_is_left_alone() {
    assert_eq!(
        page(
            "{# {{ page.nothing }} #}{% raw %}{{ page.nothing }}{% endraw %}\
             {{ page.extra.anything.at.all }}{{ data.rates[0].x }}{{ site.extra.y }}\
             {{ page.nothing | default(value=1) }}{{ t[\"kind_\" ~ page.kind] or page.kind }}\
             {{ t[page.kind | lower] }}{% if mood is defined %}{{ mood }}{% endif %}\
             {% if page.job %}{% set card = page.job.company %}{% else %}{% set card = page.card %}{% endif %}{{ card.title }}\
             {% for name, label in page.company.names %}{{ name }}{{ loop.index }}{% endfor %}\
             {{ t.by | fill(name=page.authors | join(sep=\", \")) }}{{ page.title[0:3] }}\
             {{ t.gone or 'x' }}{{ {\"a\": page.title}[\"a\"] }}{{ -1 + page.words * 2 // 3 }}{{ not page.draft and page.words > 3 }}"
        ),
        [] as [&str; 0]
    );
}

#[test]
fn a_base_template_is_checked_with_the_variables_of_each_that_extends_it() {
    assert_eq!(
        check(&[
            (
                "themes/city/templates/base.html",
                "{{ here.titel }}{% block main %}{{ page.title }}{% endblock %}{% block foot %}{{ site.title }}{% endblock %}",
            ),
            (
                "themes/city/templates/page.html",
                "{% extends \"base.html\" %}{% block foot %}{{ super() }}{{ page.wrods }}{% endblock %}",
            ),
            (
                "themes/city/templates/list.html",
                "{% extends \"base.html\" %}{% block main %}{% include \"part.html\" %}{% endblock %}",
            ),
            (
                "themes/city/templates/part.html",
                "{{ list.pages | length }}{{ list.totl }}",
            ),
            (
                "themes/city/templates/404.html",
                "{% extends \"base.html\" %}"
            ),
        ]),
        [
            "base.html:1:9: error[unknown-template-field]: `here` has no field `titel` | did you mean `title`?",
            "base.html:1:36: error[unknown-template-field]: no variable `page` is given here | there are `data`, `here`, `lang`, `site`, `t`, `theme`",
            "page.html:1:63: error[unknown-template-field]: `page` has no field `wrods` | did you mean `words`?",
            "part.html:1:34: error[unknown-template-field]: `list` has no field `totl` | did you mean `total`?",
        ]
    );
}

#[test]
fn components_see_their_parameters_and_what_they_take_from_around() {
    assert_eq!(
        check(&[
            (
                "themes/city/templates/parts.html",
                "{% component entry(card, level: integer = 2, @t, @site) %}\
                 {{ card.whatever }}{{ level }}{{ t.moer }}{{ site.hoem }}{{ body }}{{ lang.tag }}{% endcomponent entry %}",
            ),
            (
                "themes/city/templates/page.html",
                "{{ <entry card={page.crad} /> }}{% <entry card={page.card}> %}{{ page.x }}{% </entry> %}",
            ),
            (
                "themes/city/templates/components/note.html",
                "<aside>{{ label }}{{ body }}{{ attributes.kind }}{{ page.titel }}{{ here.url }}{{ t.more }}</aside>",
            ),
        ]),
        [
            "components/note.html:1:58: error[unknown-template-field]: `card` has no field `titel` | did you mean `title`?",
            "components/note.html:1:69: error[unknown-template-field]: no variable `here` is given here | a component takes it with the parameter `@here`",
            "page.html:1:22: error[unknown-template-field]: `page` has no field `crad` | did you mean `card`?",
            "page.html:1:71: error[unknown-template-field]: `page` has no field `x` | there are `absolute`, `articles`, `audience`, `author_links`, `authors`, `backlinks`, `card`, `categories`, `collected`, `companies`, `company`, `content`, `cover`, `cover_in_body`, `date`, `draft`, `event`, `events`, `expired`, `extra`, `has_code`, `has_math`, `headings`, `ics`, `job`, `jobs`, `kind`, `lang`, `license`, `minutes`, `newer`, `older`, `pillar`, `pinned`, `policies`, `policy`, `related`, `section`, `series`, `source_name`, `source_url`, `stage`, `summary`, `tags`, `terms`, `title`, `toc`, `translations`, `updated`, `url`, `words`",
            "parts.html:1:94: error[unknown-template-field]: the theme has no word `moer` | did you mean `more`?",
            "parts.html:1:109: error[unknown-template-field]: `site` has no field `hoem` | did you mean `home`?",
            "parts.html:1:129: error[unknown-template-field]: no variable `lang` is given here | a component takes it with the parameter `@lang`",
        ]
    );
}

#[test]
fn a_link_within_the_site_that_is_tracked_is_told_at_its_place() {
    let told = "warning[tracked-link]: a link within the site carries `utm_` parameters, which \
                would count its reader as coming from elsewhere | write the address without them";
    let text = "\
汉<a href=\"/join/?utm_source=foot\">来</a>
<a {% if page.draft %}class='x'{% endif %} HREF = 'https://Example.org/?a=1&amp;UTM_source=x#y'>
<a {% if page.draft %}href=join/?utm_source={{ page.kind }}{% endif %}>
<link rel=\"canonical\" href=\"?utm_medium=email\">{% block more %}<a href=\" /x?utm_a=b \">{% endblock %}";
    assert_eq!(
        page(text),
        ["1:11", "2:52", "3:28", "4:29", "4:74"].map(|place| format!("page.html:{place}: {told}"))
    );
}

#[test]
fn links_elsewhere_and_links_that_cannot_be_known_are_left_alone() {
    assert_eq!(
        page(
            "<a href=\"https://example.com/?utm_source=x\"><a href=\"//cdn.example.org/?utm_source=x\">\
             <a href=\"mailto:a@example.org?utm_source=x\"><a href=\"https://example.org.cn/?utm_source=x\">\
             <a href=\"{{ site.home }}?utm_source=x\"><a href={{ page.url }}?utm_source=x>\
             <a href=\"{% if page.draft %}https://example.com{% endif %}/?utm_source=x\">\
             <a href=\"/x/?a=utm_source\"><a href=\"/utm_source/#?utm_source=x\"><a href=\"/x/\">?utm_source=x</a>\
             <!-- <a href=\"/x/?utm_source=x\"> --><script>'<a href=\"/x/?utm_source=x\">'</script>\
             {# <a href=\"/x/?utm_source=x\"> #}{% raw %}<a href=\"/x/?utm_source=x\">{% endraw %}\
             <code>&lt;a href=\"/x/?utm_source=x\"&gt;</code><a data-href=\"/x/?utm_source=x\">\
             {{ '<a href=\"/x/?utm_source=x\">' }}<{{ page.kind }} href=\"/x/?utm_source=x\">\
             <a title='{{ page.title | default(value=\"'\") }}' href=\"/x/\" title='href=\"/x/?utm_source=x\"'>"
        ),
        [] as [&str; 0]
    );
}

#[test]
fn the_default_theme_is_clean() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("site.yaml")).unwrap();
    let (config, _) = crate::config::parse(&"site.yaml".into(), &text);
    let (theme, diagnostics) = crate::render::theme::load(root, &config.unwrap());
    assert_eq!(diagnostics, []);
    assert_eq!(check_templates(&theme.unwrap()), []);
}

#[test]
fn a_component_called_by_its_name_is_held_against_its_parameters() {
    let text = "\
{% component entry(card, level: integer = 2, @t) %}{{ card.title }}{% endcomponent entry %}
{% component foot(links, @site) %}x{% endcomponent foot %}
{% component any(...others) %}x{% endcomponent any %}
{{ cached(component=\"entry\", card=page.related[0], level=3) }}
{{ cached(component=\"entri\", card=page.related[0]) }}
{{ cached(component=\"entry\", crad=page.related[0], card=page.relatd) }}
{{ cached(component=\"foot\", links=site.menu) }}
{{ cached(component=\"any\", a=1) }}
{{ cached(component=\"entry\", each=\"card\", card=page.related) }}
{{ cached(component=\"entry\", each=\"cards\", card=page.related) }}";
    assert_eq!(
        page(text),
        [
            "page.html:5:22: error[template-error]: there is no component `entri` | did you mean `entry`?",
            "page.html:6:30: error[unknown-template-field]: component `entry` takes no argument `crad` | did you mean `card`?",
            "page.html:6:62: error[unknown-template-field]: `page` has no field `relatd` | did you mean `related`?",
            "page.html:7:22: error[template-error]: component `foot` takes `@site`, which `cached` cannot give it | make what it needs of `site` a parameter, and hand it over as an argument",
            "page.html:10:36: error[template-error]: `each` names `cards`, which is not among the arguments | did you mean `card`?",
        ]
    );
}
