"""Whatever takes a Dataset: equal answers for any order of any dim; what cannot be meant is one InputError."""

import ast
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from drawings import axes_of

import analysis
from analysis import InputError, draw_pictures, figures, judge, success, write_report
from analysis.entry import About, claim_about, event_text, has_law, raw_dataset
from montecarlo import CLAIMS

EPSILONS = (0.5, 0.3, 0.2, 0.1)
STEPS = {"event": 2, "d": 3, "n": 12, "trial": 80}


@pytest.fixture(scope="module")
def sweep(dims_raw):
    """Three d, three events, brackets, and n = 1..12; critical epsilons nested along the events."""
    dataset = dims_raw(n=12, trials=80, claim="lemma2")
    return dataset.assign(critical_epsilon_low=0.9 * dataset["critical_epsilon"])


RAW = {
    "success": lambda ds: success(ds, EPSILONS),
    "thresholds": lambda ds: analysis.thresholds(ds, EPSILONS),
    "slopes": lambda ds: analysis.slopes(ds, EPSILONS),
    "estimate": lambda ds: analysis.estimate(ds, EPSILONS),
    "constants": lambda ds: analysis.constants([ds], EPSILONS),
    "widths": lambda ds: analysis.widths(analysis.constants([ds], EPSILONS)),
    "quantiles": lambda ds: analysis.quantiles(ds, [0.1, 0.5]),
    "event_ratio": lambda ds: analysis.event_ratio(ds, "proof", "statement"),
    "half_widths": lambda ds: analysis.half_widths(ds, EPSILONS),
    "trials_needed": lambda ds: analysis.trials_needed(ds, EPSILONS, 0.05),
    "judge": lambda ds: judge(ds, EPSILONS),
    "judge a constant": lambda ds: judge(ds, EPSILONS, constant=4.0),
    "trials_of": lambda ds: analysis.trials_of(ds).tolist(),
    "trials_text": analysis.trials_text,
    "resolved": lambda ds: analysis.resolved(ds, EPSILONS),
}
"""Every public function of a raw Dataset that draws nothing."""


def shuffled(dataset, dim, order):
    size = dataset.sizes[dim]
    if order == "reversed":
        return dataset.isel({dim: slice(None, None, -1)})
    return dataset.isel({dim: np.random.default_rng(5).permutation(size)})


def assert_same(one, other):
    if isinstance(one, xr.Dataset | xr.DataArray):
        xr.testing.assert_identical(one, other)
    else:
        assert one == other


@pytest.mark.parametrize("name", RAW)
def test_any_order_of_any_dim_gives_the_same(sweep, name):
    """To the bit, names and attributes included: each dim reversed and shuffled, all of them, and transposed."""
    expected = RAW[name](sweep)
    every = sweep
    for dim in STEPS:
        assert_same(RAW[name](shuffled(sweep, dim, "reversed")), expected)
        every = shuffled(every, dim, "shuffled")
    assert_same(RAW[name](every.transpose("trial", "n", "d", "event")), expected)


def test_an_order_that_is_taken_for_the_coordinate_is_noticed(sweep):
    """Control: n shuffled under the same coordinate does change the answers."""
    wrong = shuffled(sweep, "n", "shuffled").assign_coords(n=sweep["n"])
    assert not RAW["thresholds"](wrong).equals(RAW["thresholds"](sweep))


