"""The other panels, one beside the other in one notebook and one JupyterLab, 800 pixels wide."""

import numpy as np
import pytest

from workbook import data
from workbook.student import load_implementation
from workbook.training import experiments
from workbook.training.runner.registry import EXPERIMENTS
from workbook.widgets.panels import image_sources
from workbook.widgets.panels.microscope import SMALL

pytestmark = pytest.mark.browser

# A few nets instead of forty.
SWEEP = {
    "scales": [1e-4, 1e-2, 1.0],
    "normalizations": [None, "batchnorm"],
    "epochs": 1,
    "num_train": 300,
    "seed": 0,
}
CELLS = {
    "setup": "%load_ext workbook\nfrom workbook.checks import check\n"
    "from workbook.widgets import here, panel\n"
    "from workbook.widgets.panels.image_panel import PicturePanel\nPicturePanel.num_train = 200\n"
    "from workbook.widgets.panels.scale_sweep import ScaleSweepPanel\n"
    f"ScaleSweepPanel.settings = lambda panel: {SWEEP}",
    "here": 'here("CNN")',
    "checked": 'check("conv_forward_naive")',
    "microscope": 'panel("microscope")',
    "basket": 'panel("basket")',
    "neuron": 'panel("neuron")',
    "gradient_check": 'panel("gradient_check")',
    "dropout_units": 'panel("dropout_units")',
    "dropout": 'panel("dropout", epochs=2, images=200, units=50)',
    "distributions": 'panel("distributions")',
    "normalisation": 'panel("normalisation", epochs=20, images=4000)',
    "filters": 'panel("filters", epochs=1, num_filters=4, filter_size=3)',
    "picture": 'panel("picture")',
    "weight_scale": 'panel("weight_scale")',
    "scale_sweep": 'panel("scale_sweep")',
}
TITLES = {
    "microscope": "Convolution microscope",
    "basket": "The basket, forwards and backwards",
    "neuron": "One neuron and its loss",
    "gradient_check": "Which h for a gradient check?",
    "dropout_units": "One mask of dropout",
    "dropout": "Dropout: how much is good?",
    "distributions": "Before and after normalisation",
    "normalisation": "Batch normalisation: with",
    "filters": "Filters while they learn",
    "picture": "Your picture on its way",
    "weight_scale": "Weight scale: a deep net before training",
    "scale_sweep": "Weight scale: what training makes",
}
ALWAYS = 8  # panels that compute at once, each with a process that stays


@pytest.fixture(scope="module")
def lab(shared_lab):
    """All panels on one page."""
    shared_lab.write("Panels", CELLS)
    shared_lab.page.set_viewport_size({"width": 800, "height": 1000})
    shared_lab.open("Panels")
    shared_lab.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    shared_lab.run_all()
    return shared_lab


@pytest.fixture(scope="module")
def impl(lab):
    """What the student wrote, imported here."""
    with load_implementation(lab.folder / "workbook" / "exercises") as loaded:
        yield loaded


def run(experiment, impl, **settings):
    """The experiment, called directly."""
    return EXPERIMENTS[experiment](impl, lambda _: None, None, **settings)


def test_whose_code_runs_and_how_far_it_is(lab, impl):
    here, units = lab.panel("This notebook runs"), lab.panel(TITLES["dropout_units"])
    here.says("1 of ")
    (lab.folder / ".workbook" / "progress.json").unlink()
    here.button("Look again").click()
    here.says("0 of ")
    here.says("Next: ")
    units.says("test time")

    # A mistake in the student's file; the solutions do not have it; mended.
    layers = lab.folder / "workbook" / "exercises" / "layers.py"
    right = layers.read_text(encoding="utf-8")
    wrong = "def dropout_forward(x, dropout_param):\n    return x + nothing\n"
    layers.write_text(f"{right}\n\n{wrong}", encoding="utf-8")
    before = units.source()
    units.press(0, "ArrowRight", "ArrowRight")
    units.says("return x + nothing")
    units.says('check("dropout_forward")')
    here.button("the solutions").click()
    here.says("It runs the solutions")
    units.button("Run").click()
    units.says("It ran the solutions.")
    here.button("my files").focus()
    lab.page.keyboard.press("Enter")
    here.says("It runs your files")
    layers.write_text(right, encoding="utf-8")
    units.button("Run").click()
    units.says("It ran your files.")
    assert not units.alert.count()
    assert units.source() != before
    found = run("dropout_outputs", impl, p=0.6, seed=0)
    share = found.dropped.sum() / (found.x != 0).sum()
    assert units.numbers()[1] == [
        "training",
        f"{found.train.mean():.4g}",
        f"{found.train.max():.4g}",
        f"{share:.1%}",
    ]


