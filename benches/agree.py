"""Compares what two generators made of the same corpus: how many pages, and the text of bodies."""
import os
import re
import xml.etree.ElementTree as xml
from html.parser import HTMLParser

# Only guidepost cuts a long archive into parts; the lines in it are as many everywhere.
PARTS_OF_ARCHIVE = "further parts of the archive"
ATOM = "{http://www.w3.org/2005/Atom}"


class Body(HTMLParser):
    """Collects the text inside the element of class `e-content`."""

    EMPTY = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.depth = 0
        self.hidden = 0
        self.text = []

    def handle_starttag(self, tag, attributes):
        if self.depth:
            if tag not in self.EMPTY:
                self.depth += 1
            # Marks of footnotes are written in many ways; their texts are compared.
            if tag == "sup" or self.hidden:
                self.hidden += tag not in self.EMPTY
        elif any(name == "class" and "e-content" in (value or "").split() for name, value in attributes):
            self.depth = 1

    def handle_endtag(self, tag):
        if self.depth and tag not in self.EMPTY:
            self.depth -= 1
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data):
        if self.depth and not self.hidden:
            self.text.append(data)


def body_text(html):
    """The text of a page's body without white space, and without what tools may write freely."""
    parser = Body()
    parser.feed(html)
    text = "".join(parser.text)
    # Signs that lead back from footnotes; `**` that not every reader of markdown takes for
    # emphasis beside Chinese punctuation; numbers before footnotes.
    text = re.sub(r"[\s*↩︎\ufe0e]+", "", text)
    return text


def html_files(folder):
    """Every HTML file below a folder, with `/` between the parts."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".html"):
                found.append(os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/"))
    return found


def survey(tool, sample):
    """Counts a site's pages by class, its feeds with their entries, its addresses in the sitemap;
    takes the bodies of sampled articles."""
    output = os.path.join(tool.site, tool.output)
    pages = {}
    for path in html_files(output):
        kind = tool.place(path)
        pages[kind] = pages.get(kind, 0) + 1
    feeds = entries = addresses = 0
    for place, _, names in os.walk(output):
        for name in names:
            path = os.path.join(place, name)
            if name == "atom.xml":
                feeds += 1
                entries += len(xml.parse(path).getroot().findall(ATOM + "entry"))
            elif name == "sitemap.xml":
                addresses = sum(1 for element in xml.parse(path).iter() if element.tag.endswith("}loc"))
    bodies = {}
    for number in sample:
        with open(os.path.join(output, tool.page(number)), encoding="utf-8") as file:
            bodies[number] = body_text(file.read())
    size = sum(
        os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(output) for name in names
    )
    return {
        "pages": dict(sorted(pages.items())), "html": sum(pages.values()), "feeds": feeds, "entries": entries,
        "sitemap": addresses, "output_mib": round(size / 1024 / 1024, 1), "bodies": bodies,
    }


def differences(first, other):
    """In words, where a site differs from the first one."""
    found = []
    for kind in sorted((set(first["pages"]) | set(other["pages"])) - {PARTS_OF_ARCHIVE}):
        mine, theirs = first["pages"].get(kind, 0), other["pages"].get(kind, 0)
        if mine != theirs:
            found.append(f"{kind}: {theirs} pages, not {mine}")
    for what in ("feeds", "entries"):
        if first[what] != other[what]:
            found.append(f"{other[what]} {what}, not {first[what]}")
    for number, text in first["bodies"].items():
        theirs = other["bodies"].get(number, "")
        if not text:
            found.append(f"article {number} has no body to compare")
        elif text != theirs:
            at = next((i for i, (a, b) in enumerate(zip(text, theirs)) if a != b), min(len(text), len(theirs)))
            found.append(f"article {number} reads `{theirs[at:at + 20]}`, not `{text[at:at + 20]}`, at {at}")
    return found


def same_trees(first, other):
    """Files whose bytes differ or that only one of two folders has."""
    def files(folder):
        return {
            os.path.relpath(os.path.join(place, name), folder): os.path.join(place, name)
            for place, _, names in os.walk(folder) for name in names
        }

    mine, theirs = files(first), files(other)
    different = sorted(set(mine) ^ set(theirs))
    for name in sorted(set(mine) & set(theirs)):
        with open(mine[name], "rb") as one, open(theirs[name], "rb") as two:
            if one.read() != two.read():
                different.append(name)
    return different
