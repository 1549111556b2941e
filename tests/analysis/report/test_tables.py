"""Notes of tables: what the numbers above them cannot say."""

from analysis import estimate, threshold_table


def test_a_delta_below_what_the_trials_can_bound_says_how_many_could(random_raw):
    """ln(0.025) / ln(1 - delta) trials, rounded up: 3,688,878 for 1e-6; no note where there are as many."""
    dataset = random_raw(n=12, trials=300)
    notes = threshold_table(estimate(dataset, [0.1], delta=1e-6)).notes
    assert notes[-1] == (
        "delta = 1e-06 takes at least 3,688,878 trials: with fewer, even none that fails certifies no n*"
    )
    assert "takes at least" not in threshold_table(estimate(dataset, [0.1], delta=0.0123)).notes[-1]
    assert "takes at least 306 trials" in threshold_table(estimate(dataset, [0.1], delta=0.012)).notes[-1]
