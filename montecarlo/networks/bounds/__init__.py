"""How far a pruned network is from its target: certificates from above, attacks from below."""
