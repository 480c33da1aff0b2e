"""What a convolutional net sees and confuses, against the net itself; and the microscope."""

import numpy as np
import pytest

from workbook.training import experiments
from workbook.training.result_codec import load, save, to_plain


@pytest.fixture(scope="module")
def net(impl):
    np.random.seed(0)
    shape = {"num_filters": 4, "filter_size": 3, "hidden_dim": 10, "num_classes": 4}
    return impl.ThreeLayerConvNet(input_dim=(3, 8, 8), weight_scale=0.3, **shape)


def test_the_layers_one_by_one_give_the_nets_scores(impl, net, images):
    picture = images["X_val"][3]
    seen = experiments.layer_outputs(impl, net.params, picture)
    np.testing.assert_allclose(seen.scores, net.loss(picture[None])[0], rtol=1e-4, atol=1e-4)
    assert (seen.conv.shape, seen.relu.shape) == ((4, 8, 8), (4, 8, 8))
    assert (seen.pooled.shape, seen.hidden.shape) == ((4, 4, 4), (10,))
    np.testing.assert_array_equal(seen.relu, np.maximum(seen.conv, 0))
    assert seen.probabilities.sum() == pytest.approx(1)
    odds = np.exp(seen.scores[0] - seen.scores[1])
    assert seen.probabilities[0] / seen.probabilities[1] == pytest.approx(odds, rel=1e-4)


def test_a_net_made_of_parameters_is_the_same_net(impl, net, images):
    again = experiments.net_from_params(impl.ThreeLayerConvNet, net.params, (3, 8, 8))
    X = images["X_val"]
    np.testing.assert_array_equal(again.loss(X), net.loss(X))
    again.params["b3"] += 1
    assert not np.array_equal(again.params["b3"], net.params["b3"])


class Fixed:
    """Says what it was told to say, picture by picture."""

    def __init__(self, said):
        self.said = said

    def loss(self, X):
        return np.eye(3)[self.said[X[:, 0, 0, 0].astype(int)]]


def test_what_is_confused():
    y = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2])
    said = np.array([0, 2, 2, 2, 1, 0, 0, 2, 1])
    X = np.arange(9.0)[:, None, None, None]
    outcome = experiments.confusion_matrix(Fixed(said), X, y, pairs=2, examples=2, batch_size=4)
    np.testing.assert_array_equal(outcome.counts, [[1, 0, 3], [2, 1, 0], [0, 1, 1]])
    assert outcome.pairs == ((0, 2), (1, 0))
    assert outcome.examples == ((1, 2), (5, 6))
    assert outcome.accuracy == pytest.approx(3 / 9)


def test_a_net_without_mistakes_confuses_nothing():
    y = np.array([0, 1, 2])
    X = np.arange(3.0)[:, None, None, None]
    outcome = experiments.confusion_matrix(Fixed(y), X, y)
    assert outcome.pairs == outcome.examples == ()


@pytest.mark.parametrize("name", experiments.KERNELS)
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 2)])
def test_every_number_is_the_sum_of_its_patch_times_the_kernel(impl, name, stride, pad):
    picture = np.random.default_rng(0).normal(size=(7, 9))
    kernel = experiments.KERNELS[name]
    seen = experiments.convolve(impl.conv_forward_naive, picture, kernel, stride=stride, pad=pad)
    size = [experiments.output_size(n, 3, stride, pad) for n in (7, 9)]
    assert list(seen.out.shape) == size
    for place in np.ndindex(*size):
        total = np.sum(seen.patch(*place) * np.array(kernel))
        assert seen.out[place] == pytest.approx(total, abs=1e-12)


def test_the_identity_leaves_the_picture_as_it_is(impl):
    picture = np.arange(20.0).reshape(4, 5)
    seen = experiments.convolve(
        impl.conv_forward_naive, picture, experiments.KERNELS["identity"], pad=1
    )
    np.testing.assert_array_equal(seen.out, picture)
    assert experiments.output_size(2, 5, 1, 1) == 0


def test_results_survive_a_file(impl, net, images, tmp_path):
    outcomes = [
        experiments.layer_outputs(impl, net.params, images["X_val"][0]),
        experiments.confusion_matrix(net, images["X_val"], images["y_val"]),
        experiments.basket(impl.scratch),
        experiments.convolve(impl.conv_forward_naive, np.eye(4), np.eye(2)),
    ]
    for outcome in outcomes:
        save(outcome, tmp_path / "outcome.npz")
        again = load(tmp_path / "outcome.npz")
        assert type(again) is type(outcome)
        np.testing.assert_equal(to_plain(again), to_plain(outcome))
