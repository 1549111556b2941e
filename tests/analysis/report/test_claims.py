"""What the page says of a claim with several sweeps: the worst outcome, ranges that leave none out, open ends."""

import math

import numpy as np
import pytest

import analysis
from analysis import Line, constants, write_report
from analysis.figures.captions import constants_text, slack_sentence
from analysis.report.claims import Sweep, _answer, _common, _range, _run, _span, _widest, claim_parts
from analysis.report.commands import duration, gaps_of, grid_text, grid_words
from analysis.report.tables import Text, number_text

SUPPORTED, REFUTED, UNDECIDED = "SUPPORTED", "REFUTED", "UNDECIDED"


KNOWN = Text("2.00", "[1.50, 2.50]")


def sweep_of(outcome, constant=KNOWN):
    """A sweep of which nothing but its line counts."""
    line = Line("a", "A", "", outcome, constant)
    return Sweep("a", "A", "", None, [], "", [], [], None, [], [], several=False, line=line, epsilon=0.1)


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ((SUPPORTED, UNDECIDED, SUPPORTED), UNDECIDED),
        ((UNDECIDED, REFUTED, SUPPORTED), REFUTED),
        ((SUPPORTED, SUPPORTED), SUPPORTED),
        (("", ""), ""),
    ],
)
def test_outcome_of_several_sweeps_is_the_worst(outcomes, worst):
    """One UNDECIDED leaves the claim UNDECIDED, one REFUTED refutes it."""
    assert _span([sweep_of(outcome) for outcome in outcomes]).outcome == worst


def test_one_undecided_sweep_shows_on_the_page(random_raw, tmp_path):
    """Of two sweeps of a claim, one does not go far enough: the row on top is UNDECIDED."""
    good, bad = (random_raw(n=n, trials=4000, label=f"Theorem 3, {n}") for n in (16, 4))
    for sweeps in ([good, bad], [bad, good]):
        (line,) = write_report(sweeps, [], tmp_path / "page.html", epsilon=[0.4, 0.03])
        assert line.outcome == UNDECIDED
        assert line.note == "2 sweeps"
    (line,) = write_report([good, good.assign_attrs(label="b")], [], tmp_path / "page.html", epsilon=[0.4, 0.03])
    assert line.outcome == SUPPORTED


def test_sweeps_without_an_answer_are_counted():
    """A range of C that leaves sweeps out says how many."""
    assert _span([sweep_of(SUPPORTED), sweep_of(UNDECIDED, Text())]).note == "2 sweeps, 1 without an answer"
    assert _span([sweep_of(SUPPORTED), sweep_of(UNDECIDED)]).note == "2 sweeps"


@pytest.mark.parametrize(
    ("texts", "value", "interval"),
    [
        (["2.00 [1.50, 2.50]", "3.00 [2.75, 4.00]"], "2.00 to 3.00", "[1.50, 4.00]"),
        (["2.00 [1.50, 2.50]", "2.00 [1.75, 2.25]"], "2.00", "[1.50, 2.50]"),
        (["2.00 [1.50, 2.50]", "8.00 ≥ 7.00"], "2.00 to 8.00", "≥ 1.50"),
        (["2.00 [1.50, 2.50]", "≥ 7.00"], "≥ 2.00", "≥ 1.50"),
        (["2.00 [1.50, 2.50]", "≤ 1.20"], "≤ 2.00", "≤ 2.50"),
        (["2.00 [1.50, 2.50]", "3.00 to 5.00"], "2.00 to 5.00", "[1.50, 5.00]"),
        (["2.0 [1.5, 2.5]", ""], "2.0", "[1.5, 2.5]"),
        (["", ""], "", ""),
        (["1", "1.3 [1.1, 1.5]"], "1.0 to 1.3", "[1.0, 1.5]"),
    ],
)
def test_ranges_leave_no_sweep_out(texts, value, interval):
    """The least and the largest of all numbers and of all limits; an open end stays open."""

    def parsed(text):
        head, space, tail = text.partition(" [") if " [" in text else text.partition("  ")
        if " ≥" in text:
            head, space, tail = text.partition(" ≥")
            return Text(head, "≥" + tail)
        return Text(head, f"[{tail}" if space.strip() else "")

    assert _range([parsed(text) for text in texts]) == Text(value, interval)


