"""The computational graphs of the panels, filled with numbers step by step."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from workbook.plots.graphs import graph

__all__ = ["GRAPHS", "graph_values"]

_BASKET: dict[str, Any] = {
    "nodes": {
        "price of\nan apple": (0, 4.6),
        "apples": (0, 3.5),
        "price of\nan orange": (0, 2.4),
        "oranges": (0, 1.3),
        "tax": (0, 0),
        "mul apple": (1.9, 4.05, "×"),
        "mul orange": (1.9, 1.85, "×"),
        "add": (3.6, 2.95, "+"),
        "mul tax": (5.3, 1.9, "×"),
        "price": (6.7, 1.9),
    },
    # Where each number of a Flow stands: the edge from ... to ...
    "edges": {
        "apple": ("price of\nan apple", "mul apple"),
        "apples": ("apples", "mul apple"),
        "orange": ("price of\nan orange", "mul orange"),
        "oranges": ("oranges", "mul orange"),
        "tax": ("tax", "mul tax"),
        "mul apple": ("mul apple", "add"),
        "mul orange": ("mul orange", "add"),
        "add": ("add", "mul tax"),
        "mul tax": ("mul tax", "price"),
    },
}
_NEURON: dict[str, Any] = {
    "nodes": {
        "x0": (0, 4.2),
        "w0": (0, 3.2),
        "x1": (0, 2.2),
        "w1": (0, 1.2),
        "b": (0, 0.1),
        "mul 0": (1.4, 3.7, "×"),
        "mul 1": (1.4, 1.7, "×"),
        "add": (2.5, 2.7, "+"),
        "add b": (3.5, 1.7, "+"),
        "ReLU": (4.6, 1.7),
        "softmax\nand loss": (5.85, 1.7),
        "loss": (7.0, 1.7),
    },
    "edges": {
        "x0": ("x0", "mul 0"),
        "w0": ("w0", "mul 0"),
        "x1": ("x1", "mul 1"),
        "w1": ("w1", "mul 1"),
        "b": ("b", "add b"),
        "mul 0": ("mul 0", "add"),
        "mul 1": ("mul 1", "add"),
        "add": ("add", "add b"),
        "add b": ("add b", "ReLU"),
        "relu": ("ReLU", "softmax\nand loss"),
        "loss": ("softmax\nand loss", "loss"),
    },
}
GRAPHS = {"basket": _BASKET, "neuron": _NEURON}


def graph_values(
    name: str,
    forwards: Mapping[str, float],
    backwards: Mapping[str, float],
    *,
    upto: int | None = None,
    title: str | None = None,
) -> Figure:
    """A graph with the numbers that are known after some steps.

    Parameters
    ----------
    name : str
        A name in `GRAPHS`.
    forwards, backwards : dict of float
        As in `experiments.GraphValues`: values and gradients in the order in which they are found.
    upto : int, optional
        How many of these numbers to show, the values first; all by default.
    title : str, optional

    Raises
    ------
    ValueError
        If there is no graph of that name.
    """
    if name not in GRAPHS:
        raise ValueError(f"name must be one of {', '.join(GRAPHS)}; got {name!r}.")
    count = len(forwards) + len(backwards) if upto is None else upto
    values = dict(list(forwards.items())[:count])
    gradients = dict(list(backwards.items())[: max(count - len(forwards), 0)])
    edges = [
        (start, end, values.get(edge), gradients.get(edge))
        for edge, (start, end) in GRAPHS[name]["edges"].items()
    ]
    return graph(GRAPHS[name]["nodes"], edges, title=title)
