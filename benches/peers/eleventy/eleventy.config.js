// The comparison's site for Eleventy: markdown-it with footnotes, Prism by the official plugin.
import syntaxHighlight from "@11ty/eleventy-plugin-syntaxhighlight";
import footnote from "markdown-it-footnote";

const PER_PAGE = 20;

/** Cuts a list into pages with their addresses. */
function pages(base, title, entries) {
  const of = Math.max(1, Math.ceil(entries.length / PER_PAGE));
  const address = (number) => (number === 1 ? base : `${base}page/${number}/`);
  return Array.from({ length: of }, (_, index) => ({
    title,
    base,
    url: address(index + 1),
    number: index + 1,
    of,
    total: entries.length,
    newer: index > 0 ? address(index) : null,
    older: index + 1 < of ? address(index + 2) : null,
    entries: entries.slice(index * PER_PAGE, (index + 1) * PER_PAGE),
  }));
}

export default function (config) {
  config.addPlugin(syntaxHighlight);
  config.amendLibrary("md", (markdown) => {
    markdown.use(footnote);
    // `[…](article-000001.md)` becomes the article's address.
    const open = markdown.renderer.rules.link_open ?? ((tokens, i, options, env, self) => self.renderToken(tokens, i, options));
    markdown.renderer.rules.link_open = (tokens, i, options, env, self) => {
      const target = tokens[i].attrGet("href");
      if (target.endsWith(".md")) tokens[i].attrSet("href", `/articles/${target.slice(0, -3)}/`);
      return open(tokens, i, options, env, self);
    };
  });
  config.addPassthroughCopy({ static: "/" });

  // Several collections show the same order, so it is made once a build.
  let sorted = null;
  config.on("eleventy.before", () => { sorted = null; });
  const articles = (api) => {
    if (sorted) return sorted;
    sorted = api.getFilteredByGlob("content/articles/*.md").sort((a, b) => b.date - a.date || b.inputPath.localeCompare(a.inputPath));
    sorted.forEach((page, index) => {
      page.data.newer = sorted[index - 1];
      page.data.older = sorted[index + 1];
    });
    return sorted;
  };
  const terms = (api, field) => {
    const found = new Map();
    for (const page of articles(api))
      for (const term of page.data[field] ?? [])
        if (term !== "articles") found.set(term, [...(found.get(term) ?? []), page]);
    return [...found].sort(([a], [b]) => a.localeCompare(b));
  };
  const kinds = { tags: "labels", categories: "categories" };
  config.addCollection("newest", (api) => articles(api));
  config.addCollection("lists", (api) => [
    ...pages("/", "Measurements", articles(api)),
    ...pages("/articles/", "文章", articles(api)),
    ...Object.entries(kinds).flatMap(([kind, field]) => terms(api, field).flatMap(([term, entries]) => pages(`/${kind}/${term}/`, term, entries))),
  ]);
  config.addCollection("feeds", (api) => [
    { title: "Measurements", url: "/", entries: articles(api).slice(0, PER_PAGE) },
    { title: "文章", url: "/articles/", entries: articles(api).slice(0, PER_PAGE) },
    ...Object.entries(kinds).flatMap(([kind, field]) => terms(api, field).map(([term, entries]) => ({ title: term, url: `/${kind}/${term}/`, entries: entries.slice(0, PER_PAGE) }))),
  ]);
  config.addCollection("taxonomies", (api) => [
    { title: "标签", url: "/tags/", terms: terms(api, "labels").map(([term, entries]) => ({ term, count: entries.length })) },
    { title: "分类", url: "/categories/", terms: terms(api, "categories").map(([term, entries]) => ({ term, count: entries.length })) },
  ]);
  config.addCollection("years", (api) => {
    const found = new Map();
    for (const page of articles(api)) {
      const year = day(page.date).slice(0, 4);
      if (!found.has(year)) found.set(year, []);
      found.get(year).push(page);
    }
    return [...found].map(([year, entries]) => ({ year, entries }));
  });

  const local = (date) => new Date(date.getTime() + 8 * 3600_000).toISOString();
  const day = (date) => local(date).slice(0, 10);
  config.addFilter("day", day);
  config.addFilter("moment", (date) => `${local(date).slice(0, 19)}+08:00`);
  config.addFilter("long_day", (date) => day(date).replace(/^(\d+)-0?(\d+)-0?(\d+)$/, "$1年$2月$3日"));
  config.addFilter("short_day", (date) => day(date).replace(/^\d+-0?(\d+)-0?(\d+)$/, "$1月$2日"));
  config.addFilter("summary", (html) => {
    const text = (/<p>(.*?)<\/p>/s.exec(html ?? "")?.[1] ?? "").replace(/<[^>]+>/g, "");
    return text.length > 100 ? `${text.slice(0, 99)}…` : text;
  });
  config.addFilter("minutes", (html) => Math.max(1, Math.ceil((html ?? "").length / 1500)));
  config.addFilter("json", (value) => JSON.stringify(value));

  return {
    dir: { input: "content", includes: "../_includes", output: "public" },
    templateFormats: ["md", "njk"],
    markdownTemplateEngine: false,
  };
}
