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
# # The lower bound
#
# A random network needs a factor of $\ln(1/\varepsilon)$ more neurons than its target. Is that the proof's fault, or could
# it be less? Theorem 2 says: for two layers it could not. Its argument counts. But does counting come near what random
# networks really need?

# %%
import matplotlib.pyplot as plt
import numpy as np

import analysis
from montecarlo import packing

# %% [markdown]
# Take all linear maps $W$ with $\|W\| \le 1$ and pick as many as possible that are more than $2\varepsilon$ apart: a
# **packing** $P$. A pruned network within $\varepsilon$ of one of them is within $\varepsilon$ of no other. So if a random
# network has at least half of $P$ among its prunings with probability 1/2, it must have at least $|P|/2$ prunings.
#
# In $d$ dimensions a packing has at least $(1/2\varepsilon)^{d^2}$ points, by volume. Here they are built, every pair
# verified.

# %%
sizes = packing.measure_packings({1: ("0.2", "0.1", "0.05", "0.02", "0.01"), 2: ("1/2", "0.4", "0.3", "0.2")})
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(5.2, 3.6))
    analysis.figures.packing_sizes(sizes, axes)
    plt.show()

# %% [markdown]
# And how many prunings has a network $g(x) = N \max(Mx, 0)$ with $s$ hidden neurons? There are $2^{2ds}$ masks; with
# $2^{2ds} \ge |P|/2$ that is the printed bound. But many masks give the same function: a neuron with one of its two sides
# pruned away is gone. For $d = 1$ each neuron is there or not: $2^s$ functions.
#
# Even those are mostly wasted. For $d = 1$ a function has one slope for $x > 0$ and one for $x < 0$, and neurons work for
# one of them only. To be near $w x$, *both* must be near $w$: a point in one of the squares on the diagonal.

# %%
picture = packing.portray(1, "0.1", 12)
with analysis.figures.paper_style():
    figure, axes = plt.subplots(figsize=(4.2, 4.0))
    analysis.figures.line_portrait(picture, axes)
    plt.show()

# %% [markdown]
# So what do random networks need? For 200 of them and every $s$, which share of the packing is reached?

# %%
measured = packing.measure_theorem2(1, ("0.1", "0.03", "0.01"), range(1, 31), trials=200)
rates, widths = analysis.reach_rates(measured), analysis.packing_widths(measured)
with analysis.figures.paper_style():
    figure, both = plt.subplots(1, 2, figsize=(9.0, 3.8))
    analysis.figures.reach_curves(rates, widths, both[0])
    analysis.figures.needed_widths(widths, both[1])
    plt.show()

# %% [markdown]
# Everything grows like $\ln(1/\varepsilon)$, the bounds and what is needed; the factors between them are constants.
#
# ## Answer

# %%
last = widths.sel(d=1).sortby("epsilon").isel(epsilon=0)
first = widths.sel(d=1).sortby("epsilon").isel(epsilon=-1)
name = {"width_printed": "the printed bound", "width_functions": "counting functions", "width_sides": "counting the sides of x apart",
        "width_share": "random networks, for half of the packing,"}  # fmt: skip
for key, text in name.items():
    per = (last[key] - first[key]).item() / np.log(first["epsilon"] / last["epsilon"]).item()
    print(
        f"epsilon = {last['epsilon'].item():g}: {text} s >= {last[key].item():.3g}, {per:.2f} more for every unit of ln(1/epsilon)"
    )
violated = "is violated" if bool(rates["violated"].any()) else "is violated nowhere"
ratio = last["width_share"].item() / last["width_sides"].item()
print(f"The counting inequality {violated}; the best of the bounds is a factor {ratio:.2f} below what is needed.")
