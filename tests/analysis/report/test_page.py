"""The page: self-contained, well formed, safe for any text, and with the numbers of the Datasets."""

import base64
import hashlib
import json
import re
import shlex
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest

import analysis
from analysis import Column, Picture, Section, Table, constants, draw_pictures, judge
from analysis.report.claims import claim_parts
from analysis.report.commands import sweep_command
from analysis.report.embedding import embedded
from analysis.report.page import _lines, _origins, _provenance
from analysis.report.typeset import typeset

EPSILONS = (0.3, 0.1, 0.05)
VOID = {"meta", "link", "img", "br", "hr", "input"}
NASTY = "<script>alert(1)</script> & \"quoted\" <b>|x| < 1</b> {{ 7 * 7 }} 'end'"


def write_report(datasets, pictures, path, **options):
    """The path of the page that `analysis.write_report` writes."""
    analysis.write_report(datasets, pictures, path, **options)
    return path


class Page(HTMLParser):
    """Elements with attributes, text by element, rows of the tables; fails on tags that do not match."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.rows, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append([])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1].append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag=None):
        return " ".join("".join(data for name, data in self.texts if tag in (None, name)).split())


def typeset_text(text):
    """What a reader sees of a text of a claim."""
    return Page(f"<p>{typeset(text)}</p>").text()


@pytest.fixture(scope="module")
def datasets(random_raw):
    """Two claims, one of three events, one whose statement is hostile."""
    return [
        random_raw(n=20, trials=400, statement=NASTY),
        random_raw(n=20, trials=400, events=3, claim="lemma1", seed=1),
    ]


@pytest.fixture(scope="module")
def text(datasets, tmp_path_factory):
    """The page's source."""
    folder = tmp_path_factory.mktemp("report")
    pictures = draw_pictures(datasets[1:], folder, epsilon=EPSILONS)
    path = write_report(datasets, pictures, folder / "index.html", epsilon=EPSILONS, command="made <by> & me")
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    """The page, parsed."""
    return Page(text)


def test_page_loads_nothing(page, text):
    """Every source is a data: URI; no address is loaded by element, style or picture."""
    addresses = [value for _, attrs in page.elements for name, value in attrs.items() if name in ("src", "href")]
    assert len(addresses) >= 5
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert not {"script", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.elements}
    assert "@import" not in text
    assert not re.search(r"url\((?!\s*['\"]?(?:data:|%23|#))", text)


