"""README and all other pages keep their word: links lead somewhere, commands and code run."""

import re
import shlex
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TAUGHT = ("README", "docs/tutorial", "docs/own-claim", "docs/pruned-network", "docs/long-runs", "docs/gallery")
"""Pages whose commands are run, in this order, in one folder."""
PAGES = [*(ROOT / f"{name}.md" for name in TAUGHT), *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [*dict.fromkeys(PAGES), *sorted((ROOT / "data").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_RUN = ("reproduce", "experiment1", "experiment2", "train-target", "packing")
"""Commands that take minutes or need torch; .ci/run or tests of their own run them. They are parsed here."""


def anchors(page):
    """What `#...` may say of a page: its headings in small letters, blanks as hyphens, other signs left out."""
    headings = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken(text, page):
    """The links of a page that lead nowhere: to no file, or to no heading of it. Addresses of the web are not asked."""
    wrong = []
    for target in LINK.findall(BLOCK.sub("", text)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            wrong.append(target)
    return wrong


def commands(text):
    """The lines of shell blocks that start with `ticketsum`, without comments, as lists of words."""
    lines = [line for language, body in BLOCK.findall(text) if language == "sh" for line in body.splitlines()]
    parts = [part for line in lines for part in re.split(r"\s&&\s", line)]
    words = [shlex.split(part, comments=True) for part in parts]
    return [word[1:] for word in words if word and word[0] == "ticketsum"]


ALL_COMMANDS = [words for page in PAGES for words in commands(page.read_text())]
TAUGHT_TEXT = "\n".join(page.read_text() for page in PAGES[: len(TAUGHT)])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    """Every file a page links to is there, and has the heading that the link names."""
    assert broken(page.read_text(), page) == []


def test_a_broken_link_is_noticed():
    """Control: no such file, no such heading."""
    text = "[](NOWHERE.md) ![](README.md) [](README.md#nowhere) [](README.md#citing) [](https://x.org) [](#citing)"
    assert broken(text, PAGES[0]) == ["NOWHERE.md", "README.md#nowhere"]


@pytest.mark.parametrize("words", ALL_COMMANDS, ids=" ".join)
def test_commands_are_understood(words):
    """The command line has the command and all its options, and the values have their types."""
    from montecarlo.cli.app import app

    app.parse_args(words, print_error=False, exit_on_error=False)


def test_a_wrong_command_is_noticed():
    """Control: an option that there is not."""
    from cyclopts import CycloptsError

    from montecarlo.cli.app import app

    (words,) = commands("```sh\nticketsum claims && ticketsum sweep theorem3 --depth 3  # deep\n```\n")[1:]
    with pytest.raises(CycloptsError):
        app.parse_args(words, print_error=False, exit_on_error=False)


@pytest.mark.slow
def test_commands_run(ticketsum, tmp_path, monkeypatch):
    """All shell blocks of `TAUGHT` in order, in one folder, at their sizes: all end with 0, verify with its verdict."""
    monkeypatch.chdir(tmp_path)
    (own,) = (body for _, body in BLOCK.findall(TAUGHT_TEXT) if "class Thinned" in body)
    Path("my_claims.py").write_text(own)
    assert ticketsum("sweep", "single_link", "--n", "1:12", "--trials", "500", "--out", "OTHER").code == 0
    run = [words for words in commands(TAUGHT_TEXT) if words[0] not in NOT_RUN and "HOST" not in " ".join(words)]
    assert len(run) > 15
    for words in run:
        if words[0] == "compare" and "OTHER" not in words and not Path(words[1]).exists():
            continue  # of runs that reproduce makes
        answer = ticketsum(*words)
        assert answer.code in ((0, 1, 3) if words[0] == "verify" else (0,)), (words, answer.err)


@pytest.mark.slow
def test_python_runs():
    """All Python blocks in order, in one process."""
    blocks = [body for language, body in BLOCK.findall(TAUGHT_TEXT) if language == "python"]
    assert len(blocks) >= 3
    space = {}
    for block in blocks:
        exec(compile(block, "a page", "exec"), space)
    assert (space["best"].errors <= 1e-3).all()
    assert (space["radius"] < 0.01).all()