def test_page_answers_at_the_finest_accuracy_that_all_share(counted, random_raw):
    """Common accuracy: the smallest epsilon at which the first event of each sweep has an n*."""
    fine, coarse = constants([random_raw(n=40)], [0.3, 0.1, 0.03]), constants([random_raw(n=5)], [0.3, 0.1, 0.03])
    answered = coarse["epsilon"][np.isfinite(coarse["n_star"].isel(case=0))].to_numpy()
    assert 0.03 not in answered
    assert _common([fine, coarse]) == answered.min()
    assert _common([fine]) == 0.03
    assert _common([fine, constants([counted([0], 10, [1])], [0.1])]) is None
    assert _common([]) is None


@pytest.mark.parametrize(
    ("of_d", "widest"), [(([100], [100], [100]), 7), (([100], [100], [0]), 5), (([0], [0], [0]), 7)]
)
def test_page_answers_for_the_largest_of_the_best_d(counted, of_d, widest):
    """The d whose n* are known for the most accuracies, and of equal ones the largest."""
    assert _widest(constants([counted([of_d], 100, [1], d=[2, 5, 7])], [0.1])) == widest


def test_answer_quotes_the_table(random_raw):
    """n*, C, the slack of the proof, each with its interval, of the d and epsilon that are named."""
    dataset = random_raw(n=30, trials=400, events=3, claim="lemma1")
    table = constants([dataset], [0.3, 0.1])
    first, last = table.isel(case=0).sel(epsilon=0.1), table.isel(case=2).sel(epsilon=0.1)
    n_star, constant = number_text(first, "n_star", ".0f"), number_text(first, "constant", ".2f")
    slack = number_text(last, "slack", ".2f")
    assert _answer(table, 1, 0.1, factor=1) == (
        f"At ε = 0.1 “statement” needs n* = {n_star.value} {n_star.interval}: C = {constant.value} "
        f"{constant.interval}. What its proof uses needs {slack.value} {slack.interval} times as many neurons."
    )
    assert _answer(table, 1, None, factor=1) == ""


def test_answer_says_what_bounds_the_statement(counted):
    """A necessary event's C, 2 / ln 20, and a sufficient one's, 4 / ln 20, twice that as the paper counts it."""
    dataset = counted([[[0, 400, 400, 400]], [[0, 0, 0, 400]]], 400, [1, 2, 3, 4])
    dataset = dataset.assign(role=("event", np.array(["implied_by", "implies"], dtype=object)))
    table = constants([dataset], [0.1])
    least, most = 2 / np.log(20), 4 / np.log(20)
    assert _answer(table, 1, 0.1, factor=2) == (
        f"At ε = 0.1 “construction” needs n* = 4 [4, 4]: C = {most:.2f} [{most:.2f}, {most:.2f}], an upper bound on "
        f"the statement's, which lies between {least:.2f} and {most:.2f} ({2 * most:.2f} as the paper counts it, in "
        "hidden neurons per input)."
    )
    (part,) = claim_parts([dataset], [0.1], [], {})
    assert part.line.constant == Text(f"{least:.2f} to {most:.2f}", f"[{least:.2f}, {most:.2f}]")
    (part,) = claim_parts([dataset.isel(event=[1])], [0.1], [], {})
    assert part.line.constant == Text(f"≤ {most:.2f}", f"≤ {most:.2f}")


def test_page_of_a_grid_that_starts_above_n_star(counted, tmp_path):
    """At most: in the answer, the table and the row on top; no number that the sweep does not know."""
    dataset = counted([300, 300, 300], 300, [10, 11, 12])
    (line,) = write_report([dataset], [], tmp_path / "page.html", epsilon=[0.1])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<td>≤ 10</td>" in page
    assert "n* = 10" not in page
    assert line.outcome == UNDECIDED
    (part,) = claim_parts([dataset], [0.1], [], {})
    assert [row.n_star for row in part.sweeps[0].rows if row.epsilon == 0.1] == [Text("≤ 10")]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ([0, 100, 100, 100], [0, 0, 0, 100], "itself needs n = 2, what its proof uses needs n = 4: 2.0 times as many"),
        ([100, 100, 100, 100], [0, 0, 0, 0], "needs n = 1, what its proof uses needs more than the sweep's largest n"),
    ],
)
def test_slack_in_words(counted, first, last, words):
    """Both n* and their quotient, if the grid knows them."""
    dataset = counted([[first], [last]], 100, [1, 2, 3, 4], names=("statement", "proof"))
    assert words in slack_sentence(analysis.thresholds(dataset, 0.1).isel(d=0, epsilon=0))


