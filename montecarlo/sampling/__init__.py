"""Laws, matrices and addressed streams: what a trial draws, and from which generator.

Knows kernels and checks; nothing here knows a claim.
"""
