#!/usr/bin/env python3
"""Builds the same site with several generators and measures them.

    compare.py --articles 1000,10000 --runs 5 --tools guidepost,hugo,zola,eleventy,hexo,blades

`compare.py --install DIR` brings the peers' pinned versions into a folder outside the checkout
(npm, pip and cargo must be there); later runs name it with `--with DIR`. Python's standard
library only. README.md beside this file says what is compared and how to read it.
"""
import argparse
import datetime
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

# The checkout stays as it was.
sys.dont_write_bytecode = True

import agree
import corpus
import measure
import tools
from measure import Failed

CASES = {
    "cold": "no output, no cache",
    "kept": "no output, caches kept",
    "unchanged": "nothing changed",
    "body": "one body edited",
    "title": "one title edited",
    "template": "one template edited",
    "serve": "saved → served",
    "floor": "what no generator can beat",
}


def arguments():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Builds the same site with several generators and measures them.")
    parser.add_argument("--articles", default="1000", help="sizes, with commas [default: 1000]")
    parser.add_argument("--runs", type=int, default=5, help="runs of each case [default: 5]")
    parser.add_argument("--tools", default=",".join(tools.ALL), help="which, with commas; the first is what ratios are to")
    parser.add_argument("--cases", default=",".join(CASES), help="which, with commas [default: all]")
    parser.add_argument("--edits", type=int, default=20, help="edits of each local server [default: 20]")
    parser.add_argument("--program", action="append", default=[], metavar="TOOL=PATH", help="where a tool's program is")
    parser.add_argument("--with", dest="install", metavar="DIR", help="folder that `--install` filled")
    parser.add_argument("--install", dest="bring", metavar="DIR", help="install the peers into this folder, and end")
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "guidepost-benches"), help="where the sites lie")
    parser.add_argument("--json", help="where the numbers go [default: results.json in --folder]")
    parser.add_argument("--report", metavar="FILE", help="print the tables of an earlier run's JSON, and end")
    parser.add_argument("--timeout", type=float, default=1800, help="seconds after which a run is given up [default: 1800]")
    parser.add_argument("--note", default="", help="words about the machine's state, kept with the numbers")
    options = parser.parse_args()
    options.program = dict(word.split("=", 1) for word in options.program)
    options.cases = options.cases.split(",")
    unknown = [name for name in options.cases if name not in CASES]
    unknown += [name for name in options.tools.split(",") if name not in tools.ALL]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; cases are {', '.join(CASES)}; tools are {', '.join(tools.ALL)}")
    return options


def say(text):
    """Progress, on stderr; stdout carries the tables."""
    print(text, file=sys.stderr, flush=True)


