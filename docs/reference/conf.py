"""The pages: README and ARCHITECTURE, the notebooks, and a reference made from docstrings and from `--help`.

    sphinx-build -W --keep-going -c docs/reference . build/pages

Nothing is fetched, neither by the build nor by a page: formulas become MathML.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # docstrings.py, mathml.py, percent.py

project = "ticketsum"
version = release = version_of(project)
language = "en"
copyright = "the ticketsum developers"  # noqa: A001

extensions = ["cyclopts.ext.sphinx", "docstrings", "mathml", "myst_nb"]
root_doc = "README"
include_patterns = [
    "README.md",
    "ARCHITECTURE.md",
    "data/**.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/[!p]*.md",
    "docs/pruned-network.md",
    "docs/decisions/*.md",
    "notebooks/[0-9]*.py",
    "docs/reference/*.rst",
]
exclude_patterns = [".*", "build", "reproduction"]

# Notebooks are run once and kept in OUT/.jupyter_cache; `-D nb_execution_mode=off` leaves them unrun.
nb_custom_formats = {".py": ["percent.read", {}]}
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True
suppress_warnings = ["misc.highlighting_failure"]  # of "!ticketsum" in a notebook that was not run
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # unless empty, they come from a server

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

default_role = "literal"
smartquotes = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 88

html_theme = "furo"
html_title = "ticketsum"
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["pages.css"]
templates_path = ["templates"]
html_additional_pages = {"index": "start.html"}
html_theme_options = {"footer_icons": [], "top_of_page_buttons": []}

CONTENTS = """

```{toctree}
:hidden:
:glob:
:caption: Start

self
docs/tutorial
docs/results
docs/gallery
docs/benchmarks
```
```{toctree}
:hidden:
:caption: How to

docs/own-claim
docs/pruned-network
docs/long-runs
docs/cluster
docs/experiments
docs/lower-bound
docs/trust
```
```{toctree}
:hidden:
:caption: The project

ARCHITECTURE
docs/slips
CONTRIBUTING
CHANGELOG
```
```{toctree}
:hidden:
:glob:
:caption: Decisions

docs/decisions/*
```
```{toctree}
:hidden:
:glob:
:caption: Notebooks

notebooks/[0-9]*
```
```{toctree}
:hidden:
:caption: Reference

docs/reference/conventions
docs/reference/commands
docs/reference/claims
docs/reference/sweeps
docs/reference/solvers
docs/reference/networks
docs/reference/packing
docs/reference/estimates
docs/reference/stopping
docs/reference/experiments
docs/reference/figures
docs/reference/report
```
```{toctree}
:hidden:
:glob:
:caption: Data

data/**
```
"""


def with_contents(_app, docname, source):
    """README as the first page, with the list of all pages behind it; a heading for tables that have none."""
    if docname == root_doc:
        source[0] += CONTENTS
    if docname.startswith("data/") and not source[0].startswith("#"):
        source[0] = f"# Benchmarks: {docname.rpartition('/')[2]}\n\n{source[0]}"


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", with_contents)
