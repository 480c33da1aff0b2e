"""Experiments: functions that train or compute, and return plain results; no drawing.

Models, rules and data are their arguments; `report` is told what happens meanwhile, and
`stop` ends them early with what there is by then. The global `np.random` is afterwards as
it was before.
"""

from workbook.training.experiments.dropout import Dropouts, Masked, dropouts, masked
from workbook.training.experiments.feature_maps import (
    ConfusionMatrix,
    FeatureMaps,
    LayerOutputs,
    confusion_matrix,
    layer_outputs,
    net_with,
)
from workbook.training.experiments.first_filters import FirstFilters, first_filters
from workbook.training.experiments.gradient_error import GradientErrors, gradient_errors
from workbook.training.experiments.graph import BASKET, NEURON, Flow, basket, neuron
from workbook.training.experiments.microscope import KERNELS, Convolved, convolved, output_size
from workbook.training.experiments.naive_and_fast import NaiveAndFast, naive_and_fast
from workbook.training.experiments.normalisation import (
    BeforeAfter,
    Normalisations,
    batch_sizes,
    before_and_after,
    normalisations,
)
from workbook.training.experiments.optimiser_race import Race, optimiser_race
from workbook.training.experiments.portrait import Portrayed, portrayed
from workbook.training.experiments.surfaces import SURFACES, Descents, Surface, descend
from workbook.training.experiments.weight_scale import (
    AtInitialisation,
    WeightScaleSweep,
    at_initialisation,
    scale_sweep,
)

__all__ = [
    "BASKET",
    "KERNELS",
    "NEURON",
    "SURFACES",
    "AtInitialisation",
    "BeforeAfter",
    "ConfusionMatrix",
    "Convolved",
    "Descents",
    "Dropouts",
    "FeatureMaps",
    "FirstFilters",
    "Flow",
    "GradientErrors",
    "LayerOutputs",
    "Masked",
    "NaiveAndFast",
    "Normalisations",
    "Portrayed",
    "Race",
    "Surface",
    "WeightScaleSweep",
    "at_initialisation",
    "basket",
    "batch_sizes",
    "before_and_after",
    "confusion_matrix",
    "convolved",
    "descend",
    "dropouts",
    "first_filters",
    "gradient_errors",
    "layer_outputs",
    "masked",
    "naive_and_fast",
    "net_with",
    "neuron",
    "normalisations",
    "optimiser_race",
    "output_size",
    "portrayed",
    "scale_sweep",
]
