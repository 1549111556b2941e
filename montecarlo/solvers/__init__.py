"""Covering radii and nearest subsets for arrays of trials: input checked once, the kernel chosen.

Knows kernels; what a claim asks of them is the claim's.
"""