def test_slack_in_words_of_enclosed_n_star(counted):
    """Where the grid starts above n* or leaves n out, no quotient is said."""
    dataset = counted([[[100, 100, 100]], [[0, 0, 100]]], 100, [5, 6, 9], names=("statement", "proof"))
    said = slack_sentence(analysis.thresholds(dataset, 0.1).isel(d=0, epsilon=0))
    assert "itself needs n of at most 5, what its proof uses needs n = 7 to 9." in said
    assert "times" not in said


def test_range_of_constants_is_that_of_the_finest_epsilon_known_everywhere(dims_raw):
    """Least to largest C over d."""
    rows = constants([dims_raw(n=30, events=1)], [0.3, 0.1])
    at = rows["constant"].sel(epsilon=0.1)
    assert constants_text(rows) == f"{at.min():.2f} to {at.max():.2f} for Lemma 2 (epsilon = 0.1)"


@pytest.mark.parametrize(
    ("n", "text", "words"),
    [
        ([1, 2, 3], "1:3", "every n from 1 to 3"),
        ([2, 4, 6, 8], "2:8:2", "n = 2:8:2"),
        ([1, 2], "1,2", "n = 1,2"),
        ([1, 2, 3, 10, 20, 30], "1:3,10:30:10", "n = 1:3,10:30:10"),
        ([5], "5", "n = 5"),
    ],
)
def test_grids_as_the_command_line_reads_them(n, text, words):
    assert grid_text(np.array(n)) == text
    assert grid_words(np.array(n)).replace(", ", ",") == words


@pytest.mark.parametrize(
    ("tolerance", "resolution", "words"),
    [
        (0.0, 0.0, "exact to the last bits of double precision."),
        (0.05, 0.1, "every covering radius certified within 5%, not followed below 0.1."),
        (0.005, 0.02, "every covering radius certified within 0.5%, not followed below 0.02."),
    ],
)
def test_precision_in_words(raw, tolerance, resolution, words):
    """A tolerance in percent, a resolution as an epsilon."""
    dataset = raw(np.full((3, 40), 0.5), [1, 2, 3], tolerance=tolerance, resolution=resolution)
    assert _run(dataset) == f"40 trials, every n from 1 to 3, {words}"


def test_what_is_not_resolved_has_a_finer_sweep(counted):
    """At half of the smallest epsilon that is missing, so that it lies above what is not followed; and its price."""
    cost = '{"0.1": 2.0, "0.03": 10800.0, "0.01": 172800.0}'
    dataset = counted([0, 100], 100, [1, 2], epsilon=0.3, resolution=0.2, tolerance=0.01, cost=cost)
    gaps = gaps_of(dataset, constants([dataset], [0.3, 0.1, 0.03, 0.01]))
    assert gaps is not None
    said, command = gaps
    prices = ("2 s on one core for ε = 0.1", "3 h on one core for ε = 0.03", "2 days on one core for ε = 0.01")
    assert said == ", ".join(f"about {price}" for price in prices)
    assert "--resolution 0.005" in command
    log = math.log(2.0 / 0.01)
    assert f"--n 1:{math.ceil(1.1 * 2.0 / math.log(2.0 / 0.3) * log)} " in command
    assert gaps_of(dataset, constants([dataset], [0.3])) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (89.0, "89 s"),
        (91.0, "1.5 min"),
        (1800.0, "30 min"),
        (5300.0, "88 min"),
        (7200.0, "2 h"),
        (86400.0, "24 h"),
        (172800.0, "2 days"),
    ],
)
def test_durations_for_people(seconds, text):
    """A unit is taken from one and a half of it on."""
    assert duration(seconds) == text