def test_policy_allows_the_page_itself_alone(page, text):
    """Embedded pictures and the one style sheet, told by its hash; no scripts, no addresses, no styles of elements."""
    (policy,) = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    (style,) = re.findall(r"<style>(.*?)</style>", text.split("<body>")[0], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert rules.pop("style-src") == f"'sha256-{digest}'"
    assert rules == {"default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
    assert not [attrs for _, attrs in page.elements if "style" in attrs]
    assert text.index("Content-Security-Policy") < text.index("<style>")


def test_pictures_are_embedded_whole(page):
    """Each image decodes to an SVG that itself refers only to its own parts, and has a text to read aloud."""
    images = page.all("img")
    assert len(images) == 4
    for image in images:
        kind, content = image["src"].split(",", 1)
        assert kind == "data:image/svg+xml"
        svg = unquote(content)
        assert svg.rstrip().endswith("</svg>")
        links = re.findall(r'href="([^"]*)"', svg)
        assert all(link.startswith(("#", "data:")) for link in links)
        assert {link[1:] for link in links if link.startswith("#")} <= set(re.findall(r' id="([^"]*)"', svg))
        assert len(image["alt"]) > 20


def test_page_is_a_proper_document(page, text):
    """One doctype, title, language, character set, viewport and main heading."""
    assert text.lower().startswith("<!doctype html>")
    assert len(page.all("title")) == 1
    assert page.text("title")
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1
    metas = page.all("meta")
    assert {"charset": "utf-8"} in metas
    assert any(meta.get("name") == "viewport" and "width=device-width" in meta["content"] for meta in metas)


def test_hostile_text_stays_text(page, text, datasets):
    """Tags, quotes and braces of a statement or a command are shown, never obeyed."""
    assert not page.all("script")
    assert "<script" not in text
    assert NASTY in page.text("blockquote")
    assert "made <by> & me" in page.text("code")


def test_every_claim_is_there(page, datasets):
    """Title, statement, source, formulas, trials and provenance of every claim."""
    shown = page.text()
    for dataset in datasets:
        for name in ("claim_title", "statement", "source"):
            assert typeset_text(dataset.attrs[name]) in shown
        for formula in dataset["formula"].to_numpy():
            assert typeset_text(formula) in shown
    assert shown.count("400 trials") == 2
    assert shown.count("sampling 1, covering 1, claim 1") == 2
    assert "ticketsum plot lemma-1" in shown


def test_verdicts_are_those_of_judge(page, datasets):
    """Every sweep has exactly the outcome and reason that `judge` gives, once, and so has its row on top."""
    for dataset in datasets:
        verdict = judge(dataset, EPSILONS)
        assert page.text().count(f"{verdict.outcome} {typeset_text(verdict.reason)}") == 1
        (row,) = [row for row in page.rows if dataset.attrs["claim_title"] in row[0][:1]][:1]
        assert row[1] == [verdict.outcome.value]


def test_table_on_top_is_read_from_constants(page, datasets):
    """C at the finest accuracy that all claims answer, and the slack of the proof, with their intervals."""
    tables = [constants([dataset], (*EPSILONS, 0.03, 0.01)) for dataset in datasets]
    first = [table.isel(case=np.flatnonzero(table["rank"] == 0)) for table in tables]
    finest = min(e for e in tables[0]["epsilon"].to_numpy() if all(t["n_star"].sel(epsilon=e).notnull() for t in first))
    assert f"C and slack at ε = {finest:g}" in page.text()
    for dataset, table in zip(datasets, tables, strict=True):
        row = next(row for row in page.rows if dataset.attrs["claim_title"] in row[0][:1])
        at = table.sel(epsilon=finest)
        expected = ["constant", 0, ".2f"], *([["slack", -1, ".1f"]] if at.sizes["case"] == 3 else [])
        for place, (name, case, form) in enumerate(expected, 2):
            assert "".join(row[place]).split(maxsplit=1) == text_of(at.isel(case=case), name, form)


def text_of(cell, name, form):
    value, low, high = (cell[name + end].item() for end in ("", "_low", "_high"))
    if not np.isfinite(value):
        return [f"≥ {low:{form}}"]
    if name == "slack" and cell["rank"].item() == 0:
        return ["1"]
    return [f"{value:{form}}", f"[{low:{form}}, {high:{form}}]" if np.isfinite(high) else f"≥ {low:{form}}"]


def number_rows(page, width):
    """Rows of the tables of n*, C and slack with so many numbers behind the name of the event."""
    rows = [["".join(cell).strip() for cell in row] for row in page.rows]
    return [row[-width:] for row in rows if len(row) in (width, width + 1) and re.fullmatch(r"[\d.]+", row[-4])]


def test_every_number_is_that_of_constants(random_raw, dims_raw, tmp_path):
    """Each cell of n*, C and slack, at every event, d and epsilon, is the table's number, rounded."""
    for dataset in (random_raw(n=20, trials=400, events=3, claim="lemma1"), dims_raw(n=30)):
        page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
        table, several = constants([dataset], sorted({*EPSILONS, 0.03, 0.01}, reverse=True)), dataset.sizes["d"] > 1
        expected = []
        for case in np.lexsort((table["d"], table["rank"])):
            for e in table["epsilon"].to_numpy():
                cell = table.isel(case=case).sel(epsilon=e)
                forms = (("n_star", ".0f"), ("constant", ".2f"), ("slack", ".2f"))
                texts = [" ".join(text_of(cell, *form)).replace("≥ nan", "") for form in forms]
                expected.append([*([f"{cell['d'].item()}"] if several else []), f"{e:g}", *texts])
        shown = number_rows(page, 5 if several else 4)
        assert shown[-len(expected) :] == expected


def test_nothing_on_the_grid(counted, tmp_path):
    """Where no n qualifies the page says so in words, never `inf` or `nan`, and the verdict is UNDECIDED."""
    dataset = counted([0, 0, 0], 50, [1, 2, 3])
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=(0.1,)).read_text())
    assert "UNDECIDED" in page.text("span")
    assert "≥ 4" in page.text("td")
    assert not re.search(r"\b(inf|nan)\b", page.text()), re.findall(r"[^.]{0,30}\b(?:inf|nan)\b", page.text())


def test_page_describes_the_grid_it_has(counted, tmp_path):
    """A sweep of n = 2, 5, 9 is not called "every n from 1 to 9"."""
    dataset = counted([10, 45, 50], 50, [2, 5, 9])
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=(0.1,)).read_text())
    assert "every n from 1 to 9" not in page.text()


def test_brackets_and_resolution_are_stated(random_raw, tmp_path):
    """Certified brackets: tolerance and resolution are on the page, and epsilons below are left out."""
    dataset = random_raw(n=20, resolution=0.1, tolerance=0.01)
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
    assert "within 1%, not followed below 0.1" in page.text()
    assert {"0.3", "0.1"} == {row[0] for row in number_rows(page, 4)}


