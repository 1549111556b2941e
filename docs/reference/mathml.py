"""Formulas as MathML, which browsers draw by themselves: no script, no fonts, no server.

docutils has a translator of its own, which takes \\frac12 for a fraction without a denominator.
"""

from docutils import nodes
from latex2mathml.converter import convert


def inline(translator, node):
    """A formula within a line."""
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(translator, node):
    """A formula on lines of its own."""
    translator.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>\n')
    raise nodes.SkipNode


def setup(app):
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
