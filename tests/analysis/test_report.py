"""The page: self-contained, well formed, safe for any text, and with the numbers of the Datasets."""

import base64
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from analysis import Section, constants, draw_pictures, judge, thresholds, write_report

EPSILONS = (0.3, 0.1, 0.05)
VOID = {"meta", "link", "img", "br", "hr", "input"}
NASTY = "<script>alert(1)</script> & \"quoted\" <b>|x| < 1</b> {{ 7 * 7 }} 'end'"


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
    assert path == folder / "index.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    """The page, parsed."""
    return Page(text)


def test_page_loads_nothing(page, text):
    """Every source is a data: URI; no address is loaded by element, style or picture."""
    addresses = [value for _, attrs in page.elements for name, value in attrs.items() if name in ("src", "href")]
    assert len(addresses) >= 5
    assert all(address.startswith("data:") for address in addresses)
    assert not {"script", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.elements}
    assert "@import" not in text
    assert not re.search(r"url\((?!\s*['\"]?data:)", text)


def test_pictures_are_embedded_whole(page):
    """Each image decodes to an SVG that itself refers only to its own parts, and has a text to read aloud."""
    images = page.all("img")
    assert len(images) == 4
    for image in images:
        kind, content = image["src"].split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        svg = base64.b64decode(content).decode()
        assert svg.rstrip().endswith("</svg>")
        assert all(link.startswith(("#", "data:")) for link in re.findall(r'href="([^"]*)"', svg))
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
            assert dataset.attrs[name] in shown
        for formula in dataset["formula"].to_numpy():
            assert formula in page.text("code")
    assert shown.count("400 trials") == 2
    assert shown.count("0123456789abcdef") == 2


def test_verdicts_are_those_of_judge(page, datasets):
    """One row an event, with exactly the outcome and reason that `judge` gives."""
    rows = [["".join(cell).strip() for cell in row] for row in page.rows if len(row) == 4 and row[1] != ["event"]]
    events = [(dataset, event) for dataset in datasets for event in dataset["event"].to_numpy()]
    verdict_rows = rows[: len(events)]
    for row, (dataset, event) in zip(verdict_rows, events, strict=True):
        verdict = judge(dataset, EPSILONS, event=event)
        assert row[1:] == [event, verdict.outcome.value, verdict.reason]
        assert row[0] == (dataset.attrs["claim_title"] if event == "statement" else "")


def shown_cells(page, kind):
    """The (value, interval) cells of the rows of n* or of C, in order."""
    rows = [row for row in page.rows if len(row) == 2 + len(EPSILONS) and row[1] == [kind]]
    return [[tuple(cell) for cell in row[2:]] for row in rows]


def interval_text(low, high, form):
    return f"{low:{form}} to {high:{form}}" if np.isfinite(high) else f"at least {low:{form}}"


@pytest.mark.parametrize(("kind", "name", "form"), [("n*", "n_star", ".0f"), ("C", "constant", ".2f")])
def test_numbers_are_those_of_thresholds(page, datasets, kind, name, form):
    """Each cell of n* and C and its interval is the Dataset's number, rounded."""
    rows = shown_cells(page, kind)
    events = [(dataset, event) for dataset in datasets for event in dataset["event"].to_numpy()]
    assert len(rows) == len(events) == 4
    for row, (dataset, event) in zip(rows, events, strict=True):
        found = thresholds(dataset, EPSILONS).sel(event=event, d=1)
        for cell, e in zip(row, EPSILONS, strict=True):
            value, low, high = (found[name + suffix].sel(epsilon=e).item() for suffix in ("", "_low", "_high"))
            assert cell == (f"{value:{form}}", interval_text(low, high, form))


def test_nothing_on_the_grid(counted, tmp_path):
    """Where no n qualifies the page says so in words, never `inf` or `nan`, and the verdict is UNDECIDED."""
    dataset = counted([0, 0, 0], 50, [1, 2, 3])
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=(0.1,)).read_text())
    assert "UNDECIDED" in page.text("td")
    assert "beyond the grid" in page.text("td")
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
    assert "ε = 0.1" in page.text("th")
    assert "ε = 0.05" not in page.text("th")


def test_resolution_above_every_epsilon(random_raw, tmp_path):
    """A sweep coarser than everything asked for is shown at its resolution, as in the pictures."""
    dataset = random_raw(n=20, resolution=0.4, tolerance=0.01)
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
    assert "ε = 0.4" in page.text("th")


def table_rows(page):
    """The rows of the table of constants: cells as texts, the headings of sweeps among them."""
    cells = [["|".join(part.strip() for part in cell) for cell in row] for row in page.rows]
    start = cells.index(["n*", "C", "slack"] * 4)
    return cells[start + 1 : cells.index(["claim", "event", "verdict", "why"])]


def expected_text(row, name, form):
    value, low, high = (row[name + end].item() for end in ("", "_low", "_high"))
    if np.isnan(value):
        return f"≥ {low:{form}}" if np.isfinite(low) else ""
    if name == "constant" or (name == "slack" and row["rank"].item() == 0):
        return "1" if name == "slack" else f"{value:{form}}"
    return f"{value:{form}}|{interval_text(low, high, form)}"


