// What the comparison's site has beyond Hexo's own generators: links between files, the list of
// all articles, the pages of all tags and categories, the archive on one page, and feeds.
'use strict';
const pagination = require('hexo-pagination');
const { escapeHTML, stripHTML } = require('hexo-util');

// `[…](article-000001.md)` becomes the article's address.
let prepared = null;
hexo.extend.filter.register('markdown-it:renderer', (markdown) => {
  if (prepared === markdown) return;
  prepared = markdown;
  const open = markdown.renderer.rules.link_open || ((tokens, i, options, env, self) => self.renderToken(tokens, i, options));
  markdown.renderer.rules.link_open = (tokens, i, options, env, self) => {
    const target = tokens[i].attrGet('href');
    if (target.endsWith('.md')) tokens[i].attrSet('href', `/articles/${target.slice(0, -3)}/`);
    return open(tokens, i, options, env, self);
  };
});

const summary = (post) => {
  if (post.benchSummary === undefined) {
    const text = stripHTML((/<p>([^]*?)<\/p>/.exec(post.content) || ['', ''])[1]);
    post.benchSummary = text.length > 100 ? `${text.slice(0, 99)}…` : text;
  }
  return post.benchSummary;
};
hexo.extend.helper.register('summary', summary);
hexo.extend.helper.register('minutes', (post) => Math.max(1, Math.ceil(post.content.length / 1500)));

const newest = (posts) => posts.sort('-date');

hexo.extend.generator.register('articles', (locals) => pagination('articles/', newest(locals.posts), {
  perPage: 20, layout: ['index'], format: 'page/%d/', data: { name: '文章' },
}));
hexo.extend.generator.register('taxonomies', (locals) => [
  { path: 'tags/index.html', layout: ['taxonomy'], data: { name: '标签', terms: locals.tags.sort('name') } },
  { path: 'categories/index.html', layout: ['taxonomy'], data: { name: '分类', terms: locals.categories.sort('name') } },
]);
hexo.extend.generator.register('years', (locals) => {
  const years = new Map();
  newest(locals.posts).forEach((post) => {
    const year = post.date.format('YYYY');
    if (!years.has(year)) years.set(year, []);
    years.get(year).push(post);
  });
  return { path: 'archive/index.html', layout: ['years'], data: { name: '归档', years: [...years] } };
});
hexo.extend.generator.register('404', () => ({ path: '404.html', layout: ['404'], data: { name: '404' } }));

const feed = (title, base, posts) => {
  const url = `https://bench.example/${base}`;
  const latest = newest(posts).limit(20).toArray();
  const entry = (post) => `<entry>
<title>${escapeHTML(post.title)}</title>
<id>${post.permalink}</id>
<link rel="alternate" type="text/html" href="${post.permalink}"/>
<published>${post.date.format()}</published>
<updated>${post.date.format()}</updated>
${post.tags.map((tag) => `<category term="${tag.name}"/>`).join('\n')}
<summary>${escapeHTML(summary(post))}</summary>
<content type="html">${escapeHTML(post.content)}</content>
</entry>`;
  return {
    path: `${base}atom.xml`,
    data: `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hans">
<title>${title}</title>
<id>${url}</id>
<updated>${latest[0].date.format()}</updated>
<link rel="self" type="application/atom+xml" href="${url}atom.xml"/>
<link rel="alternate" type="text/html" href="${url}"/>
<author><name>Measurements</name></author>
${latest.map(entry).join('\n')}
</feed>
`,
  };
};
hexo.extend.generator.register('feeds', (locals) => [
  feed('Measurements', '', locals.posts),
  feed('文章', 'articles/', locals.posts),
  ...locals.tags.map((tag) => feed(tag.name, tag.path, tag.posts)),
  ...locals.categories.map((category) => feed(category.name, category.path, category.posts)),
]);
