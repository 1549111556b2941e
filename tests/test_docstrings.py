"""Every public name has its place in the reference and a docstring that says what it is and what it takes."""

import ast
import dataclasses
import inspect
import itertools
import re
import textwrap
from collections import Counter
from pathlib import Path

import pytest

import analysis
import montecarlo
import montecarlo.packing

PACKAGES = (montecarlo, montecarlo.packing, analysis, analysis.figures)
PAGES = Path(__file__).parents[1] / "docs" / "reference"
EVERYWHERE = {
    name
    for line in (PAGES / "conventions.rst").read_text().splitlines()
    if line.startswith("``")
    for name in re.findall(r"``(\w+)``", line)
}
NAMES = [(package, name) for package in PACKAGES for name in package.__all__]


def described():
    """How often each name is described in the pages of the reference: by package and name."""
    found = Counter()
    for page in sorted(PAGES.glob("*.rst")):
        home = ""
        for kind, name in re.findall(r"^\.\. (?:py:)?(\w+):: ([\w.]+)", page.read_text(), re.MULTILINE):
            if kind in ("currentmodule", "module"):
                home = name
            if kind == "module":
                found[tuple(name.rpartition(".")[::2])] += 1
            elif kind in ("autofunction", "autoclass", "autoexception", "data"):
                found[home, name] += 1
    return found


def test_the_reference_has_every_public_name_once():
    """Each name of `__all__` stands on one page of docs/reference, and no page has a name that is not there."""
    public = {(package.__name__, name) for package, name in NAMES}
    found = {key: count for key, count in described().items() if key[0] != "montecarlo.sampling.laws"}
    missing = public - set(found)
    assert not missing, f"add to a page of docs/reference: {missing}"
    assert set(found) - public - {("montecarlo", "packing")} == set()
    assert max(found.values()) == 1, [key for key, count in found.items() if count > 1]


def fields_of(cls):
    """The fields of a dataclass, or a named tuple, that no string below them explains."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0].body
    said = {
        line.target.id
        for line, after in itertools.pairwise(body)
        if isinstance(line, ast.AnnAssign) and isinstance(after, ast.Expr)
    }
    names = [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else ()
    return [name for name in getattr(cls, "_fields", names) if name not in said]


def unexplained(thing):
    """What the docstring of a function or class lacks: a first line that ends, a mention of each parameter."""
    text = inspect.cleandoc(thing.__doc__ or "")
    if not text or text.startswith(f"{thing.__name__}("):  # what a dataclass without one says
        return ["docstring"]
    first = text.split("\n\n")[0]
    lacking = [] if first.rstrip().endswith((".", "?", ":")) and len(first) > 5 else ["first sentence"]
    names = fields_of(thing) if inspect.isclass(thing) else [*inspect.signature(thing).parameters]
    return lacking + [name for name in names if name not in EVERYWHERE and not re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_name_is_explained(package):
    """Its docstring has a first sentence and mentions every parameter or field."""
    things = [getattr(package, name) for name in package.__all__]
    checked = [thing for thing in things if inspect.isclass(thing) or inspect.isfunction(thing)]
    assert len(checked) > 20
    assert {thing.__name__: lacking for thing in checked if (lacking := unexplained(thing))} == {}


def test_a_docstring_that_lacks_something_is_noticed():
    """Control: no docstring, no sentence, a parameter left out."""

    def bare(x):
        return x

    def short(x):
        """value"""
        return x

    def silent(x, epsilon):
        """The value of x, as it is."""
        return x, epsilon

    assert unexplained(bare) == ["docstring"]
    assert unexplained(short) == ["first sentence", "x"]
    assert unexplained(silent) == ["epsilon"]