def test_the_microscope(lab, impl):
    scope = lab.panel(TITLES["microscope"])
    scope.says("⌊(5 + 2 · 1 − 3) / 1⌋ + 1 = 5")
    lab.until(lambda: bool(scope.numbers()), True)
    before = scope.source()
    scope.press(1, "ArrowRight")
    scope.says("/ 2⌋ + 1 = 3")
    scope.changes(before)
    # A choice with the keyboard: neither do the cells below move, nor is a cell added.
    cells = len(CELLS)
    scope.button("emboss").focus()
    lab.page.keyboard.press("Enter")
    first = scope.box.locator("input[type=number]").first
    lab.until(first.input_value, f"{experiments.KERNELS['emboss'][0][0]:g}")
    first.fill("3")
    first.press("Enter")
    kernel = np.array(experiments.KERNELS["emboss"], dtype=float)
    kernel[0, 0] = 3
    direct = run("convolve", impl, picture=np.array(SMALL), kernel=kernel, stride=2, pad=1)
    lab.until(lambda: scope.numbers()[-1:], [["sum", "", "", f"{direct.out[1, 2]:.4g}"]])
    before = scope.source()
    scope.press(4, "Home")
    scope.changes(before)
    lab.until(lambda: scope.numbers()[-1:], [["sum", "", "", f"{direct.out[1, 0]:.4g}"]])
    # Pointing at a number of the output, and stepping from there.
    spot = scope.box.locator(".workbook-pointer")
    spot.scroll_into_view_if_needed()
    there = spot.bounding_box()
    lab.page.mouse.move(there["x"] + 0.8 * there["width"], there["y"] + 0.8 * there["height"])
    lab.until(lambda: scope.numbers()[-1:], [["sum", "", "", f"{direct.out[2, 2]:.4g}"]])
    spot.focus()
    lab.page.keyboard.press("ArrowUp")
    lab.page.keyboard.press("Home")
    lab.until(spot.inner_text, f"row 1, column 0: {direct.out[1, 0]:.4g}")
    rows = lab.page.evaluate("window.jupyterapp.shell.currentWidget.content.model.cells.length")
    assert rows == cells
    # Without room for the kernel there is no run, and the reason stands there.
    scope.press(2, "Home")
    scope.press(0, "End")
    scope.says("A kernel of 7 has no room in a padded picture of 5")
    scope.button("Reset").click()
    scope.says("/ 1⌋ + 1 = 5")


@pytest.mark.parametrize("name", ["basket", "neuron"])
def test_the_graphs(lab, impl, name):
    graph = lab.panel(TITLES[name])
    graph.says("loss" if name == "neuron" else "tax")
    lab.until(lambda: bool(graph.numbers()), True)
    before = graph.source()
    graph.press(1, "ArrowRight")
    before = graph.changes(before)
    given = {"basket": {"apples": 3}, "neuron": {"w0": experiments.NEURON["w0"] + 0.1}}[name]
    direct = run("graph_values", impl, graph=name, **given)
    wanted = [
        [f"{value:.4g}", f"{direct.backwards[edge]:.4g}"] for edge, value in direct.forwards.items()
    ]
    lab.until(lambda: [row[1:] for row in graph.numbers()], wanted)
    graph.press(len(direct.forwards) and 5, "Home", "ArrowRight")
    lab.until(lambda: [row[1:] for row in graph.numbers()], [[wanted[0][0], ""]])
    graph.changes(before)


