"""Docstrings, which are plain text with `names`, as reStructuredText, and signatures as the source writes them."""

import ast
import inspect
import re
import textwrap

import analysis
import montecarlo
import montecarlo.packing
from montecarlo.claims.base import events_of

PACKAGES = (montecarlo, montecarlo.packing, analysis, analysis.figures)
ARRAY = re.compile(
    r"~?(?:numpy\.)?ndarray\[tuple\[~?(?:typing\.)?Any, \.\.\.\], ~?(?:numpy\.)?dtype\[~?(?:numpy\.)?(\w+)\]\]"
)


def reference(text, home):
    """`text` as a link if it is a public name, of `home` first; as code otherwise."""
    package, _, name = text.rpartition(".")
    for candidate in sorted(PACKAGES, key=lambda one: one is not home):
        if name in candidate.__all__ and package in ("", candidate.__name__):
            return f":py:obj:`{text} <{candidate.__name__}.{name}>`"
    return f"``{text}``"


def escaped(line, home, parameters):
    """One line of prose: names linked, parameters that are explained in bold, everything else as it stands."""
    parts = re.split(r"`([^`]+)`", line)
    for i, part in enumerate(parts):
        parts[i] = reference(part, home) if i % 2 else re.sub(r"([\\*|_])", r"\\\1", part)
    names = "|".join(re.escape(name.replace("_", r"\_")) for name in sorted(parameters, key=len, reverse=True))
    if names:
        explained = re.compile(rf"(^\s*|[.;)] )((?:{names})(?:, (?:{names}))*):(?= )")
        parts[0::2] = [explained.sub(r"\1**\2**:", part) for part in parts[0::2]]
    return "".join(parts)


def parameters_of(thing):
    """The names in the signature of whatever is documented, none if it has no signature."""
    try:
        return tuple(inspect.signature(thing).parameters)
    except (TypeError, ValueError):
        return ()


def unfolded(lines):
    """numpydoc's sections as paragraphs with a title in bold; `name : text` of Parameters as items of a list."""
    found, section = [], ""
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        entry = re.match(r"(\w+(?:, \w+)*) : (.*)", line) if section == "Parameters" else None
        if below and set(below.strip()) == {"-"} and line.strip():
            section = line.strip()
            found += ["", f"<<{section}>>", ""]
        elif line.strip() and set(line.strip()) == {"-"}:
            continue
        elif entry:
            found.append(f"- {entry[1]}: {entry[2]}")
        else:
            found.append(f"  {line.strip()}" if section == "Parameters" and line.startswith("    ") else line)
    return found


def readable(_app, what, name, thing, _options, lines):
    """Escape what would be markup; leave examples alone; say of a claim what it says of itself."""
    home = next((one for one in PACKAGES[::-1] if name.startswith(one.__name__ + ".")), montecarlo)
    names, example = parameters_of(thing), False
    lines[:] = unfolded(lines)
    for i, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            text = escaped(line, home, names)
            item = re.match(r"- ([\w\\]+(?:, [\w\\]+)*):", text)
            text = f"- **{item[1]}**:{text[item.end() :]}" if item else text
            lines[i] = re.sub(r"<<(.*)>>", r"**\1**", text)
    if what == "class" and issubclass(thing, montecarlo.Claim) and not inspect.isabstract(thing):
        said = {"Name": f"``{thing.name}``", "Statement": thing.statement, "Source": thing.source}
        plain = {key: value if key == "Name" else escaped(value, home, ()) for key, value in said.items()}
        lines += ["", *(f":{key}: {value}" for key, value in plain.items()), ":Events, critical epsilons:"]
        lines += [
            f"    - {escaped(name, home, ())} ({event.role.meaning}): {escaped(event.formula, home, ())}"
            for name, event in events_of(thing.events).items()
        ]


def as_written(_app, what, _name, thing, _options, signature, returns):
    """The signature of the source, where types have their short names; that of a class with arrays called so."""
    if what in ("function", "method"):
        node = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
        node.args.args = [one for one in node.args.args if one.arg != "self"]
        return f"({ast.unparse(node.args)})", ast.unparse(node.returns) if node.returns else None
    return ARRAY.sub(r"NDArray[\1]", signature) if signature else signature, returns


def setup(app):
    """Called by Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-docstring", readable)
    app.connect("autodoc-process-signature", as_written)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
