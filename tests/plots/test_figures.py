"""Every figure: its words, its series, its bad input; and none of them known to pyplot."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from workbook import plots
from workbook.plots import style


def history(losses, accuracies):
    return SimpleNamespace(
        loss_history=list(losses),
        train_acc_history=list(accuracies),
        val_acc_history=[0.9 * a for a in accuracies],
    )


@pytest.fixture
def run():
    return history(2.3 * np.exp(-np.arange(200) / 60), np.linspace(0.1, 0.8, 5))


def words(axes):
    return axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()


def labelled(axes):
    return [line.get_label() for line in axes.lines if not line.get_label().startswith("_")]


def test_learning_curves(run):
    figure = plots.learning_curves(run)
    left, right = figure.axes
    assert words(left) == ("Training loss (mean of 5 steps)", "step", "loss")
    assert words(right) == ("Accuracy", "epoch", "accuracy")
    assert labelled(right) == ["training", "validation"]
    np.testing.assert_array_equal(right.lines[0].get_ydata(), run.train_acc_history)
    np.testing.assert_array_equal(right.lines[1].get_xdata(), range(5))
    np.testing.assert_allclose(left.lines[0].get_ydata(), run.loss_history)


def test_compare_has_one_line_a_run_in_each_of_three_axes(run):
    runs = {"sgd": run, "adam": history([2.0, 1.0], [0.1, 0.5]), "rmsprop": run}
    figure = plots.compare(runs, title="A race")
    train, val = figure.axes[1:]
    for axes in figure.axes:
        assert labelled(axes) == list(runs)
    assert [words(axes)[0] for axes in (train, val)] == ["Training accuracy", "Validation accuracy"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(runs)
    assert figure.get_suptitle() == "A race"
    # Told apart without colour.
    looks = {(line.get_linestyle(), line.get_marker()) for line in train.lines}
    assert len({marker for _, marker in looks}) == 3


def test_a_run_that_diverged_is_named_and_does_not_flatten_the_others(run):
    figure = plots.compare({"good": run, "wild": history([2.3, 900.0, np.nan], [0.1])})
    axes = figure.axes[0]
    assert labelled(axes) == ["good", "wild (diverged at step 3)"]
    assert axes.get_ylim()[1] < 4
    figure.png()


@pytest.mark.parametrize("losses", [[], [np.nan], [2.0]])
def test_short_histories_can_be_drawn(losses):
    lot = history(losses, [])
    plots.learning_curves(lot).draw_without_rendering()
    plots.compare({"a": lot, "b": lot}).draw_without_rendering()


def test_compare_needs_a_run():
    with pytest.raises(ValueError, match="at least one run"):
        plots.compare({})


def test_running_mean():
    mean = plots.curves.running_mean([1.0, 3.0, 5.0, 7.0], 2)
    np.testing.assert_allclose(mean, [1, 2, 4, 6])
    np.testing.assert_allclose(plots.curves.running_mean([1.0, 3.0], 10), [1, 2])


def test_sweep():
    x = np.logspace(-4, 0, 5)
    losses = [2.3, 2.0, 1.0, np.nan, np.inf]
    figure = plots.sweep(
        x,
        {
            "Best accuracy": {"with": [0.1] * 5, "without": [0.2] * 5},
            "Final loss": {"with": losses, "without": [1e3, 1, 1, 1, 1]},
        },
        xlabel="weight scale",
        mark=1e-2,
    )
    left, right = figure.axes
    assert words(left) == ("Best accuracy", "weight scale", "accuracy")
    assert words(right) == ("Final loss", "weight scale", "loss")
    assert left.get_xscale() == right.get_xscale() == "log"
    assert (left.get_yscale(), right.get_yscale()) == ("linear", "log")
    assert labelled(left) == ["with", "without"]
    assert list(np.isnan(right.lines[0].get_ydata())) == [False, False, False, True, True]
    assert left.lines[-1].get_xdata()[0] == 1e-2
    with pytest.raises(ValueError, match=r"'Loss', 'a': \(5,\) values expected; got \(3,\)"):
        plots.sweep(x, {"Loss": {"a": [1, 2, 3]}}, xlabel="x")


def bowl(x):
    return np.sum(x**2)


def test_paths():
    down = np.array([[3.0, 4.0], [1.5, 2.0], [0.5, 0.5]])
    figure = plots.paths(bowl, {"sgd": down, "adam": down / 2}, minimum=(0, 0), upto=1)
    (axes,) = figure.axes
    assert words(axes)[1:] == ("$x_0$", "$x_1$")
    assert labelled(axes) == ["sgd", "adam"]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), down[:2])
    for low, high in (axes.get_xlim(), axes.get_ylim()):
        assert low < 0 < 3 < high
    assert labelled(plots.paths(bowl, down).axes[0]) == ["path"]
    with pytest.raises(ValueError, match=r"'path' must have shape \(T, 2\); got \(3,\)"):
        plots.paths(bowl, np.zeros(3))


def test_a_path_that_runs_away_leaves_the_picture():
    away = np.array([[3.0, 4.0], [-40.0, 50.0], [1e200, -1e250], [np.nan, np.inf]])
    figure = plots.paths(bowl, {"wild": away, "good": np.array([[3.0, 4.0], [1.0, 1.0]])})
    assert figure.axes[0].get_xlim()[1] < 10
    figure.png()


def test_histograms():
    rng = np.random.default_rng(0)
    values = {f"layer {i}": np.maximum(0, rng.standard_normal((20, 30))) for i in range(1, 8)}
    values["layer 7"] = np.array([np.nan, np.inf, 1.0, 2.0])
    figure = plots.histograms(values, title="Activations")
    shown = [axes for axes in figure.axes if axes.axison]
    assert [words(axes)[:2] for axes in shown] == [(name, "activation") for name in values]
    first = shown[0].texts[0].get_text()
    zeros = np.mean(values["layer 1"] == 0)
    assert f"{zeros:.0%} zero, not drawn" in first
    assert f"mean {values['layer 1'].mean():.2g}" in first
    assert "50% not finite" in shown[6].texts[0].get_text()
    with pytest.raises(ValueError, match="at least one layer"):
        plots.histograms({})


def test_per_layer():
    figure = plots.per_layer(["W1", "W2"], {"a": [1e-3, 1], "b": [0, 2]}, ylabel="gradient norm")
    (axes,) = figure.axes
    assert words(axes)[1:] == ("layer", "gradient norm")
    assert [t.get_text() for t in axes.get_xticklabels()] == ["W1", "W2"]
    assert axes.get_yscale() == "log"
    assert np.isnan(axes.lines[1].get_ydata()[0])
    with pytest.raises(ValueError, match=r"'a': 2 values expected; got shape \(1,\)"):
        plots.per_layer(["W1", "W2"], {"a": [1]}, ylabel="y")


def test_visualize_grid_stretches_each_image():
    Xs = np.arange(5 * 2 * 3 * 1, dtype=float).reshape(5, 2, 3, 1)
    Xs[4] = 7.0
    grid = plots.visualize_grid(Xs, padding=1)
    assert grid.shape == (2 * 2 + 1, 3 * 3 + 2, 1)
    first, second = grid[:2, :3], grid[:2, 4:7]
    assert (first.min(), first.max()) == (second.min(), second.max()) == (0, 255)
    np.testing.assert_allclose(first, second)
    assert grid[2].max() == 0  # Between two rows.
    assert grid[3:, 4:7].max() == 0  # One value only.
    assert grid[3:, 8:].max() == 0  # No image there.
    assert plots.visualize_grid(Xs, ubound=1.0, padding=0).shape == (4, 9, 1)
    with pytest.raises(ValueError, match=r"shape \(N, H, W, C\).*got \(3, 3\)"):
        plots.visualize_grid(np.zeros((3, 3)))


@pytest.mark.parametrize("channels", [1, 3, 6])
def test_filters(channels):
    w = np.random.default_rng(0).standard_normal((8, channels, 5, 5))
    before = w.copy()
    figure = plots.filters(w, title="Filters")
    picture = figure.axes[0].images[0].get_array()
    assert picture.shape[:2] == (17, 17)
    assert 0 <= picture.min() <= picture.max() <= 1
    np.testing.assert_array_equal(w, before)
    with pytest.raises(ValueError, match=r"\(F, C, HH, WW\); got \(5, 5\)"):
        plots.filters(np.zeros((5, 5)))


def test_images():
    X = np.random.default_rng(0).standard_normal((10, 3, 8, 8))
    figure = plots.images(X, [f"class {i}" for i in range(10)], columns=4)
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in shown] == [f"class {i}" for i in range(10)]
    assert len(figure.axes) == 12
    plots.images(np.zeros((2, 8, 8))).png()
    with pytest.raises(ValueError, match="one text for each image; got 1"):
        plots.images(X, ["a"])
    with pytest.raises(ValueError, match=r"C 1 or 3; got \(2, 4, 8, 8\)"):
        plots.images(np.zeros((2, 4, 8, 8)))


def every_figure(run):
    rng = np.random.default_rng(0)
    yield plots.learning_curves(run)
    yield plots.compare({"a": run, "b": run})
    yield plots.sweep([1, 2], {"Loss": {"a": [1, 2]}}, xlabel="x")
    yield plots.paths(bowl, np.array([[1.0, 1.0], [0.0, 0.0]]))
    yield plots.histograms({"layer 1": rng.standard_normal(50)})
    yield plots.per_layer(["W1"], {"a": [1.0]}, ylabel="norm")
    yield plots.filters(rng.standard_normal((4, 3, 3, 3)))
    yield plots.images(rng.standard_normal((4, 3, 8, 8)))


def test_every_figure_is_a_light_card_whatever_the_style(run):
    import matplotlib as mpl

    with mpl.rc_context({"figure.facecolor": "black", "text.color": "white"}):
        for figure in every_figure(run):
            assert isinstance(figure, Figure)
            assert mpl.colors.to_hex(figure.get_facecolor()).upper() == style.BACKGROUND
            assert figure.png().startswith(b"\x89PNG")
            for axes in figure.axes:
                for text in (axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label):
                    assert not text.get_text() or text.get_color() == style.INK


def test_pyplot_knows_none_of_them(run):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    for figure in every_figure(run):
        figure.png()
    assert plt.get_fignums() == before