def test_resolution_above_every_epsilon(random_raw, tmp_path):
    """A sweep coarser than everything asked for is shown at its resolution, as in the pictures."""
    dataset = random_raw(n=20, resolution=0.4, tolerance=0.01)
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
    assert {row[0] for row in number_rows(page, 4)} == {"0.4"}


def test_notes_say_what_is_out_of_reach(dims_raw, random_raw, tmp_path):
    """One note for the sweep with gaps: what filling them costs, in lengths of time, and a command; none for others."""
    cost = '{"0.3": 1.0, "0.1": 60.0, "0.03": 10800.0, "0.01": 200000.0}'
    parameters = '{"depth": 2}'
    coarse = dims_raw(
        n=12,
        claim="theorem1",
        label="Theorem 1, depth 2",
        resolution=0.05,
        tolerance=0.01,
        cost=cost,
        parameters=parameters,
    )
    page = Page(write_report([random_raw(n=30), coarse], [], tmp_path / "index.html").read_text())
    notes = [item for item in re.split("(?=Finer)", page.text("p")) if "not resolved" in item]
    assert len(notes) == 1
    assert "not resolved at this size; about 3 h on one core for ε = 0.03, about 2.3 days" in notes[0]
    command = next(text for tag, text in page.texts if tag == "code" and "sweep theorem1" in text)
    assert re.fullmatch(
        r"ticketsum sweep theorem1 --set depth=2 --d 1,2,4 --n 1:\d+ --trials 200 "
        r"--relative-tolerance 0.01 --resolution 0.005",
        command,
    )
    assert int(re.search(r"1:(\d+)", command)[1]) > 12


def test_notes_without_cost_or_command(random_raw, tmp_path):
    """An older file without costs gets the command alone; a parameter no command can give leaves the command out."""
    older = random_raw(n=30, resolution=0.05, tolerance=0.01)
    odd = older.assign_attrs(parameters='{"law": {"class": "Odd", "shape": 2.0}}', cost='{"0.03": 30}')
    texts = [Page(write_report([d], [], tmp_path / "i.html").read_text()).text("p") for d in (older, odd)]
    assert "are not resolved at this size:" in texts[0]
    assert "about 30 s on one core for ε = 0.03" in texts[1]
    law = older.assign_attrs(
        parameters='{"law": {"class": "Frozen", "name": "norm", "parameters": [0.0, 0.5]}, "low": -1}'
    )
    page = Page(write_report([law], [], tmp_path / "i.html").read_text())
    assert "--set law=norm:mean=0,std=0.5 --set low=-1" in page.text("code")
    assert "ticketsum sweep" not in Page(write_report([odd], [], tmp_path / "i.html").read_text()).text("code")


