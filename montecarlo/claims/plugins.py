"""Claims of a user's own: found by module:Name, their sources, and how they travel to workers.

A claim may use modules of its own folder. They are part of its code: of the identity of its runs, and of what
workers are sent, so that no worker needs the files, or can have older ones.
"""

import difflib
import importlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from ..errors import InputError
from .base import Claim
from .validation import is_ours, require_claim

_OURS = __name__.split(".", maxsplit=1)[0]
_INSTALLED = {"site-packages", "dist-packages"}


def own_claim(text: str) -> type[Claim]:
    """The class that 'module:Name' says, from the working directory or whatever is installed; checked."""
    name, _, attribute = text.partition(":")
    module = _imported(name)
    found = getattr(module, attribute, None)
    there = [key for key, value in vars(module).items() if _is_claim(value) and value.__module__ == name]
    if found is None:
        listed = f"it has {', '.join(there)}" if there else "it has no claim"
        raise InputError(f"{module.__file__} must have a claim {attribute!r}, got none of that name; {listed}")
    if not _is_claim(found):
        raise InputError(
            f"{text} must be a subclass of montecarlo.Claim, got {_kind(found)}; `ticketsum claims --help`"
        )
    require_claim(found)
    return found


def sources(claim: Claim) -> list[ModuleType]:
    """The modules a user's claim is made of: those of its class and of its laws, and what they use of their folder.

    Of ours there are none. Modules are followed through the names at their top; what a function imports is not seen.
    """
    values = [claim, *(getattr(claim, field.name) for field in fields(claim))]  # pyright: ignore[reportArgumentType]
    names = {base.__module__ for value in values for base in type(value).__mro__}
    waiting = [module for module in map(sys.modules.get, names) if module and _is_loose(module)]
    found: dict[str, ModuleType] = {}
    while waiting:
        module = waiting.pop()
        if module.__name__ not in found:
            found[module.__name__] = module
            waiting += [other for other in _used(module) if _is_loose(other) and _beside(module, other)]
    return [found[name] for name in sorted(found)]


def source_texts(claim: Claim) -> Iterator[str]:
    """The texts of `sources`; of a class without a file, typed into a session, its own."""
    modules = sources(claim)
    for module in modules:
        yield f"{module.__name__}\n{inspect.getsource(module)}"
    kind = type(claim)
    if not is_ours(kind) and kind.__module__ not in {module.__name__ for module in modules}:
        yield from _texts_of_class(kind)


def packed(value: object, claim: Claim) -> bytes:
    """`value` as bytes that hold the code of the claim as well, for workers that need not have its files."""
    import cloudpickle

    modules = sources(claim)
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(value)
    except Exception as error:  # whatever its globals hold that cannot be copied
        raise InputError(
            f"{claim.name} must be made of what can be copied to workers ({error}); give --jobs 1"
        ) from error
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def _imported(name: str) -> ModuleType:
    if not name or not all(part.isidentifier() for part in name.split(".")):
        raise InputError(f"a claim of your own must be module:Name, as in my_claims:Threshold, got the module {name!r}")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # behind all others: a file of the folder must not stand for a library's
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise InputError(f"{name} cannot be imported (it needs {error.name}); install that") from error
        near = difflib.get_close_matches(name, [path.stem for path in Path.cwd().glob("*.py")], n=1)
        hint = f"did you mean {near[0]}?" if near else f"there is no {name}.py in {Path.cwd()}"
        raise InputError(f"a claim's module must be here or installed, got {name!r}; {hint}") from error
    except (Exception, SystemExit) as error:  # a user's file may do anything
        line = str(error).split("\n", maxsplit=1)[0]
        raise InputError(f"{name} cannot be imported ({type(error).__name__}: {line}); mend it") from error


def _is_claim(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Claim)


def _kind(value: object) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"an object of type {type(value).__name__}"


def _used(module: ModuleType) -> Iterator[ModuleType]:
    """The modules that the names at the top of `module` are, or come from."""
    for value in list(vars(module).values()):
        name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(name, str) and name in sys.modules:
            yield sys.modules[name]


def _is_loose(module: ModuleType) -> bool:
    """Whether a module has a source file and is neither montecarlo's nor Python's own."""
    top = module.__name__.split(".", maxsplit=1)[0]
    return str(getattr(module, "__file__", None)).endswith(".py") and top not in {_OURS, *sys.stdlib_module_names}


def _beside(module: ModuleType, other: ModuleType) -> bool:
    """Whether `other` lies in the folder of the module, or of its topmost package, and is not installed there."""
    file, deep = Path(str(module.__file__)).resolve(), module.__name__.count(".")
    root = file.parents[max(deep - 1, 0) + (deep > 0 and file.name == "__init__.py")]
    place = Path(str(other.__file__)).resolve()
    return place.is_relative_to(root) and not _INSTALLED & {root.name, *place.relative_to(root).parts}


def _texts_of_class(kind: type) -> Iterator[str]:
    """The source of every function of a class, or its machine code; the values of what else it says."""
    yield kind.__qualname__
    for name, value in sorted(vars(kind).items()):
        function: Any = inspect.unwrap(value) if callable(value) else getattr(value, "fget", None)
        if inspect.isfunction(function):
            try:
                yield f"{name} {inspect.getsource(function)}"
            except (OSError, TypeError):
                yield f"{name} {_machine_code(function.__code__)}"
        elif not name.startswith("_"):
            yield f"{name} {value!r}"


def _machine_code(code: CodeType) -> str:
    """The instructions of a function, with the names and constants that they take."""
    constants = [_machine_code(value) if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"