def test_table_on_top_has_the_numbers_of_constants(random_raw, dims_raw, tmp_path):
    """Every n*, C and slack with its interval is the Dataset's number, rounded; gaps are marked, sweeps are named."""
    deep = dims_raw(n=12, claim="theorem1", label="Theorem 1, depth 2", resolution=0.05, tolerance=0.01)
    datasets = [random_raw(n=9), deep]
    page = Page(write_report(datasets, [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
    shown, expected = table_rows(page), []
    for dataset in datasets:
        table = constants([dataset])
        expected.append([dataset.attrs.get("label", dataset.attrs["claim_title"])])
        for case in np.lexsort((table["d"], table["rank"])):
            row = table.isel(case=case)
            named = row["event"].item() if row["d"].item() == 1 else ""
            cells = [f"{row['d'].item()}|{named}" if named else f"{row['d'].item()}"]
            for e in table["epsilon"].to_numpy():
                cell = row.sel(epsilon=e)
                forms = (("n_star", ".0f"), ("constant", ".2f"), ("slack", ".2f"))
                unresolved = cell["missing"].item() == "not resolved by the sweep"
                cells += ["†"] if unresolved else [expected_text(cell, *form) for form in forms]
            expected.append(cells)
    assert [["|".join(filter(None, cell.split("|"))) for cell in row] for row in shown] == expected
    assert sum(row.count("†") for row in shown) == 2 * 9
    assert any("≥" in cell for row in shown for cell in row)


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
    notes = [item for item in re.split("(?=Theorem|Lemma)", page.text("li")) if "not resolved" in item]
    assert len(notes) == 1
    assert (
        "Theorem 1, depth 2: not resolved at this size; about 3 h on one core for ε = 0.03, about 2.3 days" in notes[0]
    )
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
    texts = [Page(write_report([d], [], tmp_path / "i.html").read_text()).text("li") for d in (older, odd)]
    assert "Theorem 3: not resolved at this size:" in texts[0]
    assert "about 30 s on one core for ε = 0.03" in texts[1]
    law = older.assign_attrs(
        parameters='{"law": {"class": "Frozen", "name": "norm", "parameters": [0.0, 0.5]}, "low": -1}'
    )
    page = Page(write_report([law], [], tmp_path / "i.html").read_text())
    assert "--set law=norm:0,0.5 --set low=-1" in page.text("code")
    assert "ticketsum sweep" not in Page(write_report([odd], [], tmp_path / "i.html").read_text()).text("code")


def test_sections_show_every_d(dims_raw, tmp_path):
    """A sweep over several d: n* of each event and d at every epsilon, C left to the table on top."""
    dataset = dims_raw(n=30)
    page = Page(write_report([dataset], [], tmp_path / "index.html", epsilon=EPSILONS).read_text())
    found = thresholds(dataset, EPSILONS)
    rows = [row for row in page.rows if len(row) == 3 + len(EPSILONS) and row[2] == ["n*"]]
    assert [row[1] for row in rows] == [["1"], ["2"], ["4"]] * 3
    expected = [f"{value:.0f}" for value in found["n_star"].to_numpy().ravel()]
    assert [cell[0] for row in rows for cell in row[3:]] == expected
    assert not [row for row in page.rows if len(row) > 2 and row[2] == ["C"]]


def test_labels_name_the_sweeps(dims_raw, tmp_path):
    """Sweeps of one claim are told apart in headings, verdicts and provenance."""
    sweeps = [dims_raw(claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (1, 2)]
    page = Page(write_report(sweeps, [], tmp_path / "index.html").read_text())
    for sweep in sweeps:
        assert page.text("h2").count(sweep.attrs["label"]) == 1
        assert page.text("td").count(sweep.attrs["label"]) == 1


def test_wide_tables_scroll_by_themselves(page):
    """Every table stands in a container of its own that scrolls, so that the page does not."""
    tags = [(tag, attrs.get("class", "")) for tag, attrs in page.elements]
    tables = [place for place, (tag, _) in enumerate(tags) if tag == "table"]
    assert len(tables) == 4
    assert all(tags[place - 1] == ("div", "scroll") for place in tables)


def test_sections_and_slips(datasets, random_raw, tmp_path):
    """What is no claim over n has its table and its command, escaped like all text; the paper's slips are named."""
    rows = (("row", "0.5"), (NASTY, "1"))
    section = Section("A part", ("First.", NASTY), "ticketsum part", "what it shows", ("kind", "value"), rows)
    page = Page(write_report(datasets, [], tmp_path / "page.html", sections=[section], epsilon=EPSILONS).read_text())
    cells = [["".join(cell).strip() for cell in row] for row in page.rows]
    assert all(list(row) in cells for row in (("kind", "value"), *rows))
    assert "ticketsum part" in page.text("code")
    assert "what it shows" in page.text("caption")
    assert "(log 2)/2" in page.text("li")
    assert not page.all("script")
