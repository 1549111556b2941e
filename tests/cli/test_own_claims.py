"""A claim of a user's own, a file in the working directory: from sweep to figure, and what is said of bad ones."""

import json
import sys
import textwrap
from types import ModuleType

import numpy as np
import pytest
import xarray as xr
from drawings import axes_of

import analysis
from montecarlo import Claim, InputError, SubsetSum, Theorem3, claim_named, load, sweep
from montecarlo.claims.plugins import _beside, sources
from montecarlo.sweeps.identity import own_source

HEAD = """
from dataclasses import dataclass
import numpy as np
from montecarlo import Brackets, Claim, Cost, Event, Role, radius_brackets
"""

THINNED = '''
@dataclass(frozen=True)
class Thinned(Claim):
    """Subset sums of those of n uniforms that are large enough."""

    least: float = 0.25

    name = "thinned"
    statement = "Of n uniforms those of size at least `least`: subset sums cover [-1/2, 1/2]."

    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, trials))

    def critical_epsilons(self, draws, precision):
        return radius_brackets(np.where(abs(draws) >= self.least, draws, 0.0), (-0.5, 0.5), precision)
'''

IN_OTHER_WORDS = '''
@dataclass(frozen=True)
class InOtherWords(Claim):
    """Theorem 3 by all sums, sorted: half the widest gap that has its middle in [-1/2, 1/2], or an end's distance."""

    name = "theorem3"  # the address of its random numbers: those of ticketsum's own
    statement = "Subset sums of n uniforms come within epsilon of every z in [-1/2, 1/2]."

    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, trials))

    def critical_epsilons(self, draws, precision):
        sums, found = np.zeros((1, draws.shape[1])), []
        for x in draws:
            sums = np.sort(np.concatenate([sums, sums + x]), axis=0)
            middle = 0.5 * (sums[1:] + sums[:-1])
            gaps = np.where(abs(middle) <= 0.5, 0.5 * np.diff(sums, axis=0), 0.0).max(axis=0)
            ends = [abs(sums - end).min(axis=0) for end in (-0.5, 0.5)]
            found.append(np.maximum(gaps, np.maximum(*ends)))
        return np.array(found)
'''


