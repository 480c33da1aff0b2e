"""The page itself: results and words in, HTML out; no reader learns who made it, and where."""

import base64
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from workbook import locale, plots
from workbook.data import registry
from workbook.training.experiments import NaiveAndFast, NetworkPortrait
from workbook.widgets.portrait.output_file import MADE_BY
from workbook.widgets.portrait.plan import PortraitPlan

__all__ = ["render_page"]

_NETS = ("convolutional", "connected")


def _png(data: bytes) -> Markup:
    return Markup("data:image/png;base64,") + base64.b64encode(data).decode("ascii")


def _about(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _often(epochs: int) -> str:
    return (
        locale.text("portrait.often", epochs=epochs) if epochs > 1 else locale.text("portrait.once")
    )


def _milliseconds(seconds: float) -> str:
    value = 1000 * seconds
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.2g} ms"


def _rounded(value: float) -> str:
    """A number with two digits that mean something, as one says it: 3,100."""
    if value < 10:
        return f"{value:.1f}"
    digits = len(str(int(value))) - 2
    return f"{round(value / 10**digits) * 10**digits:,}"


def _net(
    name: str, settings: Mapping[str, Any], net: NetworkPortrait, classes: Any
) -> dict[str, Any]:
    """What the template says about a net."""
    run = net.run
    loss, accuracy = plots.narrow_curves(run)
    grey = bool(len(net.pictures)) and float(np.ptp(net.pictures, axis=1).max()) < 1e-3
    # On grey pictures only the sum of a filter's channels matters.
    first = net.first_layer.sum(axis=2, keepdims=True) if grey else net.first_layer
    moments = [
        (step, _png(plots.png_tiles(layer))) for step, layer in zip(net.steps, first, strict=True)
    ]
    pairs = []
    for (right, said), places in zip(net.confusion.pairs, net.confusion.examples, strict=True):
        count, of = int(net.confusion.counts[right, said]), int(net.confusion.counts[right].sum())
        picture = _png(plots.png_tiles(net.examples[list(places)], columns=len(places)))
        pairs.append((classes[right], classes[said], count, of, picture))
    tries = [
        (_png(plots.png_tiles(picture[None])), classes[said], classes[right], said == right)
        for picture, said, right in zip(net.pictures, net.predicted, net.labels, strict=True)
    ]
    return {
        "name": name,
        "kind": settings["net"] + (".batchnorm" if settings.get("normalization") else ""),
        "rule": settings["rule"],
        "often": _often(settings["epochs"]),
        "accuracy": _about(net.confusion.accuracy),
        "tested": int(net.confusion.counts.sum()),
        "chance": _about(1 / len(net.confusion.counts)),
        "learned": net.num_params,
        "trained_on": net.trained_on,
        "loss": Markup(plots.inline_svg(loss, f"{name}-loss")),
        "curves": Markup(plots.inline_svg(accuracy, f"{name}-accuracy")),
        "first_loss": f"{run.loss_history[0]:.2f}",
        "last_loss": f"{run.final_loss:.2f}",
        "train": _about(run.best_train_acc),
        "val": _about(run.best_val_acc),
        # A wide layer of templates is only worth seeing when it is trained.
        "moments": moments if name == "convolutional" else moments[-1:],
        "units": net.first_layer.shape[1],
        "pairs": pairs,
        "tries": tries,
    }


def _speed(measured: NaiveAndFast) -> dict[str, Any]:
    rows = []
    for way, slow, fast in zip(("forward", "backward"), measured.naive, measured.fast, strict=True):
        widths = (1.0, fast / slow) if slow >= fast else (slow / fast, 1.0)
        rows.append((way, _milliseconds(slow), _milliseconds(fast), *widths))
    return {
        "times": _rounded(measured.speedup),
        "rows": rows,
        "pictures": measured.shape[0],
        "size": measured.shape[2],
        "filters": measured.filters[0],
        "window": measured.filters[2],
        "error": f"{measured.error:.0e}",
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("workbook.widgets.portrait"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"text": locale.text, "made_by": MADE_BY}
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment


def render_page(plan: PortraitPlan, found: Mapping[str, Any]) -> str:
    """The page as text.

    Parameters
    ----------
    plan : PortraitPlan
    found : dict
        What `training.train_parts` returned for it.
    """
    data_set = registry.find()
    # A data set of one's own is called by its folder, which is nobody's business.
    about = f"portrait.data.{data_set.name}"
    known = locale.text(about if locale.has(about) else "portrait.data.own")
    classes = [*data_set.class_names(), *map(str, range(1000))]
    nets = [
        _net(part.name, part.settings, found[part.name], classes)
        for part in plan.parts
        if part.name in _NETS
    ]
    speed = _speed(found["speed"]) if "speed" in found else None
    return (
        _environment()
        .get_template("portrait.html")
        .render(nets=nets, speed=speed, built=plan.built, own=plan.own, data=known)
    )
