# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Bring your own law, target or claim
#
# The paper's weights are uniform, its claims are its own. What if yours are not: normal weights, a network of yours, a
# statement that is in no paper? What must you write to have the same machinery, from the sweep to the figure?

# %%
import matplotlib.pyplot as plt
import numpy as np
import scipy.stats

import analysis
import montecarlo

# %% [markdown]
# ## A law
#
# Any continuous law of `scipy.stats` can stand in for the uniform. Lueker's theorem asks only that it contain one, that
# is, have a density bounded below near 0. Which of three laws of the same variance needs the fewest summands?

# %%
laws = {
    "uniform": scipy.stats.uniform(-1.0, 2.0),
    "normal": scipy.stats.norm(0.0, 3.0**-0.5),
    "Laplace": scipy.stats.laplace(0.0, 6.0**-0.5),
}
epsilon = [0.3, 0.2, 0.1, 0.05, 0.03, 0.02]
sweeps = {name: montecarlo.sweep(montecarlo.SubsetSum(law), n=18, trials=2_000) for name, law in laws.items()}
table = analysis.constants(list(sweeps.values()), epsilon)
table.to_dataframe().reset_index().pivot_table(index="label", columns="epsilon", values="n_star")

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(5.4, 3.6))
    analysis.figures.law_comparison(table, axes)
    plt.show()

# %% [markdown]
# On the command line: `ticketsum sweep subset_sum --set law=norm:mean=0,std=0.577 --n 1:18`.
#
# ## A target
#
# A target network is a list of matrices, first layer first, or an `.npz` file of them. A wide random network is drawn from
# the seed and pruned to it; then the distance of the two on the unit ball is bounded from both sides.

# %%
angle = np.pi / 6
rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
pruned = montecarlo.prune([rotation, rotation.T], n=30, epsilon=0.01)
distance = montecarlo.bounds(pruned.pairs)
print(f"{pruned.missed} weights missed; sup |f - g| between {distance.lower:.4f} and {distance.upper:.4f}")

# %% [markdown]
# On the command line: `ticketsum prune T.npz --n 30 --epsilon 0.01 --out PRUNED`, then `ticketsum check PRUNED`.
#
# ## A claim
#
# Suppose weights below a threshold are lost, as in hardware that cannot hold them: do the subset sums of the others still
# cover $[-\frac12, \frac12]$ with $C \ln(2/\varepsilon)$ numbers? A claim is a frozen dataclass in a file of its own. It says
# what it is called and what it states, how its randomness is drawn, and the *critical epsilon* of each trial: the smallest
# $\varepsilon$ at which the statement holds, for the first $n$ draws, for every $n$.

# %%
# %%writefile my_claims.py
"""Subset sums when small weights are lost."""

from dataclasses import dataclass

import numpy as np

from montecarlo import Claim, radius_brackets


@dataclass(frozen=True)
class Thinned(Claim):
    """Subset sums of those of n uniforms that are at least `least` in size come near every z in [-1/2, 1/2]."""

    least: float = 0.25

    name = "thinned"
    statement = "X_1..X_n iid U[-1,1], those with |X_i| < least lost: the subset sums of the others cover [-1/2, 1/2]."

    def draw(self, generator, n, d, trials):
        return generator.uniform(-1.0, 1.0, (n, trials))

    def critical_epsilons(self, draws, precision):
        kept = np.where(np.abs(draws) >= self.least, draws, 0.0)
        return radius_brackets(kept, (-0.5, 0.5), precision)


# %% [markdown]
# That is all. From the command line it goes by `module:Name`, and everything works with it as with the paper's claims.

# %%
# !ticketsum claims my_claims:Thinned

# %%
# !ticketsum verify my_claims:Thinned --set least=0.5 --constant 3 --trials 2000 --epsilon 0.3,0.1 --out thinned-verify 2> progress.txt

# %% [markdown]
# From Python it is a class. Here for several thresholds, with the paper's own Theorem 3 beside them.

# %%
from my_claims import Thinned

certified = {"n": 36, "trials": 1_000, "relative_tolerance": 0.01, "resolution": 0.015}
own = {least: montecarlo.sweep(Thinned(least), **certified) for least in (0.0, 0.2, 0.4)}
thinned = analysis.constants([montecarlo.sweep(montecarlo.Theorem3(), **certified), *own.values()], epsilon)
thinned.to_dataframe().reset_index().pivot_table(index="label", columns="epsilon", values="n_star", sort=False)

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(6.0, 3.6))
    found = [analysis.thresholds(dataset, epsilon) for dataset in own.values()]
    lines = [analysis.slopes(dataset, epsilon) for dataset in own.values()]
    analysis.figures.growth(found, lines, analysis.laws(np.geomspace(0.02, 0.3, 100)), axes)
    plt.show()

# %% [markdown]
# ## What is checked for you
#
# A claim that breaks the rules would give numbers that look like any others. So a few trials are run before a sweep
# starts, and every block is looked at: randomness must come from the generator and continue when $n$ grows; a critical epsilon
# must not look at later draws or at other trials, must be a finite number, and must not rise with $n$. What is wrong is
# said in one line.

# %%
# %%writefile bad_claims.py
"""A claim that is none: the largest distance so far can only rise."""

from dataclasses import dataclass

import numpy as np

from montecarlo import Claim


@dataclass(frozen=True)
class Rising(Claim):
    name = "rising"
    statement = "The largest of n uniforms is at most epsilon."

    def draw(self, generator, n, d, trials):
        return generator.random((n, trials))

    def critical_epsilons(self, draws, precision):
        return np.maximum.accumulate(draws)


# %%
# !ticketsum sweep bad_claims:Rising --n 1:10

# %% [markdown]
# ## Answer

# %%
stars = table["n_star"].sel(epsilon=0.02)
order = sorted(zip(stars.to_numpy(), laws, strict=True))
print("At epsilon = 0.02, n* is", ", ".join(f"{n:.0f} for the {name} law" for n, name in order) + ".")
constants = thinned["constant"].sel(epsilon=0.02)
for label, constant, n in zip(
    constants["label"].to_numpy(), constants.to_numpy(), thinned["n_star"].sel(epsilon=0.02).to_numpy(), strict=True
):
    print(f"{label}: n* = {n:.0f}, C = {constant:.2f}")
print(
    f"The target's two layers were pruned to within {distance.upper:.3f}; "
    f"{len(own)} sweeps of a claim of our own took one class with two methods."
)
