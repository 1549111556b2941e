"""The subset whose sum is nearest to a target, or has the fewest entries within epsilon of it."""
