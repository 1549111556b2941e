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
# # One weight, by hand
#
# A network of random weights is given, and all we may do is delete some of them. How can that make *one* weight that we
# choose, say $w = 0.3$? Keep the random number nearest to it: that is what the first proofs did. The paper of
# Pensia et al. keeps *several* and adds them up. Why is that so much better, and how do the sums of a few random numbers
# come to fill an interval?

# %%
import matplotlib.pyplot as plt
import numpy as np

import analysis
import montecarlo

# %% [markdown]
# Ten random numbers $a_1, \ldots, a_{10}$, uniform on $[-1, 1]$. They are the first trial of a sweep of Theorem 3, and the
# same on every machine.

# %%
w = 0.3
portrait = montecarlo.portray_sums(montecarlo.Theorem3(), n=10)
a = portrait["summand"].to_numpy()
portrait["summand"].to_dataframe().T.round(4)

# %% [markdown]
# The nearest single number, and the nearest of all $2^{10}$ subset sums. The mask says which numbers to keep: bit $i$
# for $a_{i+1}$. Everything else is pruned away.

# %%
nearest = a[np.abs(a - w).argmin()]
best = montecarlo.nearest_subset(a, w)
kept = np.flatnonzero(int(best.masks) >> np.arange(10) & 1)
print(f"nearest number:  {nearest:+.4f}, off by {abs(nearest - w):.4f}")
print(f"nearest sum:     {' '.join(f'{a[i]:+.4f}' for i in kept)} = {best.sums:+.6f}, off by {best.errors:.6f}")

# %% [markdown]
# That was one weight. A proof about networks needs *every* weight in an interval, here $[-\frac12, \frac12]$. So look
# at all the sums at once. Each new number doubles them: every old sum stays, and a copy of them all is shifted by it.
# The orange bar is the widest hole: no sum lies in it, and its half width is the **covering radius**,
#
# $$ \rho_n = \sup_{|z| \le 1/2}\; \min_{S \subseteq [n]}\; \Bigl| z - \sum_{i \in S} a_i \Bigr| . $$
#
# At an end of the interval, the bar goes beyond it.

# %%
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(6.4, 4.2))
    analysis.figures.filling_sums(portrait, axes)
    plt.show()

# %% [markdown]
# Every $z$ in the interval has a sum within $\varepsilon$ exactly when $\rho_n \le \varepsilon$. So this one number
# says all there is to say about a trial, for every accuracy. Is our trial typical? Here are 2,000 of them, for one weight
# and for every weight, by sums and by single numbers.

# %%
sums = montecarlo.sweep(montecarlo.SingleLink(w), n=16, trials=2_000, seed=0)
singles = montecarlo.sweep(montecarlo.SingleSample(w), n=16, trials=2_000, seed=0)
with analysis.figures.paper_style():
    figure, both = plt.subplots(1, 2, figsize=(9.2, 3.4), sharey=True)
    for dataset, axes in zip((sums, singles), both, strict=True):
        analysis.figures.event_quantiles(analysis.quantiles(dataset), axes)
    plt.show()

# %% [markdown]
# On the left the error falls geometrically: a straight line on a logarithmic axis. On the right it falls like $1/n$.
# A sum can also reach beyond the largest number, which no single one can.
#
# ## Answer

# %%
middle = {name: analysis.quantiles(dataset).isel(d=0, quantile=0)["epsilon"] for name, dataset in
          (("sums", sums), ("single numbers", singles))}  # fmt: skip
for name, error in middle.items():
    one, every = (error.sel(event=event) for event in ("one weight", "every weight"))
    factor = (every.sel(n=8) / every.sel(n=16)).item() ** (1 / 8)
    print(
        f"By {name}, n = 16 random numbers come within {one.sel(n=16).item():.2g} of w = {w} and within "
        f"{every.sel(n=16).item():.2g} of every weight, in the median trial; from n = 8 on a number more divides the "
        f"error for every weight by {factor:.2f}."
    )
print(f"In the trial above, the widest hole shrank from {portrait['radius'][0]:.2g} to {portrait['radius'][-1]:.2g}.")