def test_labels_name_the_sweeps(dims_raw, tmp_path):
    """Sweeps of one claim have one part; their labels tell them apart in it and in the provenance."""
    sweeps = [dims_raw(claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (1, 2)]
    page = Page(write_report(sweeps, [], tmp_path / "index.html").read_text())
    assert page.text("h2").count("Theorem 1") == 1
    for sweep in sweeps:
        assert page.text("summary").count(f"{sweep.attrs['label']}, d = 1, 2, 4") == 1
        assert page.text("a").count(sweep.attrs["label"]) == 1


def test_sections_and_slips(datasets, random_raw, tmp_path):
    """What is no claim over n has its table and its command, escaped like all text; the paper's slips are named."""
    rows = (("row", "0.5"), (NASTY, "1"))
    table = Table("what it shows", [Column("kind"), Column("value")], ["what epsilon is"], rows=list(rows))
    section = Section("A part", ("First.", NASTY), "ticketsum part", table)
    page = Page(write_report(datasets, [], tmp_path / "page.html", sections=[section], epsilon=EPSILONS).read_text())
    cells = [["".join(cell).strip() for cell in row] for row in page.rows]
    assert all(list(row) in cells for row in (("kind", "value"), *rows))
    assert "ticketsum part" in page.text("span")
    assert "what it shows" in page.text("p")
    assert "what ε is" in page.text("p")
    assert "(log 2)/2" in page.text("dd")
    assert "we read ≥" in page.text("dd")
    assert not page.all("script")


STEERING = "\x1b[2J\x9b1m\u202e\u2066\r\n\t"


def test_steering_characters_are_spelled_out(random_raw, tmp_path):
    """Controls and bidi controls in labels, events and statements are visible on the page, which has none itself."""
    texts = dict.fromkeys(("label", "claim_title", "statement", "source", "seed", "words", "group"), f"x{STEERING}")
    dataset = random_raw(n=6).assign_attrs(texts)
    dataset = dataset.assign_coords(event=[f"{STEERING}{k}" for k in range(dataset.sizes["event"])])
    dataset = dataset.assign({name: dataset["formula"].copy(data=[STEERING]) for name in ("words", "role")})
    html = write_report([dataset], [], tmp_path / "page.html", epsilon=[0.3]) and (tmp_path / "page.html").read_text()
    assert all(line.isprintable() for line in html.split("\n"))
    assert "\\x1b[2J\\x9b1m\\u202e\\u2066\\r\\n\\t" in html


def test_commands_on_the_page_are_quoted(random_raw, tmp_path):
    """Claim, parameters and seed of a file that somebody sent are words of the command, whatever is in them."""
    nasty = "$(touch x); 'y'"
    dataset = random_raw(n=6, parameters=json.dumps({"kind": nasty, "w": 0.1 + 0.2})).assign_attrs(
        claim=nasty, seed=nasty
    )
    words = shlex.split(sweep_command(dataset, out="a b"))
    assert words[:3] == ["ticketsum", "sweep", nasty]
    assert words[3:7] == ["--set", f"kind={nasty}", "--set", "w=0.30000000000000004"]
    assert words[words.index("--seed") + 1] == nasty
    assert words[-2:] == ["--out", "a b"]


@pytest.mark.parametrize(
    "law",
    [
        {"class": "Frozen", "name": "test", "parameters": []},
        {"class": "Frozen", "name": "poisson", "parameters": [1.0]},
        {"class": "Frozen", "name": "norm", "parameters": ["$(x)", 1]},
        {"class": "Frozen", "name": "laplace", "parameters": ["$(x)", 1]},
        {"class": "Uniform", "low": "x", "high": 1},
    ],
)
def test_a_law_that_no_command_can_write_leaves_none(random_raw, law):
    """What is no continuous law of SciPy, or has no numbers."""
    assert sweep_command(random_raw(n=6, parameters=json.dumps({"law": law}))) == ""


def test_an_ampersand_in_an_embedded_picture(tmp_path):
    """Text kept as text in an SVG: the picture on the page, as a browser reads it, is the SVG."""
    (tmp_path / "a.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text>a &amp; b &lt;i&gt; "c"</text></svg>'
    )
    address = embedded(Picture("a", "t", "s", tmp_path / "a.png", tmp_path / "a.svg"))
    (read,) = Page(f'<img src="{address}">').all("img")
    svg = unquote(read["src"].removeprefix("data:image/svg+xml,"))
    assert "".join(ET.fromstring(svg).itertext()) == 'a & b <i> "c"'


def test_differences_have_minus_signs():
    """Before a number and between terms; a hyphen inside of a word stays."""
    assert typeset("log2 n - 1 in (-1, 1), two-sided") == "log2 n \N{MINUS SIGN} 1 in (\N{MINUS SIGN}1, 1), two-sided"


def test_every_origin_is_told_once(random_raw):
    """Equal versions, machine and commit are one; where one of them differs, there are two."""
    plain = random_raw()
    made = json.loads(plain.attrs["provenance"])
    changed = ({}, {"machine": "another"}, {"versions": {"numpy": "2.1.0"}}, {"python": "3.12.0"}, {"commit": "abc"})
    sweeps = [plain.assign_attrs(provenance=json.dumps(made | change)) for change in changed]
    assert [len(_origins([plain, sweep])) for sweep in sweeps] == [1, 2, 2, 2, 2]
    assert _origins([sweeps[2]]) == [({"numpy": "2.1.0", "python": "3.11.0"}, "a machine", "")]


def test_provenance_has_the_seed_of_each_sweep(random_raw):
    sweeps = [random_raw(claim=claim).assign_attrs(seed=seed) for claim, seed in (("theorem3", "5"), ("lemma1", "7"))]
    rows = _provenance(sweeps, claim_parts(sweeps, EPSILONS, [], {}))
    assert [row["seed"] for row in rows] == ["5", "7"]


def test_table_on_top_has_claims_then_sections_about_claims_then_others():
    """Whatever the order they are given in; a section without a line has no row."""
    lines = [analysis.Line(name, name, "", "") for name in "ab"]
    other = Section("B", (), "", line=lines[1])
    claim = Section("A", (), "", line=lines[0], of_claim=True)
    assert _lines([], [other, Section("C", (), ""), claim]) == lines


def test_a_sweep_of_format_2_names_the_hash_of_its_sources(random_raw):
    """It has no versions of numbers."""
    new, old = random_raw(claim="theorem3"), random_raw(claim="lemma1")
    made = {name: value for name, value in json.loads(old.attrs["provenance"]).items() if name != "numbers"}
    old = old.assign_attrs(provenance=json.dumps(made | {"fingerprint": "0123456789abcdef"}))
    rows = _provenance([new, old], claim_parts([new, old], EPSILONS, [], {}))
    assert [row["numbers"] for row in rows] == ["sampling 1, covering 1, claim 1", "0123456789abcdef"]
