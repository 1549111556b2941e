"""What a Dataset of trials says: success, n*, C, slack, verdicts, what more trials would give."""