def test_the_gradient_check(lab, impl):
    errors = lab.panel(TITLES["gradient_check"])
    errors.says("central, float64")
    before = errors.source()
    errors.button("near 1e-5").click()
    errors.button("your softmax_loss").click()
    before = errors.changes(before)
    errors.press(1, "Home")
    errors.says("error at h = 1.0e-12")
    assert errors.changes(before)
    direct = run("gradient_errors", impl, loss="softmax", entries=20)
    assert [row[1] for row in errors.numbers()] == [
        f"{lot[0]:.1e}" for lot in direct.errors.values()
    ]
    errors.says("You guessed near 1e-5, and so it was")


def test_distributions(lab, impl):
    spread = lab.panel(TITLES["distributions"])
    spread.says("std after")
    before = spread.source()
    handle = spread.slider(1).bounding_box()
    spread.slider(1).scroll_into_view_if_needed()
    handle = spread.slider(1).bounding_box()
    lab.page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    lab.page.mouse.down()
    lab.page.mouse.move(handle["x"] + 40, handle["y"] + 5, steps=3)
    lab.page.mouse.up()
    before = spread.changes(before)
    scale = float(spread.box.locator(".widget-readout").nth(1).inner_text())
    assert scale > 0.02
    spread.button("layernorm").click()
    spread.changes(before)
    spread.press(1, "End")
    direct = run(
        "normalisation_effect",
        impl,
        kind="layernorm",
        hidden_dims=[100] * 4,
        weight_scale=10.0,
        batch_size=100,
        seed=0,
    )
    wanted = [
        [name, f"{np.std(before):.2g}", f"{np.std(direct.after[name]):.2g}"]
        for name, before in direct.before.items()
    ]
    lab.until(lambda: [[row[0], row[2], row[4]] for row in spread.numbers()], wanted)


def test_normalisation_stopped_and_run_again(lab, impl):
    kinds = lab.panel(TITLES["normalisation"])
    kinds.button("Run").click()
    curves = kinds.changes(kinds.changes(kinds.source()))
    kinds.button("Stop").click()
    kinds.says("Stopped.", 5)
    stopped = kinds.source()
    assert stopped != curves or kinds.numbers()
    kinds.press(0, "Home")
    kinds.press(2, "Home")
    kinds.press(3, "Home")
    kinds.button("batchnorm").focus()
    lab.page.keyboard.press("Enter")
    lab.page.wait_for_timeout(300)
    kinds.button("Run").focus()
    lab.page.keyboard.press("Enter")
    kinds.says("Done in")
    assert kinds.source() != stopped
    kinds.says("You guessed batchnorm")
    few = {"hidden_dims": [100], "batch_size": 50, "epochs": 1, "num_train": 500}
    direct = run("compare_normalisations", impl, kinds=["none", "batchnorm"], seed=0, **few)
    assert kinds.numbers() == [
        [
            name,
            f"{r.val_acc_history[1]:.1%}",
            f"{r.train_acc_history[-1]:.1%}",
            f"{r.val_acc_history[-1]:.1%}",
        ]
        for name, r in direct.runs.items()
    ]


def test_dropout(lab, impl):
    drop = lab.panel(TITLES["dropout"])
    drop.box.get_by_text("p = 0.75").click()
    drop.button("Run").click()
    drop.says("Done in")
    few = {"hidden_dims": [50], "batch_size": 100, "epochs": 2, "num_train": 200}
    direct = run("dropout_sweep", impl, ps=[0.0, 0.5], seed=0, **few)
    ends = [(r.train_acc_history[-1], r.val_acc_history[-1]) for r in direct.runs.values()]
    assert drop.numbers() == [
        [p, f"{a:.1%}", f"{b:.1%}", f"{a - b:+.1%}"]
        for p, (a, b) in zip(("0", "0.5"), ends, strict=True)
    ]
    curves = drop.source()
    drop.button("gap over p").click()
    drop.changes(curves)


