"""The one exception for what a user can put right."""


class InputError(ValueError):
    """Input that breaks a stated rule. The message gives the rule, the value and the remedy, in one line."""
