"""The commands about whole networks: make a target, prune a random network to it, check what was stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from analysis.verbatim import command_text

from .options import Jobs, Seed
from .root import app
from .running import duration, interruption, processes, terminal, typed

if TYPE_CHECKING:
    import xarray as xr

    from .output import Table


@app.command
def target(
    *,
    widths: Annotated[str, Parameter(help="Width of the input and of every layer: 8,8,4.")],
    out: Annotated[Path, Parameter(help="The npz file, with arrays W1, W2, ...")],
    kind: Annotated[
        Literal["gaussian", "orthogonal", "low-rank", "sparse", "equal"],
        Parameter(help="Kind of every layer's matrix."),
    ] = "gaussian",
    seed: Seed = 0,
) -> None:
    """Make a random target for `prune`: a ReLU network whose layers have spectral norm 1, as in Theorem 1."""
    from ..networks.random_targets import random_target
    from ..networks.targets import save_target
    from .parsing import parse_widths

    made = random_target(kind, parse_widths(widths), seed)
    save_target(made, out)
    shapes = ", ".join(f"{rows} x {columns}" for rows, columns in (matrix.shape for matrix in made.weights))
    terminal(stderr=False).say(f"Stored in {out}: {kind}, {shapes}")


@app.command
def prune(
    target: Annotated[Path, Parameter(help="An npz file of the target's matrices W1, W2, ..., first layer first.")],
    *,
    n: Annotated[int, Parameter(help="The random network has 2n hidden neurons for each input of a layer.")],
    out: Annotated[Path, Parameter(help="A new folder for the network, its masks and maps.")],
    epsilon: Annotated[float | None, Parameter(help="How far a weight may be from its subset sum.")] = None,
    objective: Annotated[
        Literal["error", "within", "fewest"] | None,
        Parameter(help="Least error; any sum within epsilon; the fewest entries. within if there is an epsilon."),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
) -> None:
    """Prune one random network to a whole target network (Theorem 1), and store target, network and masks.

    The network, two random layers for each layer of the target, is that of the seed, and nothing is drawn again:
    weights that no subset of their neurons reaches within epsilon are counted. `ticketsum target --widths 8,8,4 --out
    T.npz`, `ticketsum prune T.npz --n 30 --epsilon 0.01 --out DIR`, `ticketsum check DIR`.
    """
    from ..networks.plan import Plan
    from ..networks.prune import prune as pruned
    from ..networks.summaries import summarized
    from ..networks.targets import load_target
    from .progress import counted

    wanted = load_target(target)
    asked = objective or ("error" if epsilon is None else "within")
    workers = processes(jobs)
    plan = Plan(wanted, n, seed, asked, epsilon)
    title = f"pruning to {wanted.size:,} weights, about {duration(plan.seconds() / workers)}"
    nothing = "Nothing was stored; a pruned network is all or nothing, the same command begins anew."
    with interruption(nothing), counted(title, terminal()) as progress:
        found = pruned(
            wanted, n=n, seed=seed, epsilon=epsilon, objective=objective, out=out, jobs=workers, progress=progress
        )
    results = terminal(stderr=False)
    results.show(network_table(summarized(found)))
    missed = "" if epsilon is None else f" {found.missed:,} subset sums further than {epsilon:g} from their weight."
    results.say(f"Stored in {out}.{missed} Next: {command_text(['ticketsum', 'check', typed(out)])}")


@app.command
def check(
    folder: Annotated[Path, Parameter(help="A folder that `ticketsum prune` made.")],
    *,
    bounds: Annotated[bool, Parameter(help="Bound the distance of target and pruned network, if sound.")] = True,
) -> None:
    """Go over a stored pruned network again, without the solver: SOUND, or UNSOUND with what is wrong and exit code 1.

    Adds up every mask in exact arithmetic, counts what misses epsilon, draws the random network again from its seed,
    and looks at shapes and checksums of everything that is stored. Then bounds how far the pruned network is from its
    target on the unit ball: from above by a certificate, from below by an input that is found.
    """
    from ..networks.check import check as checked
    from .progress import counted

    with counted("checking", terminal()) as progress:
        found = checked(folder, progress=progress)
    console = terminal(stderr=False)
    if found.dataset is not None:
        console.show(network_table(found.dataset))
    if found.sound:
        console.say(f"SOUND: every mask in {folder} adds up to what is stored")
        for claim in found.unverified:
            console.say(f"  not verified: {claim}")
        if bounds:
            console.say(distance_text(folder))
        return
    console.say(f"UNSOUND: {len(found.faults)} faults in {folder}")
    for fault in found.faults:
        console.say(f"  {fault}")
    raise SystemExit(1)


def distance_text(folder: Path) -> str:
    """Bounds on the distance of the target and the pruned network that a folder holds."""
    from ..networks.bounds.sandwich import bounds
    from ..networks.files import load_pruned

    with terminal().status("bounding the distance"):
        found = bounds(load_pruned(folder).pairs)
    sides = f"between {found.lower:.4g} and {found.upper:.4g}" if found.exact is None else f"{found.exact:.6g}"
    proof = f"the proof of Theorem 1, told the errors of the weights, gives {found.paper:.4g}"
    return f"sup of ||f(x) - g(x)|| over ||x|| <= 1: {sides}; {proof}"


def network_table(summary: "xr.Dataset") -> "Table":
    """A row for every layer and side of `montecarlo.networks.summaries.summarized`."""
    from .output import Column, Table

    numbers = map(Column, ("missed", "largest error", "mean error", "kept a weight"))
    names = [Column("layer", key=True), Column("weights"), Column("side", key=True)]
    table = Table("Subset sums by layer and sign of their input", [*names, *numbers])
    for layer in summary["layer"].to_numpy():
        for side in summary["side"].to_numpy():
            row = summary.sel(layer=layer, side=side)
            if not row["largest_error"].notnull():
                continue
            size = f"{row['outputs'].item():,} x {row['inputs'].item():,}"
            numbers = (
                f"{row['missed'].item():,}",
                *(f"{row[name].item():.3g}" for name in ("largest_error", "mean_error")),
            )
            table.add(str(layer), size, side, *numbers, f"{row['kept'].item():.2f}")
    return table