def test_filters_and_a_drawing(lab, impl):
    filters, picture = lab.panel(TITLES["filters"]), lab.panel(TITLES["picture"])
    filters.button("Run").click()
    filters.says("Done in")
    few = {"num_filters": 4, "filter_size": 3, "weight_scale": 1e-2, "epochs": 1}
    direct = run("first_filters", impl, num_train=1000, every=2, seed=0, **few)
    size = np.linalg.norm(direct.filters[-1] - direct.filters[0]) / np.linalg.norm(
        direct.filters[0]
    )
    assert filters.numbers()[-1] == ["20", f"{size:.1%}"]
    last = filters.source()
    filters.press(4, "Home")
    filters.changes(last)

    # The panel on pictures goes on with the net that was trained just now.
    picture.says("4 filters of 3 × 3")
    picture.button("my drawing").click()
    # One square with the mouse, one with the keyboard.
    picture.box.get_by_title("row 1, column 1", exact=True).click()
    picture.box.get_by_title("row 1, column 2", exact=True).focus()
    lab.page.keyboard.press(" ")
    drawn = image_sources.from_drawing("11" + image_sources.SHAPES["trousers"][2:])
    seen = run("feature_maps", impl, picture=drawn, params=direct.params).seen
    best = np.argsort(-seen.probabilities)[:3]
    wanted = [
        [data.class_names()[n], f"{seen.scores[n]:.2f}", f"{seen.probabilities[n]:.1%}"]
        for n in best
    ]
    lab.until(picture.numbers, wanted)
    before = picture.source()
    picture.button("mistakes").click()
    picture.changes(before)
    picture.says("how often")


def test_the_weight_scale_and_its_sweep(lab, impl):
    scale, sweep = lab.panel(TITLES["weight_scale"]), lab.panel(TITLES["scale_sweep"])
    scale.says("norm of the gradient")
    sweep.button("Run").click()
    before = scale.source()
    scale.press(0, "Home")
    scale.changes(before)
    direct = run("at_initialisation", impl, scale=1e-4, hidden_dims=[50] * 7)
    norms = [f"{norm:.2e}" for norm in direct.gradient_norms.values()]
    lab.until(lambda: [row[3] for row in scale.numbers()], norms)
    # The sweep trains meanwhile, and its mark has followed.
    sweep.says("Done in")
    lab.until(lambda: sweep.table()[0][1], "loss near 0.0001")
    runs = run("weight_scale_sweep", impl, **SWEEP).runs.values()

    def at(number):
        return [
            [f"{r.final_loss:.4f}", f"{r.best_train_acc:.1%}", f"{r.best_val_acc:.1%}"]
            for r in (lot[number] for lot in runs)
        ]

    assert [row[1:4] for row in sweep.numbers()] == at(0)
    before = sweep.source()
    sweep.press(0, "End")
    sweep.changes(before)
    assert [row[1:4] for row in sweep.numbers()] == at(2)
    # Once trained, it is kept.
    sweep.button("Run").click()
    sweep.says("Kept from an earlier run")


def test_light_and_dark_and_nothing_left(lab):
    boxes = {name: lab.panel(title).box for name, title in TITLES.items()}
    colours = set()
    lab.page.set_viewport_size({"width": 800, "height": 2200})
    for theme in ("Light", "Dark"):
        lab.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
            f"JupyterLab {theme}",
        )
        lab.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg=str(theme == "Light").lower(),
        )
        for name, box in boxes.items():
            lab.shot(f"{name}-{theme.lower()}", box)
            colours.add(box.locator("p").first.evaluate("p => getComputedStyle(p).color"))
            # Nothing hangs over the panel's edge.
            assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 1, name
    assert len(colours) == 2
    assert len(lab.children()) == ALWAYS
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    assert lab.no_child_left()
    assert lab.errors == []
    assert lab.foreign == []
