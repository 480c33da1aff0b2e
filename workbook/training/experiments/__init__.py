"""Experiments: functions that train or compute, and return plain results; no drawing.

Models, rules and data are their arguments; `report` is told what happens meanwhile, and
`stop` ends them early with what there is by then. The global `np.random` is afterwards as
it was before.
"""

from workbook.training.experiments.dropout import (
    DropoutOutputs,
    DropoutSweep,
    dropout_outputs,
    dropout_sweep,
)
from workbook.training.experiments.feature_maps import (
    ConfusionMatrix,
    FeatureMaps,
    LayerOutputs,
    confusion_matrix,
    layer_outputs,
    net_from_params,
)
from workbook.training.experiments.first_filters import FirstFilters, first_filters
from workbook.training.experiments.gradient_error import GradientErrors, gradient_errors
from workbook.training.experiments.graph import BASKET, NEURON, GraphValues, basket, neuron
from workbook.training.experiments.microscope import KERNELS, ConvolvedImage, convolve, output_size
from workbook.training.experiments.naive_and_fast import NaiveAndFast, naive_and_fast
from workbook.training.experiments.normalisation import (
    NormalisationComparison,
    NormalisationEffect,
    compare_batch_sizes,
    compare_normalisations,
    normalisation_effect,
)
from workbook.training.experiments.optimiser_race import OptimiserRace, optimiser_race
from workbook.training.experiments.portrait import NetworkPortrait, network_portrait
from workbook.training.experiments.surfaces import SURFACES, DescentPaths, Surface, descend
from workbook.training.experiments.weight_scale import (
    AtInitialisation,
    WeightScaleSweep,
    at_initialisation,
    weight_scale_sweep,
)

__all__ = [
    "BASKET",
    "KERNELS",
    "NEURON",
    "SURFACES",
    "AtInitialisation",
    "ConfusionMatrix",
    "ConvolvedImage",
    "DescentPaths",
    "DropoutOutputs",
    "DropoutSweep",
    "FeatureMaps",
    "FirstFilters",
    "GradientErrors",
    "GraphValues",
    "LayerOutputs",
    "NaiveAndFast",
    "NetworkPortrait",
    "NormalisationComparison",
    "NormalisationEffect",
    "OptimiserRace",
    "Surface",
    "WeightScaleSweep",
    "at_initialisation",
    "basket",
    "compare_batch_sizes",
    "compare_normalisations",
    "confusion_matrix",
    "convolve",
    "descend",
    "dropout_outputs",
    "dropout_sweep",
    "first_filters",
    "gradient_errors",
    "layer_outputs",
    "naive_and_fast",
    "net_from_params",
    "network_portrait",
    "neuron",
    "normalisation_effect",
    "optimiser_race",
    "output_size",
    "weight_scale_sweep",
]
