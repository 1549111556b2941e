"""The one exception of `analysis`: for a Dataset or an argument that its caller can put right."""


class InputError(ValueError):
    """Input that breaks a stated rule. The message gives the rule, the value and the remedy, in one line."""
