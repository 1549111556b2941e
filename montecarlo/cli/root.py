"""The program itself, to which commands are added, and what its help says first."""

from importlib.metadata import version

from cyclopts import App

app = App(
    name="ticketsum",
    help="""Is a theorem about random networks true in numbers, and how large is its constant?

    A sweep simulates a claim of "Optimal Lottery Tickets via SubsetSum" and stores one number a trial, its critical
    epsilon: the smallest accuracy at which the claim's event holds. Everything else is estimated from these numbers
    afterwards, for any accuracy.

    Start with `ticketsum reproduce`, or step by step:

        ticketsum claims
        ticketsum sweep theorem3 --n 1:16 --trials 10000 --out RUN
        ticketsum estimate RUN --epsilon 0.1,0.01
        ticketsum plot RUN
    """,
    version=lambda: version("ticketsum"),
    version_flags=["--version"],
    suppress_keyboard_interrupt=False,
)
