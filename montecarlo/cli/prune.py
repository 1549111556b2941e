"""`ticketsum prune`: one random network pruned to a whole target network."""

from pathlib import Path
from typing import Annotated, Literal

import analysis  # loads nothing until a name of it is used
from analysis.verbatim import command_text

from .interrupts import interruption
from .options import Cores, Seed, option, processes
from .output import duration, terminal, typed
from .progress import counted


def prune(
    target: Annotated[Path, option("An npz file of the target's matrices W1, W2, ..., first layer first.")],
    /,
    *,
    n: Annotated[int, option("The random network has 2n hidden neurons for each input of a layer.")],
    out: Annotated[Path, option("A new folder for the network, its masks and maps.")],
    epsilon: Annotated[float | None, option("How far a weight may be from its subset sum.")] = None,
    objective: Annotated[
        Literal["error", "within", "fewest"] | None,
        option("Least error, any sum within epsilon, or the fewest entries.", "within with an epsilon, else error"),
    ] = None,
    seed: Seed = 0,
    jobs: Cores = None,
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
    results.show(analysis.network_table(summarized(found)))
    missed = "" if epsilon is None else f" {found.missed:,} subset sums further than {epsilon:g} from their weight."
    results.say(f"Stored in {out}.{missed} Next: {command_text(['ticketsum', 'check', typed(out)])}")
