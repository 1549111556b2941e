"""Notebooks kept as text, with the one thing it does not say and a kernel would: their language is IPython's."""

import jupytext


def read(text):
    """The notebook in `text`; lines of it that start with "!" are the shell's, so its cells are no plain Python."""
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return notebook
