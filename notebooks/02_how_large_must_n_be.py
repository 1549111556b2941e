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
# # How large must n be?
#
# Theorem 3 promises that subset sums of $n \ge C \ln\frac{2}{\min(\varepsilon, \delta)}$ uniform numbers come within
# $\varepsilon$ of every point of $[-\frac12, \frac12]$, with probability at least $1 - \delta$, for *some*
# constant $C$. Which $C$ is it, and does $n$ really grow like a logarithm?

# %%
import matplotlib.pyplot as plt
import numpy as np

import analysis
import montecarlo

# %% [markdown]
# One number sums up a trial: its critical epsilon, here the covering radius of all $2^n$ sums. It is stored for every
# $n$ of every trial, so that any accuracy can be asked for afterwards.

# %%
ds = montecarlo.sweep(montecarlo.Theorem3(), n=15, trials=4_000, seed=0)
ds

# %% [markdown]
# The success probability at an accuracy is the share of trials whose critical epsilon is at most that. The interval is
# exact.

# %%
rates = analysis.success(ds, epsilon=[0.3, 0.1, 0.03])
rates.sel(event="statement", d=1, n=[4, 8, 12])[["success", "success_low", "success_high"]].to_dataframe()

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(5, 3.2))
    analysis.figures.success_curves(rates, axes)
    plt.show()

# %% [markdown]
# $n^\ast$ is the first $n$ that succeeds with probability at least $1 - \varepsilon$, and
# $C = n^\ast / \ln(2/\varepsilon)$.

# %%
epsilon = [0.3, 0.2, 0.1, 0.05, 0.03, 0.02]
found = analysis.thresholds(ds, epsilon=epsilon)
lines = analysis.slopes(ds, epsilon=epsilon)
found[["n_star", "n_star_low", "n_star_high", "constant"]].squeeze().to_dataframe()

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(5.6, 3.6))
    analysis.figures.growth([found], [lines], analysis.laws(np.geomspace(0.02, 0.3, 100)), axes)
    plt.show()

# %% [markdown]
# Straight in $\ln(1/\varepsilon)$: the logarithm is real. Below the dotted line there are fewer subsets than intervals of
# length $2\varepsilon$ to be reached, so that no random numbers could do.
#
# ## Answer

# %%
verdict = analysis.judge(ds, epsilon)
cell, slope = found.squeeze(), lines["slope"].item()
print(f"{verdict.outcome}: {verdict.reason}")
print(
    f"n* goes from {cell['n_star'].values[0]:.0f} at epsilon = {epsilon[0]} to {cell['n_star'].values[-1]:.0f} at "
    f"{epsilon[-1]}, and C lies between {cell['constant_low'].min().item():.2f} and {cell['constant_high'].max().item():.2f}"
)
print(f"n* grows by {slope:.2f} for every unit of ln(1/epsilon), {slope * np.log(2):.2f} times what counting demands")
