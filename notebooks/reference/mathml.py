"""Formulas as MathML, which browsers draw by themselves: no script, no fonts, no server. docutils translates them."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

LOG = logging.getLogger(__name__)


def translated(node, *, as_block):
    """The formula, or its source and a warning where docutils does not know a command."""
    source = re.sub(r"\\dots(?![a-zA-Z])", r"\\ldots", node.astext())
    try:
        return tex2mathml(source, as_block=as_block)
    except MathError as error:
        LOG.warning("%s in the formula %s", error, source, location=node)
        return nodes.unescape(source)


def inline(translator, node):
    """A formula within a line."""
    translator.body.append(translated(node, as_block=False))
    raise nodes.SkipNode


def block(translator, node):
    """A formula on lines of its own."""
    translator.body.append(f'<div class="math">{translated(node, as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
