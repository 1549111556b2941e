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
# # From one weight to a layer
#
# Theorem 3 needs about $3 \ln(2/\varepsilon)$ random numbers for a weight. The paper then climbs: one weight behind a
# ReLU (Lemma 1), a neuron (Lemma 2), a layer (Lemma 3), a network (Theorem 1). Each step of the proofs gives something
# away: halves that are not used, errors that are added although they never meet, the worst weight in place of all. How
# much $n$ does each of them cost, and which one matters?

# %%
import matplotlib.pyplot as plt

import analysis
import montecarlo

# %% [markdown]
# ## Lemma 1
#
# $g(x) = \sum_{i=1}^{2n} s_i v_i \max(u_i x, 0)$ is to be $w x$ on $|x| \le 1$. For $x > 0$ only the neurons with
# $u_i > 0$ fire, for $x < 0$ only the others; both sides are linear. So a mask is good exactly when *two* subset sums are
# near $w$, and with $\rho(X)$ the covering radius of the sums of $X$ over $[-1, 1]$, the statement holds at
#
# $$ \varepsilon \ge \max\bigl(\rho(v_i u_i : u_i > 0),\; \rho(v_i u_i : u_i < 0)\bigr). $$
#
# The printed proof (the *construction*) reserves half of the neurons for each sign before it looks at theirs, so that
# about half of either half is idle. Then it adds the errors of the two sides, though no $x$ suffers both (the *proof*).
#
# Products of uniforms are small, so that $n$ must be near 60, where $2^{60}$ sums cannot be listed. The sweep certifies
# every covering radius within 1% instead, and intervals count sure and possible successes apart.

# %%
certified = {"relative_tolerance": 0.01, "resolution": 0.02}
epsilon = [0.3, 0.2, 0.1, 0.05, 0.03]
lemma1 = montecarlo.sweep(montecarlo.Lemma1(), n=65, trials=1_000, **certified)
found, lines = analysis.thresholds(lemma1, epsilon), analysis.slopes(lemma1, epsilon)
found[["n_star", "n_star_low", "n_star_high", "constant"]].squeeze().to_dataframe()[
    ["n_star", "n_star_low", "n_star_high", "constant"]
].round(2)

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    analysis.figures.event_growth(found, lines, axes)
    plt.show()

# %% [markdown]
# The construction is the expensive step. Doubling the error costs next to nothing: $n$ is a logarithm of it.
#
# ## Neurons, layers, networks
#
# Lemma 2 approximates $w^\top x$ with $d$ blocks, Lemma 3 a $d \times d$ matrix, Theorem 1 a network of depth $l$. Their
# proofs ask every block for accuracy $\varepsilon / d$, $\varepsilon / d^2$, and so on, as if all blocks were as bad as the
# worst, and all errors of the same sign.

# %%
coarse = {"relative_tolerance": 0.01, "resolution": 0.09}
sweeps = [
    lemma1,
    montecarlo.sweep(montecarlo.Lemma2(), n=75, d=[2, 4], trials=400, **coarse),
    montecarlo.sweep(montecarlo.Lemma3(), n=75, d=[2], trials=400, **coarse),
    montecarlo.sweep(montecarlo.Theorem1(depth=2), n=75, d=[2], trials=400, **coarse),
]
table = analysis.constants(sweeps, [0.3, 0.1])
columns = ["label", "d", "event", "n_star", "constant", "slack", "slack_low", "slack_high"]
table.to_dataframe().reset_index().query("epsilon == 0.1")[columns].round(2).reset_index(drop=True)

# %%
fine = analysis.constants(sweeps, [0.3, 0.2, 0.15, 0.1])
with analysis.figures.paper_style():
    figure, both = plt.subplots(1, 2, figsize=(10.5, 3.8))
    analysis.figures.scaling(fine, both[0])
    analysis.figures.scaling(fine, both[1], event="proof")
    plt.show()

# %% [markdown]
# All claims fall on about one line in $\ln(A / \varepsilon)$, with the $A$ that each of them names (2 for one weight, $d$
# for a neuron, $d^2$ for a layer, $d^2 l$ for a network): so the *form* of the bounds is right. So do the proofs, on a steeper one.
#
# ## Answer

# %%
at = table.to_dataframe().reset_index().query("epsilon == 0.1").set_index("event")
steps = at[at["claim"] == "lemma1"]["n_star"]
print(
    f"At epsilon = 0.1 Lemma 1 needs n = {steps['statement']:.0f}; keeping half of the neurons for each sign takes "
    f"{steps['construction']:.0f}, adding the two errors {steps['proof']:.0f}: the halves cost a factor "
    f"{steps['construction'] / steps['statement']:.2f}, the addition {steps['proof'] / steps['construction']:.2f}."
)
for row in at.loc["proof"].itertuples():
    where = f"{row.label}, d = {row.d}" if row.d > 1 else row.label
    print(f"{where}: the proof uses {row.slack:.2f} [{row.slack_low:.2f}, {row.slack_high:.2f}] times the n it needs.")
