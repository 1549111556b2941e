"""Full pruned networks: a target, the random wide network, its masks, and how far apart the two functions are."""
