"""The blocks of a run to one netCDF file, which is written whole."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..storage.blocks import Block, Run
from ..storage.dataset import is_there, write
from ..storage.netcdf import opened
from ..storage.provenance import OF_ORIGIN
from ..storage.untrusted import require_plain_netcdf
from .assemble import assemble, trial_variables
from .identity import identity
from .inventory import Arrays, cut, inventory
from .plan import Plan


def consolidate(plan: Plan, folder: Run, path: Path, *, computed: bool = True) -> None:
    """Write the Dataset of `plan` from the blocks of `folder` to `path`, atomically; it is `assemble`'s.

    A file of the same numbers that is there already stays, whenever and by whatever command it was made. Blocks that
    are missing are an InputError. computed: whether this command computed blocks, or only puts them together. Who made
    the file that is replaced stays in its provenance, under "earlier" or in its own place; who only put blocks together
    stands under "consolidated".
    """
    plan.require_memory()
    dataset = assemble(plan, _stored(plan, folder))
    if not is_there(dataset, path):
        made = _with_makers(path, dataset.attrs["provenance"], identity(plan), computed=computed)
        write(dataset.assign_attrs(provenance=made), path)


def _with_makers(path: Path, own: str, same: dict[str, Any], *, computed: bool) -> str:
    """The provenance `own`, and that of the file at `path` if it is of the same sweep."""
    new = json.loads(own)
    if not path.is_file():
        return own
    try:
        require_plain_netcdf(path, math.inf)
        with opened(path) as found:
            made = dict(json.loads(found.attrs["provenance"]))
    except Exception:  # none there, or a damaged one
        return own
    if any(made.get(name) != value for name, value in json.loads(json.dumps(same)).items()):
        return own
    makers = {name: list(made[name]) for name in ("earlier", "consolidated") if isinstance(made.get(name), list)}
    before = {name: made[name] for name in OF_ORIGIN if name in made}
    now = {name: new[name] for name in OF_ORIGIN if name in new}
    if computed:
        merged = {**new, **makers, "earlier": [*makers.get("earlier", []), before]}
    else:
        rest = {name: value for name, value in new.items() if name not in OF_ORIGIN}
        merged = {**rest, **before, **makers, "consolidated": [*makers.get("consolidated", []), now]}
    return json.dumps(merged, sort_keys=True)


def _stored(plan: Plan, folder: Run) -> Iterator[tuple[Block, Arrays]]:
    """The plan's trials in order, cut to its n; the variables it wants."""
    pieces, missing = inventory(plan, folder.blocks())
    if missing:
        raise InputError(
            f"{folder.folder} must hold all trials, but {missing[0].name} is missing; give the sweep command again"
        )
    for piece in pieces:
        arrays = cut(folder.read(piece.block), piece, plan)
        block = Block(piece.block.d, plan.n_max, piece.first, piece.stop)
        yield block, {name: arrays[name] for name in trial_variables(plan)}
