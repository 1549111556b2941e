"""Names and texts of others at the command line, end to end: shown as they are, never obeyed."""

import csv
import io
import shlex
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import Picture
from montecarlo import load, save
from montecarlo.cli import main
from montecarlo.cli.export import harmless as harmless_cells

SWEEP = ("sweep", "theorem3", "--n", "1:4", "--trials", "60", "--jobs", "1")
FOLDERS = ["run[seed=1]", "d[/b]", "a b", ":100:", "$(touch x); 'y'", "-x"]
STEERING = "\x1b[2J\x9b1m\u202e\u2066\r\n\t"
FORMULA = '=HYPERLINK("http://x","y")'


def harmless(answer):
    """Nothing on either stream but printable characters and ends of lines."""
    for text in (answer.out, answer.err):
        assert all(line.isprintable() for line in text.split("\n")), text
    assert "Traceback" not in answer.err
    return answer


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def copied(made, here):
    """Copies the run into a folder of the working directory."""
    return lambda name: Path(shutil.copytree(made, name))


def test_sweep_names_its_folder_and_the_next_command(ticketsum, here):
    """The folder is named verbatim; the command that follows is read by a shell as that folder."""
    for name in FOLDERS:
        answer = harmless(ticketsum(*SWEEP, f"--out={name}"))
        assert answer.code == 0, answer.err
        said = answer.err.splitlines()[-1]
        assert said.startswith(f"Stored in {name}. Next: ticketsum estimate ")
        words = shlex.split(said.partition("Next: ")[2])
        assert words[:2] == ["ticketsum", "estimate"]
        assert Path(words[2]) == Path(name)
    assert name.startswith("-")  # the last one, which would be an option
    estimated = harmless(ticketsum(*words[1:]))
    assert f"{name}/estimates.nc" in estimated.out
    assert (here / name / "estimates.nc").is_file()


def test_readers_name_their_files_verbatim(ticketsum, copied, monkeypatch):
    """Every command that reads a run, with brackets in its path."""
    monkeypatch.setattr(analysis, "draw_pictures", lambda _, at: [Picture("a", "A", "A.", at / "a.png", at / "a.svg")])
    folder = copied("d[/b]/run[seed=1]")
    for command in ("estimate", "plot", "status", "show", "export", "consolidate", "compare"):
        options = {"compare": ("--epsilon", "0.3", "--out", folder / "c[bold]")}.get(command, ())
        answer = harmless(ticketsum(command, folder, *options))
        assert answer.code == 0, answer.err
        assert command == "status" or str(folder) in answer.out


def planted(folder, text):
    """The run with `text` in its label, title, words, statement and events, under a valid seal."""
    dataset = load(folder)
    attrs = dict.fromkeys(("label", "claim_title", "words", "group", "statement", "source", "note"), text)
    events = [f"{text}{k}" for k in range(dataset.sizes["event"])]
    dataset = dataset.assign_attrs(attrs).assign_coords(event=events)
    save(dataset.assign(words=("event", np.array(events, dtype=object))), folder / "raw.nc")


@pytest.mark.parametrize("text", [STEERING, "[/b][bold]x:100:", FORMULA])
def test_texts_of_a_file_are_shown(ticketsum, copied, text):
    """Labels and events with escapes, bidi controls, markup, emoji codes and formulas."""
    planted(copied("RUN"), text)
    shown = text.encode("unicode_escape").decode() if text == STEERING else text
    for command in ("estimate", "show", "export"):
        answer = harmless(ticketsum(command, "RUN"))
        assert answer.code == 0, answer.err
        assert command == "export" or shown in answer.out


@pytest.mark.parametrize("role", [STEERING, "IMPLIES", ""])
def test_a_role_that_is_none_is_refused(ticketsum, copied, role):
    """By every reader, in one harmless line."""
    dataset = load(copied("RUN"))
    save(dataset.assign(role=("event", np.array([role], dtype=object))), "RUN/raw.nc")
    for command in ("estimate", "show", "plot", "export"):
        line = harmless(ticketsum(command, "RUN")).one_line_error()
        assert "its roles must be implied_by, implies, statement, got" in line


@pytest.mark.parametrize("command", [("plot",), ("compare", "--epsilon", "0.3")])
def test_texts_of_a_file_are_drawn(ticketsum, copied, here, command):
    """Half of a formula ends no figure, what steers a terminal breaks no SVG."""
    planted(copied("RUN"), rf"$\frac{{$ & <b>{STEERING}")
    answer = harmless(ticketsum(command[0], "RUN", *command[1:]))
    assert answer.code == 0, answer.err
    svgs = list(here.rglob("*.svg"))
    assert svgs
    for svg in svgs:
        ET.parse(svg)


def test_texts_in_csv_are_no_formulas(ticketsum, copied):
    """What begins like a formula has an apostrophe in front, numbers have none."""
    planted(copied("RUN"), FORMULA)
    assert ticketsum("export", "RUN", "--csv", "a.csv").code == 0
    assert ticketsum("compare", "RUN", "--epsilon", "0.3", "--out", "c").code == 0
    for file in ("a.csv", "c/constants.csv"):
        rows = list(csv.DictReader(io.StringIO(Path(file).read_text())))
        assert {row["event"] for row in rows} == {f"'{FORMULA}0"}
        cells = [cell for row in rows for cell in row.values()]
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in cells)
        assert sum(map(number, cells)) > len(rows)
    assert {row["label"] for row in rows} == {f"'{FORMULA}"}


def test_which_cells_get_an_apostrophe():
    """Texts that begin with =, +, -, @, tab, carriage return or line feed; no other texts, no numbers, no gaps."""
    frame = pd.DataFrame({"x": [-1.5, np.nan], "n": [-1, 2]})
    for text, cell in {
        "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": r"'\t=1", "\r=1": r"'\r=1", "\n=1": r"'\n=1",
        "a=1": "a=1", " =1": " =1", "'=1": "'=1", "": "", "a\nb": r"a\nb",
    }.items():  # fmt: skip
        found = harmless_cells(frame.assign(event=[text, text]))
        assert found["event"].tolist() == [cell, cell]
        pd.testing.assert_frame_equal(found[["x", "n"]], frame)


def number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", f"nowhere{STEERING}[/b]"),
        ("sweep", f"theorem{STEERING}"),
        ("sweep", "theorem3", "--n", STEERING),
        ("sweep", "subset_sum", "--set", f"law={STEERING}"),
        ("estimate", "RUN", f"--{STEERING}"),
        ("prune", f"T{STEERING}.npz", "--n", "4", "--out", "P"),
        ("check", f"[/b]{STEERING}"),
        ("compare", STEERING),
    ],
)
def test_refusals_are_one_harmless_line(ticketsum, here, arguments):
    """Whatever was typed, or stands in a name, is spelled out in the one line."""
    answer = harmless(ticketsum(*arguments))
    answer.one_line_error()


def test_what_a_terminal_cannot_encode_is_spelled_out(here, monkeypatch):
    """A name that is no ASCII, where standard output is: no traceback."""
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    main(["target", "--widths", "2,2", "--out", "ε[1].npz"])
    assert rb"Stored in \u03b5[1].npz" in written.getvalue()
