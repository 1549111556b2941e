"""Laws, matrices and addressed streams: what a trial draws, and from which generator.

Knows kernels and checks; nothing here knows a claim.
"""

NUMBERS = 1
"""Version of all draws: raise it with every change of what a law, a matrix or a stream gives for an address."""