EVERYWHERE = '''
@dataclass(frozen=True)
class Halved(Claim):
    """Subset sums of n uniforms that are halved before they are added up."""

    name = "halved"
    title = "Halved sums"
    words = "half of every weight is lost"
    group = "losses"
    statement = "X_1..X_n iid U[-1,1]: every z in [-1/4, 1/4] has a subset S with |z - sum_S X_i / 2| <= epsilon."
    source = "nowhere"
    neurons = 3
    events = {
        "one z": Event("min over S of |1/4 - sum_S X_i / 2|", Role.IMPLIED_BY, "z = 1/4 alone"),
        "every z": Event("radius(X / 2; [-1/4, 1/4])", Role.STATEMENT, "all z at once"),
        "proof": Event("2 radius(X / 2; [-1/4, 1/4])", Role.IMPLIES, "twice as much"),
    }

    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, trials))

    def critical_epsilons(self, draws, precision):
        every = radius_brackets(0.5 * draws, (-0.25, 0.25), precision)
        one = radius_brackets(0.5 * draws, (0.25, 0.25), precision)
        return Brackets(*(np.stack([side, other, 2.0 * other]) for side, other in zip(one, every, strict=True)))
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write a module to the working directory; forget it and its folder after the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    written = []

    def write(text, name="my_claims"):
        sys.modules.pop(name, None)
        written.append(name)
        (tmp_path / f"{name}.py").write_text(HEAD + textwrap.dedent(text))
        return tmp_path / f"{name}.py"

    yield write
    for name in written:
        sys.modules.pop(name, None)


SMALL = ("--n", "1:8", "--trials", "200", "--jobs", "1")


def test_all_the_way(ticketsum, own, tmp_path):
    """sweep, estimate, plot, compare, show, status, consolidate, export, verify; in less than 30 lines."""
    way, other = ("my_claims:Thinned",), ("--claim", "my_claims:Thinned")
    assert len((HEAD + THINNED).splitlines()) < 30
    own(THINNED)
    assert ticketsum("sweep", *way, *SMALL, "--out", "RUN").code == 0
    for command in ("estimate", "plot", "status", "export"):
        answer = ticketsum(command, "RUN")
        assert answer.code == 0, answer.err
    for command in ("status", "consolidate"):
        assert ticketsum(command, "RUN", "--claim", "my_claims:Thinned").code == 0
    shown = json.loads(ticketsum("show", "RUN", "--json").out)
    assert shown["provenance"]["class"] == shown["source"] == "my_claims:Thinned"
    assert shown["label"] == "Thinned"
    assert ticketsum("sweep", *other, *SMALL, "--set", "least=0.5", "--out", "OTHER").code == 0
    assert ticketsum("compare", "RUN", "OTHER", "--epsilon", "0.3,0.1").code == 0
    with xr.open_dataset(tmp_path / "comparison" / "constants.nc") as table:
        assert set(table["label"].to_numpy()) == {"Thinned", "Thinned, least = 0.5"}
    verdict = ticketsum("verify", *other, "--constant", "5", "--epsilon", "0.3", "--trials", "500", "--jobs", "1")
    assert "Thinned: SUPPORTED" in verdict.out
    assert (tmp_path / "RUN" / "figures" / "growth.svg").exists()


def test_a_claim_appears_everywhere(ticketsum, own, tmp_path):
    """In `claims` and `show`, on the page, in the figures: what the file says, in less than 60 lines."""
    assert len((HEAD + EVERYWHERE).splitlines()) < 60
    own(EVERYWHERE)
    for command in (
        ("claims", "my_claims:Halved"),
        ("sweep", "my_claims:Halved", *SMALL, "--out", "RUN"),
        ("show", "RUN"),
    ):
        answer = ticketsum(*command)
        assert answer.code == 0, answer.err
        if command[0] != "sweep":
            for text in ("half of every weight is lost", "losses", "nowhere", "min over S", "necessary", "sufficient"):
                assert text in answer.out, (command, text)
    dataset = load("RUN")
    assert dataset["role"].to_numpy().tolist() == ["implied_by", "statement", "implies"]
    pictures = analysis.draw_pictures([dataset], tmp_path / "figures")
    analysis.write_report([dataset], pictures, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    for text in ("Halved sums", "half of every weight is lost", "losses", "all z at once", "necessary: it holds"):
        assert text in page, text
    table = analysis.constants([load("RUN")], [0.3])
    axes = analysis.figures.scaling(table, axes_of())
    assert axes.containers[0].lines[0].get_color() == analysis.figures.claim_color(dataset)
    np.testing.assert_array_equal(analysis.widths(table)["width"], 3.0 * table["n_star"])


def test_theorem3_in_other_words(ticketsum, own, tmp_path):
    """The same random numbers and another algorithm: the numbers of ticketsum's own, to rounding; control: shifted."""
    own(IN_OTHER_WORDS)
    assert ticketsum("sweep", "my_claims:InOtherWords", *SMALL, "--out", "RUN").code == 0
    with xr.open_dataset(tmp_path / "RUN" / "raw.nc") as found:
        ours = sweep(Theorem3(), n=8, trials=200)["critical_epsilon"].to_numpy()
        np.testing.assert_allclose(found["critical_epsilon"].to_numpy(), ours, rtol=1e-12, atol=1e-15)
        others = sweep(Theorem3(), n=8, trials=200, seed=1)["critical_epsilon"].to_numpy()
        assert not np.allclose(found["critical_epsilon"].to_numpy(), others, rtol=1e-3)


def test_numbers_do_not_depend_on_the_workers(ticketsum, own, files, tmp_path):
    """Two processes, that are sent the code: the block files of one."""
    own(THINNED)
    grid = ("--n", "1:12", "--trials", "9000")
    assert ticketsum("sweep", "my_claims:Thinned", *grid, "--jobs", "1", "--out", "ONE").code == 0
    assert ticketsum("sweep", "my_claims:Thinned", *grid, "--jobs", "2", "--out", "TWO").code == 0
    one, two = ({name: c[0] for name, c in files(tmp_path / run / "blocks").items()} for run in ("ONE", "TWO"))
    assert len(one) > 1
    assert one == two


def test_edited_claim_is_other_code(ticketsum, own):
    """One character of the file, or of a file beside it that it uses: refused; the same text again: goes on."""
    helper = "def shift(x):\n    return {}\n"
    own(helper.format("x"), "my_steps")
    text = "from my_steps import shift\n" + THINNED.replace("generator.uniform", "0.0 + generator.uniform")
    own(text)
    command = ("sweep", "my_claims:Thinned", *SMALL, "--out", "RUN")
    assert ticketsum(*command).code == 0
    own(text)
    assert ticketsum(*command).code == 0
    own(text.replace("0.0 +", "0.1 +"))
    refused = ticketsum(*command).one_line_error()
    assert "was made by other code of its claim" in refused
    again = ticketsum("consolidate", "RUN", "--claim", "my_claims:Thinned")
    assert "was made by other code of its claim" in again.one_line_error()
    own(text)
    own(helper.format("x + 1"), "my_steps")
    assert "was made by other code of its claim" in ticketsum(*command).one_line_error()


MORE_METHODS = """
    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, trials))
    def critical_epsilons(self, draws, precision):
        return radius_brackets(draws, (-0.5, 0.5), precision)
"""

BAD = {
    "draw lacks": ("", "must have the methods draw and critical_epsilons, lacks critical_epsilons and draw"),
    "rises with n": (
        "    def draw(self, generator, n, d, trials):\n        return generator.random((n, trials))\n"
        "    def critical_epsilons(self, draws, precision):\n        return np.cumsum(draws, axis=0)\n",
        "critical epsilons of bad must not rise with n",
    ),
    "shape": (
        MORE_METHODS
        + "        x = 0\n"
        + "    def critical_epsilons(self, draws, precision):\n        return draws[0]\n",
        "must be numbers of shape (event, n, trial) = (1, 6, 5), got float64 of shape (5,)",
    ),
    "NaN": (
        MORE_METHODS
        + "    def critical_epsilons(self, draws, precision):\n        return np.full(draws.shape, np.nan)\n",
        "critical epsilons of bad must be finite numbers of at least 0, got [nan, nan] at statement, n = 1, trial 0",
    ),
    "negative": (
        MORE_METHODS + "    def critical_epsilons(self, draws, precision):\n        return -np.ones(draws.shape)\n",
        "must be finite numbers of at least 0, got [-1, -1]",
    ),
    "crossed": (
        MORE_METHODS + "    def critical_epsilons(self, draws, precision):\n"
        "        return Brackets(np.ones(draws.shape), 0.0 * draws)\n",
        "must have lower <= upper, got [1, ",
    ),
    "events cross": (
        MORE_METHODS + "    events = {'first': 'f', 'second': 'g'}\n"
        "    def critical_epsilons(self, draws, precision):\n"
        "        return np.stack([np.ones(draws.shape), np.zeros(draws.shape)])\n",
        "must rise along the events, each implied by the next, got [0, 0] at second",
    ),
    "trials first": (
        MORE_METHODS + "    def draw(self, generator, n, d, trials):\n        return generator.random((trials, n))\n",
        "draw of bad must have shape (n, ..., trials) = (6, ..., 64), got (64, 6)",
    ),
    "n fastest": (
        MORE_METHODS + "    def draw(self, generator, n, d, trials):\n        return generator.random((trials, n)).T\n",
        "draw of bad must take all randomness from its generator, n slowest",
    ),
    "own randomness": (
        MORE_METHODS
        + "    def draw(self, generator, n, d, trials):\n        return np.random.default_rng().random((n, trials))\n",
        "draw of bad must take all randomness from its generator",
    ),
    "looks ahead": (
        MORE_METHODS + "    def critical_epsilons(self, draws, precision):\n"
        "        return np.minimum.accumulate(abs(draws)) * abs(draws).max(axis=0)\n",
        "critical_epsilons of bad must at n depend on the first n steps of a trial alone",
    ),
    "looks aside": (
        MORE_METHODS + "    def critical_epsilons(self, draws, precision):\n"
        "        return np.minimum.accumulate(abs(draws) + abs(draws[0]).mean())\n",
        "but one trial and 5 differ",
    ),
    "raises": (
        MORE_METHODS + "    def critical_epsilons(self, draws, precision):\n        return draws / nothing\n",
        "bad failed on a few trials (NameError: name 'nothing' is not defined)",
    ),
    "no cost": (
        MORE_METHODS + "    def cost(self, n, d, precision):\n        return 1.0\n",
        "the cost of bad must be a Cost, got 1.0; return montecarlo.Cost(seconds)",
    ),
    "no time": (
        MORE_METHODS + "    def cost(self, n, d, precision):\n        return Cost(0.0)\n",
        "seconds of a cost must be a number above 0, got 0.0",
    ),
    "role": (
        MORE_METHODS + "    events = {'a': 'f', 'b': Event('g', Role.IMPLIED_BY)}\n",
        "must be implied_by, then statement once at most, then implies",
    ),
    "name": (MORE_METHODS + "    name = 'a b'\n", "must be letters, digits, '_', '-' and '.', got 'a b'"),
    "events": (MORE_METHODS + "    events = ('statement',)\n", "must be names with a formula each"),
    "no statement": (MORE_METHODS + "    statement = None\n", "must have a statement, a text"),
}


@pytest.mark.parametrize("what", BAD)
def test_claim_that_breaks_a_promise(ticketsum, own, tmp_path, what):
    """One line that names the claim, the rule and the value, before anything is stored."""
    body, message = BAD[what]
    own("@dataclass(frozen=True)\nclass Bad(Claim):\n    name = 'bad'\n    statement = 'nothing'\n" + body)
    line = ticketsum("sweep", "my_claims:Bad", *SMALL, "--out", "RUN").one_line_error()
    assert message in line
    assert not (tmp_path / "RUN").exists()


NOT_FOUND = {
    "my_clams:Thinned": "a claim's module must be here or installed, got 'my_clams'; did you mean my_claims?",
    "nowhere_at_all:Thinned": "got 'nowhere_at_all'; there is no nowhere_at_all.py in ",
    "my_claims:Thined": "must have a claim 'Thined', got none of that name; it has Thinned",
    "my_claims:np": "must be a subclass of montecarlo.Claim, got an object of type module",
    "my_claims:Brackets": "must be a subclass of montecarlo.Claim, got the class Brackets",
    "my_claims.py:Thinned": "got 'my_claims.py'; did you mean my_claims?",
    ":Thinned": "must be module:Name, as in my_claims:Threshold, got the module ''",
    "my_claims": "must be one of those `ticketsum claims` lists, or module:Name, got 'my_claims'",
}


def test_the_working_directory_is_looked_through_last(own, tmp_path):
    """A file there that is called like a library's must not stand for it."""
    own(THINNED)
    claim_named("my_claims:Thinned")
    assert sys.path[-1] == str(tmp_path)


def test_a_package_that_is_a_folder_uses_what_lies_beside_it(tmp_path):
    """pkg/claims/__init__.py is of pkg, as pkg/claims.py is."""

    def module(name, file):
        found = ModuleType(name)
        found.__file__ = str(tmp_path / file)
        return found

    helpers = module("pkg.helpers", "pkg/helpers.py")
    assert _beside(module("pkg.claims", "pkg/claims/__init__.py"), helpers)
    assert _beside(module("pkg.claims", "pkg/claims.py"), helpers)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_name_that_leads_nowhere(ticketsum, own, text):
    """One line with the name, and where it can be meant, the right one."""
    own(THINNED)
    assert NOT_FOUND[text] in ticketsum("sweep", text, *SMALL).one_line_error()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def broken(:", "my_claims cannot be imported (SyntaxError"),
        ("import no_such_thing", "my_claims cannot be imported (it needs no_such_thing); install that"),
        ("raise SystemExit", "my_claims cannot be imported (SystemExit"),
        (
            "class Plain(Claim):\n    name = statement = 'a'" + MORE_METHODS,
            "must be a frozen dataclass; write @dataclass",
        ),
        ("@dataclass\nclass Plain(Claim):\n    name = statement = 'a'" + MORE_METHODS, "must be a frozen dataclass"),
    ],
)
def test_file_that_is_no_good(ticketsum, own, text, message):
    """What a file does instead of being imported, and a class that is not frozen: one line."""
    own(text)
    assert message in ticketsum("sweep", "my_claims:Plain", *SMALL).one_line_error()


def test_a_break_late_in_a_block_is_found(own):
    """Values that rise only beyond the n that are tried beforehand: the block is refused, with n and trial."""
    own(
        "@dataclass(frozen=True)\nclass Late(Claim):\n    name = statement = 'late'\n"
        "    def draw(self, generator, n, d, trials):\n        return generator.random((n, trials))\n"
        "    def critical_epsilons(self, draws, precision):\n"
        "        rows = np.arange(len(draws))[:, None]\n        return np.where(rows < 9, 1.0, 2.0) + 0.0 * draws\n"
    )
    with pytest.raises(InputError, match=r"must not rise with n.*got \[2, 2\] at statement, n = 10, trial 0"):
        sweep(claim_named("my_claims:Late"), n=12, trials=64)


def test_shown_alone(ticketsum, own):
    """`claims module:Name` says what it says, where it comes from, and what can be set."""
    own(THINNED)
    answer = ticketsum("claims", "my_claims:Thinned")
    assert answer.code == 0
    assert "--set least=0.25" in answer.out
    assert "theorem3" not in answer.out


def test_the_time_left_of_a_claim_that_is_not_named(ticketsum, own, tmp_path):
    """Trials are counted without its code; with it, named, their time is estimated; another name is refused."""
    own(THINNED)
    assert ticketsum("sweep", "my_claims:Thinned", *SMALL, "--out", "RUN").code == 0
    next((tmp_path / "RUN" / "blocks").iterdir()).unlink()
    sys.modules.pop("my_claims")
    counted = ticketsum("status", "RUN").out
    assert "my_claims" not in sys.modules
    assert "--claim my_claims:Thinned" in counted
    assert "200" in counted
    assert "of work are left on" in ticketsum("status", "RUN", "--claim", "my_claims:Thinned").out
    other = ticketsum("status", "RUN", "--claim", "theorem3").one_line_error()
    assert "the run holds the claim my_claims:Thinned, got theorem3" in other


def test_claim_typed_into_a_session():
    """No file: the hash is that of its functions; two that differ in one number differ."""
    text = HEAD + THINNED
    one, same, other = {}, {}, {}
    for where, source in ((one, text), (same, text), (other, text.replace("1.0, 1.0", "1.0, 2.0"))):
        where["__name__"] = "typed_in"
        exec(source, where)
    hashes = [own_source(where["Thinned"]()) for where in (one, same, other)]
    assert hashes[0] == hashes[1] != hashes[2]
    found = sweep(one["Thinned"](), n=4, trials=64)
    assert found.attrs["claim"] == "thinned"


def test_ours_have_no_sources_of_their_own():
    """What travels with a block of ours is no code; a law of a user's own is followed."""
    assert sources(Theorem3()) == []
    assert sources(SubsetSum()) == []
    assert own_source(SubsetSum()) == ""
    assert issubclass(Theorem3, Claim)
