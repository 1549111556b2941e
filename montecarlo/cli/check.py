"""`ticketsum check`: a stored pruned network gone over again, without the solver."""

from pathlib import Path
from typing import Annotated

import analysis  # loads nothing until a name of it is used

from .options import option
from .output import terminal
from .progress import counted


def check(
    folder: Annotated[Path, option("A folder that `ticketsum prune` made.")],
    /,
    *,
    bounds: Annotated[bool, option("Bound the distance of target and pruned network, if sound.")] = True,
) -> None:
    """Go over a stored pruned network again, without the solver: SOUND, or UNSOUND with what is wrong and exit code 1.

    Adds up every mask in exact arithmetic, counts what misses epsilon, draws the random network again from its seed,
    and looks at shapes and checksums of everything that is stored. Then bounds how far the pruned network is from its
    target on the unit ball: from above by a certificate, from below by an input that is found.
    """
    from ..networks.check import check as checked

    with counted("checking", terminal()) as progress:
        found = checked(folder, progress=progress)
    console = terminal(stderr=False)
    if found.dataset is not None:
        console.show(analysis.network_table(found.dataset))
    if found.sound:
        console.say(f"SOUND: every mask in {folder} adds up to what is stored")
        for claim in found.unverified:
            console.say(f"  not verified: {claim}")
        if bounds:
            console.say(_distance_text(folder))
        return
    console.say(f"UNSOUND: {len(found.faults)} faults in {folder}")
    for fault in found.faults:
        console.say(f"  {fault}")
    raise SystemExit(1)


def _distance_text(folder: Path) -> str:
    """Bounds on the distance of the target and the pruned network that a folder holds."""
    from ..networks.bounds.sandwich import bounds
    from ..networks.files import load_pruned

    with terminal().status("bounding the distance"):
        found = bounds(load_pruned(folder).pairs)
    sides = f"between {found.lower:.4g} and {found.upper:.4g}" if found.exact is None else f"{found.exact:.6g}"
    proof = f"the proof of Theorem 1, told the errors of the weights, gives {found.paper:.4g}"
    return f"sup of ||f(x) - g(x)|| over ||x|| <= 1: {sides}; {proof}"
