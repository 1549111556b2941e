"""Options that several commands share."""

from typing import Annotated, Literal

from cyclopts import Parameter

ClaimName = Annotated[
    str, Parameter(help="A name that `ticketsum claims` lists, or module:Name for a claim of your own.")
]
D = Annotated[str | None, Parameter(help="Dimensions d of the target: 1,2,4,8; the smallest there is unless given.")]
Set = Annotated[
    list[str] | None,
    Parameter(
        name="--set", negative="", help="A parameter of the claim: depth=3, weight=0.25, law=norm:mean=0,std=0.5."
    ),
]
Jobs = Annotated[
    int | None, Parameter(help="Worker processes; all cores, or all threads of a cluster, unless given. Same results.")
]
Backend = Annotated[Literal["local", "dask"], Parameter(help="Where blocks run: this machine, or a dask cluster.")]
Scheduler = Annotated[str | None, Parameter(help="Address of the dask scheduler: tcp://HOST:PORT.")]
Seed = Annotated[int, Parameter(help="Seed of all random numbers.")]
Repair = Annotated[bool, Parameter(negative="", help="Recompute blocks whose file is damaged.")]
