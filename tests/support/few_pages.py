"""A small page of synthetic sweeps with every kind of part, for the tests that open or read it."""

from analysis import Column, Line, Section, Table, draw_pictures, write_report

EPSILONS = (0.3, 0.1, 0.05)


def write_small_page(random_raw, dims_raw, folder):
    """A claim of one event, one of three, one over several d, one of several sweeps, and a section; the page's path."""
    datasets = [
        random_raw(n=20, trials=200),
        random_raw(n=20, trials=200, events=3, claim="lemma1", seed=1),
        dims_raw(n=25, trials=200),
        *(random_raw(n=20, trials=200, claim="theorem1", seed=k, label=f"Theorem 1, depth {k}") for k in (1, 2)),
        random_raw(n=5, trials=200, claim="single_sample", seed=2, logarithmic=0),
    ]
    pictures = draw_pictures(datasets[1:2], folder / "figures", epsilon=EPSILONS)
    line = Line("part", "A part", "about something else", "", note="12 of 13")
    table = Table("numbers", [Column(name) for name in "abcdefghij"])
    for k in range(20):
        table.add(f"row {k}", *(f"{k}.{j}" for j in range(9)))
    section = Section("A part", ("First.",), "ticketsum part", table, pictures[:1], line)
    path = folder / "index.html"
    write_report(
        datasets,
        pictures[:2],
        path,
        own=[(), pictures],
        attached={"theorem1": pictures[2:3]},
        sections=[section],
        epsilon=EPSILONS,
    )
    return path
