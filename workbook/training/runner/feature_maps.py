"""The experiment behind the panel on pictures: it trains a net once and keeps it."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from workbook import data as datasets
from workbook.training import experiments
from workbook.training.inputs import Array, StopSignal
from workbook.training.results import Report
from workbook.training.runner.data_cache import load_once, mean_image

__all__ = ["FeatureMapsExperiment"]


class FeatureMapsExperiment:
    """A trained ThreeLayerConvNet's view of a picture; see `experiments.FeatureMaps`.

    The nets that it trained, and the confusion matrix of the last net, are kept as long as
    the worker process lives, and so its implementation.
    """

    def __init__(self) -> None:
        self._trained: dict[str, dict[str, Array]] = {}
        self._confusion: dict[str, tuple[experiments.ConfusionMatrix, Array]] = {}

    def __call__(
        self,
        impl: Any,
        report: Report,
        stop: StopSignal,
        *,
        number: int = 0,
        picture: Array | None = None,
        params: Mapping[str, Array] | None = None,
        data: str | None = None,
        num_train: int = 2000,
        num_val: int = 500,
        epochs: int = 1,
        seed: int = 0,
    ) -> experiments.FeatureMaps:
        """Pass one picture through a net and count the net's mistakes.

        Parameters
        ----------
        number : int, optional
            Of a validation image.
        picture : ndarray, shape (C, H, W), optional
            Pixels from 0 to 255, in the place of that image.
        params : dict of ndarray, optional
            Of a net that is trained already; otherwise one is trained here, once.
        """
        images, net_class = load_once(data), impl.ThreeLayerConvNet
        key = repr((impl.package, data, num_train, epochs, seed))
        complete = True
        if params is not None:
            digest = hashlib.sha256()
            for name in sorted(params):
                digest.update(np.ascontiguousarray(params[name]).data)
            key = f"{impl.package} {digest.hexdigest()}"
        elif key in self._trained:
            params = self._trained[key]
        else:
            trained = experiments.first_filters(
                net_class,
                impl.adam,
                images,
                num_train=num_train,
                num_val=num_val,
                epochs=epochs,
                every=num_train,
                seed=seed,
                report=report,
                stop=stop,
            )
            params, complete = trained.params, trained.run.complete
            if complete:
                self._trained[key] = trained.params
        X, y, names = images["X_val"], images["y_val"], datasets.class_names(data)
        if picture is None:
            shown, right = X[number], names[int(y[number])]
        else:
            # Prepared as the training images were: minus their mean.
            shown, right = np.asarray(picture, dtype=X.dtype) - mean_image(data), ""
            if np.ptp(X[0], axis=0).max() < 1e-3:  # A net that has seen grey pictures only.
                shown = np.broadcast_to(shown.mean(axis=0), shown.shape)
        outputs = experiments.layer_outputs(impl, params, shown)
        key = f"{key} {num_val}"
        if key not in self._confusion:
            net = experiments.net_from_params(net_class, params, X.shape[1:])
            found = experiments.confusion_matrix(net, X[:num_val], y[:num_val])
            self._confusion = {key: found.with_examples_from(X)}
        found, pictures = self._confusion[key]
        if not complete:
            self._confusion.clear()
        predicted = names[int(np.argmax(outputs.scores))]
        return experiments.FeatureMaps(outputs, found, pictures, params["W1"], predicted, right)
