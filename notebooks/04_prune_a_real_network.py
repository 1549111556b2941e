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
# # Prune a real network
#
# The theorems speak of worst cases: every weight, every input of the ball. Does the construction work on a network that
# somebody trained? Take a ReLU network that reads handwritten digits, 784 pixels, 500 hidden neurons, 10 classes. Replace
# each of its 397,000 weights by a sum of a few random numbers: how few will do, and what is left of the accuracy?

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import analysis
import montecarlo
from montecarlo.experiments.subset_sums import experiment as experiment1
from montecarlo.experiments.mnist import digits
from montecarlo.experiments.subset_sums.target import correct, load_target
from montecarlo.networks.pairs import pruned_outputs, target_outputs

# %% [markdown]
# The trained weights and MNIST come with the package. No weight is larger than 1, as the theorems ask.

# %%
target, test = load_target(), digits("test")
print(f"{' and '.join(str(layer.shape) for layer in target.layers)}, largest weight {target.largest:.3f}")

# %% [markdown]
# ## Weight by weight: Experiment 1 of the paper
#
# Every weight gets $n$ random coefficients, and its nearest subset sum takes its place. The paper used Gurobi for that,
# 21.5 hours on 36 cores with $n = 21$. Here all weights of a row share their coefficients (`row`), which makes one sorted
# table do for 784 weights.

# %%
grid = experiment1.Grid(("row",), ("fitted",), ("error",), (4, 6, 8, 12, 21), (0.01,), (0, 1))
with tempfile.TemporaryDirectory() as folder:
    cells = experiment1.run(grid, Path(folder))
summary = analysis.experiment_summary(cells)
paper = analysis.paper_values(cells)
with analysis.figures.paper_style():
    figure, both = plt.subplots(1, 2, figsize=(9.4, 3.6))
    at = summary.sel(epsilon=0.01)
    analysis.figures.accuracy_by_n(at, paper, both[0])
    analysis.figures.missed_by_n(at, both[1])
    plt.show()

# %% [markdown]
# ## The network of Theorem 1
#
# Coefficients that belong to one weight alone are not what a random network has. In Theorem 1 each input has $2n$ hidden
# neurons of its own, and weight $w_{ij}$ is a subset sum of the products $v_{ijk} u_{jk}$, where $u_{jk}$ is shared by all
# outputs $i$. Now a whole random network of twice the depth is pruned; its weights are drawn before anybody looks at the
# target.

# %%
pruned = montecarlo.prune(target.layers, n=30, epsilon=0.01)
right = [correct(of(pruned.pairs, test.images), test) for of in (target_outputs, pruned_outputs)]
hidden = sum(2 * pruned.wide.n * layer.pair.weights.shape[1] for layer in pruned.layers)
print(f"{pruned.missed} of {pruned.target.size:,} weights missed, with {hidden:,} hidden neurons")

# %% [markdown]
# The errors of the weights are known now, so Theorem 1's chain of inequalities can be computed with *their* norms, and
# an attack looks for an input of the unit ball where the two networks really differ. The truth lies between.

# %%
certificate = montecarlo.bounds(pruned.pairs, restarts=4, steps=25)
scores = [of(pruned.pairs, test.images) for of in (target_outputs, pruned_outputs)]
sizes = np.linalg.norm(test.images, axis=1)
seen = (np.linalg.norm(scores[0] - scores[1], axis=1) / sizes).max()

# %% [markdown]
# ## Answer

# %%
row = at.sel(coefficients="row", scale="fitted", objective="error")
enough = int(row["n"].where(row["accuracy_low"] >= row.attrs["accuracy_before"] - 0.001).min())
print(
    f"The network has {row.attrs['accuracy_before']:.2%}. Every weight a sum of some of n random numbers keeps it within "
    f"0.1 points from n = {enough} on (of {list(map(int, row['n']))}); n = 21 gives {row['accuracy'].sel(n=21).item():.2%}."
)
print(
    f"A whole random network with n = {pruned.wide.n} prunes to {right[1] / len(test.labels):.2%} "
    f"(before: {right[0] / len(test.labels):.2%}), {pruned.missed} weights off by more than {pruned.epsilon}."
)
print(
    f"On the unit ball the two differ by {certificate.lower:.3g} somewhere and {certificate.upper:.3g} at most; on test "
    f"images, scaled to norm 1, by {seen:.3g} at most. The proof's last line, told the same errors, only promises "
    f"{certificate.paper_proof:.2g}."
)
