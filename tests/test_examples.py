"""The examples in docstrings give what they say they give."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("montecarlo", "analysis")
    for path in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in path.read_text()
]
FLAGS = doctest.NORMALIZE_WHITESPACE  # of tables, which pad their first line


def failures(example, report=print):
    """How many lines of one docstring's example give something else, told by `report`."""
    return doctest.DocTestRunner(optionflags=FLAGS).run(example, out=report).failed


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    """Each docstring of the module that has examples, in a namespace of its own."""
    module = importlib.import_module(name)
    examples = [test for test in doctest.DocTestFinder(exclude_empty=True).find(module) if test.examples]
    assert examples
    told = []
    assert sum(failures(example, told.append) for example in examples) == 0, "".join(told)


def test_a_wrong_example_is_noticed():
    """Control: one that gives another number fails."""
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert failures(wrong, lambda text: None) == 1