@pytest.mark.parametrize("dim", ["n", "d", "event", "trial"])
def test_pictures_and_page_of_a_shuffled_sweep_are_the_same(sweep, undrawn, tmp_path, dim):
    """The sentences of the pictures and the page, word for word."""
    if dim in ("d", "trial"):
        said = [picture.sentence for picture in draw_pictures([sweep], tmp_path, epsilon=EPSILONS[:2], panels=[])]
        again = draw_pictures([shuffled(sweep, dim, "reversed")], tmp_path, epsilon=EPSILONS[:2], panels=[])
        assert [picture.sentence for picture in again] == said
    pages = []
    for dataset in (sweep, shuffled(sweep, dim, "reversed")):
        write_report([dataset], [], tmp_path / "page.html", epsilon=EPSILONS)
        pages.append((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert pages[0] == pages[1]


def test_events_that_are_not_nested_stay_as_given(raw):
    """Nothing tells their order then, and equal ones keep theirs."""
    crossed = raw(np.array([[[0.1, 0.4]], [[0.3, 0.2]]]), [1])
    equal = raw(np.array([[[0.1, 0.4]], [[0.1, 0.4]]]), [1])
    for dataset in (crossed, equal, equal.isel(event=[1, 0])):
        assert raw_dataset(dataset)["event"].to_numpy().tolist() == dataset["event"].to_numpy().tolist()


@pytest.mark.parametrize("dim", ["event", "d", "n", "trial"])
def test_a_dim_that_was_squeezed_away_comes_back(sweep, dim):
    """ds.isel(dim=0) is ds.isel(dim=[0]): same values, same dims."""
    one = sweep.isel({dim: 0})
    xr.testing.assert_identical(success(one, 0.3), success(sweep.isel({dim: [0]}), 0.3))
    assert judge(one, [0.3], constant=9.0) == judge(sweep.isel({dim: [0]}), [0.3], constant=9.0)


def test_a_squeezed_sweep_simply_works(random_raw):
    """All dims of length 1 at once."""
    dataset = random_raw()
    xr.testing.assert_identical(success(dataset.squeeze(), 0.3), success(dataset, 0.3))
    xr.testing.assert_identical(analysis.constants(dataset.squeeze(), 0.3), analysis.constants([dataset], 0.3))


WRONG = {
    "a path": (lambda ds: "RUN", r"must be an xarray.Dataset, got 'RUN'; give montecarlo.load\(RUN\)"),
    "nothing": (lambda ds: None, "must be an xarray.Dataset, got None"),
    "a DataArray": (lambda ds: ds["critical_epsilon"], "must be an xarray.Dataset, got a DataArray"),
    "an array": (lambda ds: np.ones(3), "must be an xarray.Dataset, got a ndarray"),
    "estimates": (lambda ds: success(ds, 0.3), "with critical_epsilon, got success"),
    "no variable": (lambda ds: xr.Dataset(), "with critical_epsilon, got no variable"),
    "a dim dropped": (lambda ds: ds.isel(event=0, drop=True), "must have the dims event, d, n, trial, got d, n, trial"),
    "a mean": (lambda ds: ds.mean("trial", keep_attrs=True), "must have the dims event, d, n, trial, got event, d, n"),
    "a dim more": (lambda ds: ds.expand_dims("run"), "must have the dims event, d, n, trial, got run"),
    "no n": (lambda ds: ds.isel(n=[]), "n must have at least one value, got none"),
    "no trial": (lambda ds: ds.isel(trial=[]), "trial must have at least one value, got none"),
    "an n twice": (lambda ds: ds.isel(n=[0, 1, 1]), "n must have a coordinate of different values"),
    "no coordinate": (lambda ds: ds.drop_vars("n"), "n must have a coordinate of different values"),
    "n in parts": (lambda ds: ds.assign_coords(n=ds["n"] + 0.5), "n must be whole numbers of at least 1"),
    "text": (lambda ds: ds.assign(critical_epsilon=ds["critical_epsilon"].astype(str)), "must be numbers, got <U32"),
    "lost attributes": (lambda ds: ds.drop_attrs(), "must have the attribute"),
    "no amplitude": (lambda ds: ds.drop_vars("amplitude"), "must have the variable amplitude"),
}
FIRST = {
    **{name: RAW[name] for name in ("success", "thresholds", "slopes", "estimate", "constants", "quantiles")},
    **{name: RAW[name] for name in ("event_ratio", "half_widths", "trials_needed", "judge", "judge a constant")},
    "trials_of": analysis.trials_of,
    "draw_pictures": lambda ds: draw_pictures([ds], "figures"),
    "draw_scaling": lambda ds: analysis.draw_scaling([ds], "figures"),
    "draw_widths": lambda ds: analysis.draw_widths([ds], "figures"),
    "write_report": lambda ds: write_report([ds], [], "page.html"),
}
COUNTING = {"success", "quantiles", "event_ratio", "half_widths", "trials_needed", "trials_of", "slopes"}
DO_WITHOUT = {
    "no amplitude": COUNTING,
    "lost attributes": COUNTING | {"thresholds", "estimate", "judge", "judge a constant"},
}
"""Functions that need no amplitude, and those that need no attributes."""


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_sweep_is_one_input_error(sweep, tmp_path, monkeypatch, kind):
    """Every function that takes a raw Dataset, given each wrong one."""
    monkeypatch.chdir(tmp_path)
    make, message = WRONG[kind]
    wrong = make(sweep)
    for name, call in FIRST.items():
        if name in DO_WITHOUT.get(kind, ()):
            call(wrong)
        else:
            with pytest.raises(InputError, match=message):
                call(wrong)


NUMBERS = {
    "text": ("0.1", "must be"),
    "nothing": (None, "must be"),
    "complex": (1j, "must be"),
    "ragged": ([[0.1], [0.1, 0.2]], "must be"),
    "NaN": (float("nan"), "must be"),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_what_is_no_number_is_one_input_error(sweep, kind):
    """As epsilon, delta, level, q, constant, half-width: text, None, complex, ragged and NaN."""
    value, message = NUMBERS[kind]
    calls = [
        lambda: success(sweep, value),
        lambda: analysis.thresholds(sweep, value),
        lambda: analysis.constants([sweep], value),
        lambda: judge(sweep, value),
        lambda: analysis.laws(value),
        lambda: success(sweep, 0.3, level=value),
        lambda: analysis.quantiles(sweep, value),
        lambda: analysis.trials_needed(sweep, 0.3, value),
        lambda: analysis.required_n(3.0, 2.0, value),
        lambda: analysis.required_n(value, 2.0, 0.1),
        lambda: analysis.dkw_bound(10, value),
        lambda: analysis.level_text(value),
        lambda: analysis.forecast_trials(1, 1, 2, value),
    ]
    if value is not None:  # None leaves it out
        calls += [lambda: analysis.thresholds(sweep, 0.3, delta=value), lambda: judge(sweep, 0.3, constant=value)]
    for call in calls:
        with pytest.raises(InputError, match=message):
            call()


@pytest.mark.parametrize(
    "epsilon", [np.array([[0.3, 0.1]]), np.array(0.3), xr.DataArray([0.3, 0.1], dims="epsilon"), {0.3, 0.1}, 0.3]
)
def test_arrays_of_any_shape_are_epsilons(sweep, tmp_path, epsilon):
    """Wherever epsilons are taken, pictures included."""
    values = sorted(np.unique(list(epsilon) if isinstance(epsilon, set) else epsilon), reverse=True)
    assert success(sweep, epsilon)["epsilon"].to_numpy().tolist() == values
    assert analysis.constants(sweep, epsilon)["epsilon"].to_numpy().tolist() == values
    assert analysis.quantiles(sweep, epsilon)["quantile"].to_numpy().tolist() == values[::-1]
    assert judge(sweep, epsilon, constant=3.0).outcome


def test_successes_beyond_the_trials_are_refused():
    """More successes than trials, fewer than none, shapes that do not fit, and what is no number."""
    for call in (analysis.clopper_pearson, analysis.confidence_sequence):
        for wrong in ((3, 2), (-1, 2), ("a", 2), ([1, 2], [1, 2, 3])):
            with pytest.raises(InputError, match="successes"):
                call(*wrong)


def test_folders_may_be_text_and_one_sweep_needs_no_list(random_raw, undrawn, tmp_path, monkeypatch):
    """draw_pictures(ds, "figs") and write_report(ds, pictures, "page.html") are as good as lists and paths."""
    monkeypatch.chdir(tmp_path)
    pictures = draw_pictures(random_raw(), "figs", epsilon=[0.3, 0.1], panels=[])
    assert [picture.png.exists() for picture in pictures] == [True]
    write_report(random_raw(), pictures, "page.html")
    assert (tmp_path / "page.html").exists()
    with pytest.raises(InputError, match=r"nowhere/page\.html must be writable, got: No such file"):
        write_report(random_raw(), [], "nowhere/page.html")
    with pytest.raises(InputError, match="the folder for figures must be a path, got None"):
        draw_pictures(random_raw(), None)
    with pytest.raises(InputError, match=r"datasets must be a list of Datasets, got 'RUN'; give \[montecarlo"):
        draw_pictures("RUN", "figs")


def test_unknown_events_are_refused_by_name(sweep):
    """Wherever an event is chosen."""
    rates = success(sweep, [0.3])
    table = analysis.constants(sweep, [0.3, 0.1])
    for call in (
        lambda: judge(sweep, 0.3, event="nonsense"),
        lambda: analysis.event_ratio(sweep, "nonsense", "proof"),
        lambda: figures.success_curves(rates, axes_of(), event="nonsense"),
        lambda: figures.scaling(table, axes_of(), event="nonsense"),
    ):
        with pytest.raises(InputError, match="event must be one of statement, construction, proof, got 'nonsense'"):
            call()


def curves(axes):
    """What is drawn as lines: place by place, with colours and dashes."""
    return [(line.get_xydata().tolist(), mpl.colors.to_hex(line.get_color()), line.get_label()) for line in axes.lines]


@pytest.mark.parametrize("d", [None, 2])
def test_success_curves_draw_every_d_or_the_one_named(sweep, d):
    """A curve for every epsilon and d, each through its own rates; with d given, those of that d alone."""
    rates = success(sweep, [0.3, 0.1])
    axes = figures.success_curves(rates, axes_of(), d=d)
    shown = rates if d is None else rates.sel(d=[d])
    assert len(axes.lines) == shown.sizes["d"] * 2
    for line, (each, epsilon) in zip(
        axes.lines, [(each, e) for each in shown["d"].to_numpy() for e in (0.3, 0.1)], strict=True
    ):
        assert np.array_equal(line.get_ydata(), rates["success"].sel(event="statement", d=each, epsilon=epsilon))
        assert (f"$d={each}$" in line.get_label()) is (d is None)
    assert axes.get_title() == ("Lemma 2: statement" if d is None else "Lemma 2, $d=2$:\nstatement")


def test_figures_of_one_d_ask_which(sweep):
    """None draws the first of several d in silence; each draws the one that is named, as if it were alone."""
    rates, lines = success(sweep, EPSILONS), analysis.slopes(sweep, EPSILONS)
    found, half = (analysis.thresholds(sweep, EPSILONS, delta=delta) for delta in (None, 0.5))
    law, many = analysis.laws(EPSILONS), analysis.quantiles(sweep, [0.5])
    ratios = analysis.event_ratio(sweep, "proof", "statement")
    calls = {
        "event_curves": lambda ax, pick, **o: figures.event_curves(pick(rates), ax, epsilon=0.3, **o),
        "heatmap": lambda ax, pick, **o: figures.success_heatmap(pick(rates), pick(half), pick(found), ax, **o),
        "growth": lambda ax, pick, **o: figures.growth([pick(found)], [pick(lines)], law, ax, **o),
        "event_growth": lambda ax, pick, **o: figures.event_growth(pick(found), pick(lines), ax, **o),
        "power_growth": lambda ax, pick, **o: figures.power_growth(pick(found), law, ax, **o),
        "event_quantiles": lambda ax, pick, **o: figures.event_quantiles(pick(many), ax, **o),
        "ratio_quantiles": lambda ax, pick, **o: figures.ratio_quantiles(pick(ratios), ax, **o),
    }
    for name, call in calls.items():
        with pytest.raises(InputError, match=r"this shows one d, got 1, 2, 4; choose one of them as d=\.\.\."):
            call(axes_of(), lambda each: each)
        with pytest.raises(InputError, match="d must be one of 1, 2, 4, got 3"):
            call(axes_of(), lambda each: each, d=3)
        named, alone = axes_of(), axes_of()
        call(named, lambda each: each, d=4)
        call(alone, lambda each: each.sel(d=[4]))
        assert curves(named) == curves(alone), name
        assert named.get_title() == alone.get_title(), name


def test_figures_draw_what_they_are_asked_for(sweep):
    """An epsilon or a quantile that is not in the Dataset is refused, and not replaced by the nearest one."""
    with pytest.raises(InputError, match=r"epsilon must be one of 0\.3, got 0\.29"):
        figures.event_curves(success(sweep.sel(d=[1]), 0.3), axes_of(), epsilon=0.29)
    with pytest.raises(InputError, match=r"quantile must be one of 0\.5, got 0\.9"):
        figures.event_quantiles(analysis.quantiles(sweep.sel(d=[1])), axes_of(), quantile=0.9)
    rounded = success(sweep.sel(d=[1]), 0.1 + 0.2)
    assert figures.event_curves(rounded, axes_of(), epsilon=0.3).lines


def test_shuffled_estimates_draw_the_same(sweep):
    """n, d and epsilon of estimates in any order: the same lines."""
    rates, lines, found = (RAW[name](sweep) for name in ("success", "slopes", "thresholds"))
    every = rates
    for dim in ("n", "d", "epsilon"):
        every = shuffled(every, dim, "shuffled")
    one, other = (figures.success_curves(each, axes_of()) for each in (rates, every))
    assert curves(one) == curves(other)
    back = found.isel(epsilon=slice(None, None, -1), d=slice(None, None, -1))
    one, other = (figures.event_growth(each, lines, axes_of(), d=2) for each in (found, back))
    assert curves(one) == curves(other)


FIGURES = {
    "success_curves": figures.success_curves,
    "success_key": figures.success_key,
    "event_curves": lambda ds, ax: figures.event_curves(ds, ax, epsilon=0.1),
    "success_heatmap": lambda ds, ax: figures.success_heatmap(ds, ds, ds, ax),
    "growth": lambda ds, ax: figures.growth([ds], [ds], ds, ax),
    "event_growth": lambda ds, ax: figures.event_growth(ds, ds, ax),
    "power_growth": lambda ds, ax: figures.power_growth(ds, ds, ax),
    "scaling": figures.scaling,
    "law_comparison": figures.law_comparison,
    "width_needed": figures.width_needed,
    "event_quantiles": figures.event_quantiles,
    "ratio_quantiles": figures.ratio_quantiles,
    "timing_curves": figures.timing_curves,
    "work_curves": figures.work_curves,
    "filling_sums": figures.filling_sums,
    "structure": figures.structure,
    "target_structure": figures.target_structure,
    "packing_sizes": figures.packing_sizes,
    "reach_curves": lambda ds, ax: figures.reach_curves(ds, ds, ax),
    "needed_widths": figures.needed_widths,
    "line_portrait": figures.line_portrait,
    "plane_packing": figures.plane_packing,
    "plane_functions": figures.plane_functions,
    "fit_panels": lambda ds, ax: figures.fit_panels(ds, [ax]),
    "decomposition": figures.decomposition,
    "accuracy_by_kept": figures.accuracy_by_kept,
    "accuracy_by_n": lambda ds, ax: figures.accuracy_by_n(ds, {}, ax),
    "missed_by_n": figures.missed_by_n,
    "kept_by_n": lambda ds, ax: figures.kept_by_n(ds, {}, ax),
    "accuracy_by_epsilon": lambda ds, ax: figures.accuracy_by_epsilon(ds, {}, ax),
}
OTHERS = {
    "widths": analysis.widths,
    "next_look": analysis.next_look,
    "fit_bounds": analysis.fit_bounds,
    "judge_fits": analysis.judge_fits,
    "reach_rates": analysis.reach_rates,
    "packing_widths": analysis.packing_widths,
    "saturation": analysis.saturation,
    "speed": analysis.speed,
    "experiment_summary": analysis.experiment_summary,
    "paper_values": analysis.paper_values,
    "pruning_summary": analysis.pruning_summary,
    "figure4_message": analysis.figure4_message,
    "figure4_sentence": analysis.figure4_sentence,
    "figure4_agreement": analysis.figure4_agreement,
    "figure4_differences": lambda ds: analysis.figure4_differences(ds, ds),
    "draw_timings": lambda ds: analysis.draw_timings(ds, "figures"),
    "draw_masks": lambda ds: analysis.draw_masks(ds, "figures"),
    "draw_fits": lambda ds: analysis.draw_fits(ds, "figures"),
    "draw_experiment1": lambda ds: analysis.draw_experiment1(ds, "figures"),
    "draw_experiment2": lambda ds: analysis.draw_experiment2(ds, "figures"),
    "interval of trials": analysis.trials_text,
    "is_anytime": analysis.is_anytime,
    **{
        f"table of {name}": lambda ds, n=name: analysis.packing_tables({n: ds})
        for name in ("sizes", "theorem2-d1", "counts", "depth")
    },
    "threshold_table": analysis.threshold_table,
    "constants_table": analysis.constants_table,
    "speed_table": analysis.speed_table,
    "laws_table": analysis.laws_table,
    "network_table": analysis.network_table,
    "experiment1_table": analysis.experiment1_table,
    "experiment2_table": analysis.experiment2_table,
}


def outcome_of(call, given):
    """What a call raises, or its answer."""
    try:
        return call(given)
    except Exception as error:
        return error


GIVEN = {"text": "RUN", "a raw Dataset without attributes": None, "another Dataset": xr.Dataset({"a": ("n", [1.0])})}


@pytest.mark.parametrize("kind", GIVEN)
def test_what_is_no_estimate_is_one_input_error(sweep, tmp_path, monkeypatch, kind):
    """Every figure, and every function of another Dataset, given text, a raw Dataset and an unrelated one."""
    monkeypatch.chdir(tmp_path)
    given = sweep.drop_attrs() if GIVEN[kind] is None else GIVEN[kind]
    axes = axes_of()
    calls = {name: lambda ds, f=call: f(ds, axes) for name, call in FIGURES.items()} | OTHERS
    if kind == "a raw Dataset without attributes":
        for name in ("interval of trials", "is_anytime", "success_key"):
            calls.pop(name)
    if kind == "another Dataset":
        calls.pop("is_anytime")
    for name, call in calls.items():
        raised = outcome_of(call, given)
        assert isinstance(raised, InputError), (name, raised)
        assert "\n" not in str(raised), name


def test_events_with_infinite_values_have_an_order_too(raw):
    """By how many are infinite, and of equally many by the finite ones."""
    values = np.array([[[0.3, 0.2, np.inf]], [[0.2, 0.1, np.inf]], [[0.9, np.inf, np.inf]], [[0.1, 0.1, 0.1]]])
    events = [str(event) for event in raw_dataset(raw(values, [1], names="abcd"))["event"].to_numpy()]
    assert events == ["d", "b", "a", "c"]


TOLD = {"words": "w", "group": "g", "color_slot": 3, "logarithmic": 0, "neurons": 2, "every_matrix": 1}


def test_what_a_dataset_tells_of_its_claim():
    about = About("w", "g", 3, logarithmic=False, neurons=2, every_matrix=True)
    assert claim_about(xr.Dataset(attrs=TOLD)) == about
    table = xr.Dataset(attrs={"claims": json.dumps({"a": about._asdict(), "b": 7})})
    assert [claim_about(table, name) for name in "abc"] == [about, About(), About()]


@pytest.mark.parametrize("value", [None, -1, 1.5, 10**9, np.array([1, 2]), b"x", {}])
def test_what_a_file_tells_wrongly_is_not_told(value):
    assert claim_about(xr.Dataset(attrs=dict.fromkeys(TOLD, value))) == About()


def test_an_older_file_tells_less_and_is_drawn(random_raw, tmp_path, undrawn):
    """Without the attributes of its claim, and without roles and words of its events."""
    dataset = random_raw(events=3).drop_vars(["role", "words"], errors="ignore")
    older = dataset.copy()
    older.attrs = {name: value for name, value in dataset.attrs.items() if name not in TOLD}
    assert claim_about(older) == About()
    assert event_text(older, "role", "proof") == ""
    assert draw_pictures([older], tmp_path)


@pytest.mark.parametrize(
    ("text", "law"),
    [('{"law": {"class": "Uniform"}}', True), ('{"depth": 3}', False), ("[]", False), ("{", False), (7, False)],
)
def test_which_sweeps_have_a_law(text, law):
    assert has_law(xr.Dataset(attrs={"parameters": text})) is law


def test_no_claim_is_known_by_its_name():
    """All of a claim comes from its Dataset; "single_sample" is also what a law of `analysis.laws` is called."""
    files = [*Path(analysis.__file__).parent.rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert len(files) > 40
    assert texts & set(CLAIMS) == {"single_sample"}