class Comparison:
    """One size: the tools with their sites, and what was measured."""

    def __init__(self, options, found, total):
        self.options = options
        self.total = total
        self.folder = os.path.join(options.folder, str(total))
        self.log = os.path.join(self.folder, "log.txt")
        self.tools = [kind(options) for kind in found]
        self.results = {tool.name: {} for tool in self.tools}
        self.notes = []
        self.edits = 0
        self.newest = []

    def note(self, text):
        """Something that the reader of the numbers must know."""
        if text not in self.notes:
            self.notes.append(text)
            say(f"  ! {text}")

    def environment(self, tool):
        """A tool's environment: Node's own limit of memory is too low for large sites."""
        environment = {**os.environ, **tool.environment, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
        if self.total > 20_000:
            environment.setdefault("NODE_OPTIONS", "--max-old-space-size=16384")
        return environment

    def lay(self):
        """Writes the corpus and every tool's site, and builds each once."""
        shutil.rmtree(self.folder, ignore_errors=True)
        source = os.path.join(self.folder, "corpus")
        say(f"{self.total} articles: the corpus")
        corpus.write_articles(source, self.total)
        dates = []
        for number in range(self.total):
            text = tools.read(os.path.join(source, "content", "articles", corpus.name(number) + ".md"))
            dates.append((text.split("\ndate: ", 1)[1].split("\n", 1)[0], number))
        # Whoever edits, edits what is new: these are in lists and feeds on the first page.
        self.newest = [number for _, number in sorted(dates, reverse=True)[:8]]
        for tool in self.tools:
            tool.lay(os.path.join(self.folder, tool.name), source, self.total)

    def build(self, tool):
        """Builds once and measures."""
        os.sync()
        return measure.run(tool.build(), tool.site, self.log, self.options.timeout, self.environment(tool))

    def keep(self, tool, case, value):
        """Records one run."""
        self.results[tool.name].setdefault(case, []).append(value)

    def give_up(self, tool, case, why):
        """A case that did not work is told, never left out in silence."""
        self.results[tool.name][case] = {"failed": str(why)}
        self.note(f"{tool.name}, {case}: {why}")

    def agreement(self):
        """First builds, not measured: they warm the disk's cache and are compared."""
        sample = sorted({0, 4, 8, self.total // 2, self.total - 1, *range(0, self.total, max(1, self.total // 40))})
        surveys = {}
        for tool in list(self.tools):
            say(f"  first build: {tool.name}")
            tool.clean()
            try:
                self.build(tool)
                surveys[tool.name] = agree.survey(tool, sample)
            except (Failed, OSError, agree.xml.ParseError) as why:
                self.give_up(tool, "cold", why)
                self.tools.remove(tool)
        first = next(iter(surveys), None)
        for name, survey in surveys.items():
            for difference in agree.differences(surveys[first], survey)[:8] if name != first else []:
                self.note(f"{name}: {difference} (as {first} has it)")
        return {
            name: {key: value for key, value in survey.items() if key != "bodies"} | {"bodies": len(survey["bodies"])}
            for name, survey in surveys.items()
        }

    def expect(self, tool, token, paths):
        """An edit that does not show was not built."""
        for path in paths:
            with open(os.path.join(tool.site, tool.output, path), encoding="utf-8") as file:
                if token not in file.read():
                    raise Failed(f"`{path}` does not show the edit")

    def prepare(self, tool, case, run):
        """Brings a site to where a case starts; gives what its output must show."""
        number = self.newest[run % len(self.newest)]
        token = f"edit{case}{run}"
        if case == "cold":
            tool.clean()
        elif case == "kept":
            tool.clean(caches=False)
        elif case == "body":
            tool.edit_body(number, token)
            return token, [tool.page(number), *(["atom.xml"] if tool.feeds else [])]
        elif case == "title":
            tool.edit_title(number, token)
            return token, [tool.page(number), *(["atom.xml", "index.html"] if tool.feeds else [])]
        elif case == "template":
            tool.edit_template(token)
            return token, [tool.page(0), tool.page(self.total - 1)]
        return "", []

    def case(self, case):
        """Measures a case: run by run, and in each run tool by tool, so that noise is shared."""
        say(f"  {case}: {CASES[case]}")
        for run in range(self.options.runs):
            first = run % len(self.tools)
            for tool in self.tools[first:] + self.tools[:first]:
                if isinstance(self.results[tool.name].get(case), dict):
                    continue
                try:
                    wanted = self.prepare(tool, case, run)
                    measured = self.build(tool)
                    self.expect(tool, *wanted)
                    self.keep(tool, case, measured)
                except (Failed, OSError) as why:
                    self.give_up(tool, case, why)

    def same_as_clean(self):
        """Whether guidepost's output after all edits is, byte by byte, that of a clean build."""
        for tool in self.tools:
            if not isinstance(tool, tools.Guidepost):
                continue
            kept = os.path.join(self.folder, "edited")
            shutil.rmtree(kept, ignore_errors=True)
            os.rename(os.path.join(tool.site, tool.output), kept)
            tool.clean()
            self.build(tool)
            different = agree.same_trees(kept, os.path.join(tool.site, tool.output))
            shutil.rmtree(kept)
            if different:
                self.note(f"guidepost's edited output is not that of a clean build: {', '.join(different[:5])}")
            return not different
        return None

    def serve(self):
        """Measures every local server, one after the other."""
        for tool in self.tools:
            port = measure.free_port()
            command = tool.serve(port)
            if not command:
                continue
            say(f"  serve: {tool.name}")
            log = os.path.join(self.folder, f"serve-{tool.name}.txt")
            server = measure.Server(command, tool.site, port, log, self.environment(tool))
            try:
                address = lambda number: "/" + tool.page(number).removesuffix("index.html")
                limit = self.options.timeout
                found = {"start": server.wait_for(address(self.newest[0]), b"</html>", server.started, limit)}
                time.sleep(2)
                found["article"] = []
                for edit in range(self.options.edits):
                    number = self.newest[edit % len(self.newest)]
                    token = f"served{edit}body"
                    tool.edit_body(number, token)
                    found["article"].append(server.wait_for(address(number), token.encode(), time.perf_counter(), limit))
                    # Watchers gather what comes in a burst; the next save comes later.
                    time.sleep(0.3)
                found["home"] = []
                for edit in range(max(3, self.options.edits // 4)):
                    token = f"served{edit}title"
                    tool.edit_title(self.newest[0], token)
                    found["home"].append(server.wait_for("/", token.encode(), time.perf_counter(), limit))
                    time.sleep(0.3)
                found["peak_mib"] = server.peak_mib()
                self.results[tool.name]["serve"] = found
            except Failed as why:
                self.give_up(tool, "serve", why)
            finally:
                server.stop()

    def floor(self):
        """What the disk alone costs, by small external programs."""
        tool = self.tools[0]
        inputs = [name for name in sorted(os.listdir(tool.site)) if name not in [tool.output, *tool.caches]]
        copy = os.path.join(self.folder, "copy")
        jobs = {
            # The size makes find ask for every file, which the names alone would not.
            "stat every input and output": ["find", *inputs, tool.output, "-type", "f", "-size", "-1c", "-printf", ""],
            "read every input": ["find", *inputs, "-type", "f", "-exec", "cat", "{}", "+"],
            "copy the output (cp -r)": ["cp", "-r", tool.output, copy],
        }
        found = {}
        for _ in range(self.options.runs):
            for name, job in jobs.items():
                shutil.rmtree(copy, ignore_errors=True)
                os.sync()
                try:
                    found.setdefault(name, []).append(measure.run(job, tool.site, self.log, self.options.timeout))
                except Failed as why:
                    self.note(f"floor, {name}: {why}")
        shutil.rmtree(copy, ignore_errors=True)
        return found


def middle(runs, what):
    """The median of what was measured."""
    return statistics.median(run[what] for run in runs)


def seconds(value):
    """A time with three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def ratio(value):
    """A ratio with two digits that count."""
    return f"{value:.0f}×" if value >= 10 else f"{value:.1f}×" if value >= 1 else f"{value:.2f}×"


def table(head, rows):
    """A markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def report(size):
    """The tables of one size."""
    parts = [f"## {size['articles']:,} articles\n"]
    names = list(size["tools"])
    first = names[0]
    cases = [case for case in CASES if any(isinstance(size["tools"][name].get(case), list) for name in names)]
    rows = []
    for name in names:
        row = [name]
        for case in cases:
            runs, base = size["tools"][name].get(case), size["tools"][first].get(case)
            if isinstance(runs, dict):
                row.append("failed")
            elif not runs:
                row.append("—")
            else:
                text = f"{seconds(middle(runs, 'wall'))} s / {seconds(middle(runs, 'cpu'))} s / {middle(runs, 'peak_mib'):.0f} MiB"
                if name != first and isinstance(base, list):
                    ratios = [ratio(middle(runs, what) / middle(base, what)) for what in ("wall", "cpu", "peak_mib")]
                    text += f" ({', '.join(ratios)})"
                row.append(text)
        rows.append(row)
    if cases:
        parts.append(f"Wall / CPU / peak memory, medians of {size['runs']}; in brackets the ratios to {first}, in the same order.\n")
        parts.append(table(["", *(CASES[case] for case in cases)], rows) + "\n")
    rows = []
    base = size["tools"][first].get("serve")
    for name in names:
        found = size["tools"][name].get("serve")
        if not found:
            continue
        if "failed" in found:
            rows.append([name, "failed", "", "", "", ""])
            continue
        latency = sorted(found["article"])
        p95 = latency[math.ceil(len(latency) * 0.95) - 1]
        compared = ""
        if name != first and base and "failed" not in base:
            compared = f" ({ratio(statistics.median(latency) / statistics.median(base['article']))})"
        rows.append([
            name, f"{seconds(found['start'])} s", f"{seconds(statistics.median(latency))} s{compared}", f"{seconds(p95)} s",
            f"{seconds(statistics.median(found['home']))} s", f"{found['peak_mib']:.0f} MiB" if found["peak_mib"] else "—",
        ])
    if rows:
        parts.append("Local server: a file is saved, the new HTML is served.\n")
        parts.append(table(["", "first page", "article, median", "article, 95 %", "title on the home page, median", "peak memory"], rows) + "\n")
    if size.get("floor"):
        rows = [[name, f"{seconds(middle(runs, 'wall'))} s", f"{seconds(middle(runs, 'cpu'))} s"] for name, runs in size["floor"].items()]
        parts.append(f"The disk alone, with {first}'s inputs and outputs.\n")
        parts.append(table(["", "wall", "CPU"], rows) + "\n")
    rows = [
        [name, str(found["html"]), *(str(found["pages"].get(kind, 0)) for kind in ("articles", "home", "list", "tags", "categories", "other")),
         str(found["feeds"]), str(found["entries"]), str(found["sitemap"]), f"{found['output_mib']} MiB"]
        for name, found in size["agreement"].items()
    ]
    parts.append("What was built.\n")
    parts.append(table(["", "HTML pages", "articles", "home", "list of all", "tags", "categories", "other", "feeds", "entries", "in the sitemap", "output"], rows) + "\n")
    if size["same_as_clean"] is not None:
        parts.append(f"After all edits guidepost's output {'is' if size['same_as_clean'] else 'IS NOT'}, byte by byte, that of a clean build.\n")
    parts += [f"- {note}" for note in size["notes"]]
    return "\n".join(parts)


def show(everything):
    """Prints what was measured, and on what."""
    facts = everything["machine"]
    print(f"{everything['date'][:10]}, {facts.get('cpu', 'unknown CPU')}, {facts['cpus']} cores, {facts.get('memory_gib', '?')} GiB, "
          f"{facts['system']}, {facts.get('file_system', 'unknown file system')}; "
          f"load {everything['load_before'][0]:.1f} before, {everything['load_after'][0]:.1f} after. {everything['note']}")
    print("; ".join(f"{name} {version}" for name, version in everything["versions"].items()) + "\n")
    for size in everything["sizes"]:
        print(report(size))


def main():
    """Measures, or prints what was measured."""
    # Whoever ends the script ends what it started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    options = arguments()
    if options.bring:
        tools.install(options.bring)
        return
    if options.report:
        with open(options.report, encoding="utf-8") as file:
            show(json.load(file))
        return
    found, versions = [], {}
    for name in options.tools.split(","):
        try:
            versions[name] = tools.ALL[name](options).version
            found.append(tools.ALL[name])
        except tools.Missing as why:
            say(f"without {name}: {why}")
    if not found:
        sys.exit("no tool is there")
    os.makedirs(options.folder, exist_ok=True)
    everything = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": measure.machine(options.folder), "versions": versions, "note": options.note,
        "load_before": os.getloadavg(), "sizes": [],
    }
    node = shutil.which("node")
    if node and {"eleventy", "hexo"} & set(versions):
        versions["node"] = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    for total in map(int, options.articles.split(",")):
        comparison = Comparison(options, found, total)
        comparison.lay()
        size = {"articles": total, "runs": options.runs, "agreement": comparison.agreement()}
        for case in options.cases:
            if case not in ("serve", "floor") and comparison.tools:
                comparison.case(case)
        size["floor"] = comparison.floor() if "floor" in options.cases and comparison.tools else None
        size["same_as_clean"] = comparison.same_as_clean()
        if "serve" in options.cases:
            comparison.serve()
        size["tools"], size["notes"] = comparison.results, comparison.notes
        everything["sizes"].append(size)
        everything["load_after"] = os.getloadavg()
        measure.write_json(options.json or os.path.join(options.folder, "results.json"), everything)
    show(everything)


if __name__ == "__main__":
    main()
