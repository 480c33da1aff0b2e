"""Every exercise, called as a student's notebook would, raises its own id while it is a stub.

Each call runs on the solutions with the blocks of this one exercise still to do, so that nothing
but the exercise itself can be what raises.
"""

import numpy as np
import pytest

from workbook import curriculum
from workbook.student import load_implementation, locations, stubs

pytestmark = pytest.mark.skipif(
    locations.solutions_folder() is None, reason="this copy has no solutions/"
)

Y = np.array([0, 1])


def a(*shape):
    return np.arange(np.prod(shape), dtype=float).reshape(shape) / 7


BN = {"mode": "train"}
CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
DROP = {"mode": "train", "p": 0.5, "seed": 1}


def there_and_back(forward, arguments, back=None):
    """Call a forward function, and with its output and cache the backward function."""

    def call(impl):
        # Batch normalisation keeps its running averages in its dictionary.
        fresh = [dict(given) if isinstance(given, dict) else given for given in arguments]
        out, cache = getattr(impl, forward)(*fresh)
        if back:
            getattr(impl, back)(np.ones_like(out), cache)

    return call


def deep(**options):
    def call(impl):
        net = impl.FullyConnectedNet([3], input_dim=4, num_classes=2, **options)
        net.loss(a(2, 4).astype(np.float32), Y)

    return call


def rule(name):
    return lambda impl: getattr(impl, name)(a(3), a(3), None)


def layer(name, x, *arguments):
    def call(impl):
        made = getattr(impl.scratch, name)(*arguments)
        made.backward(np.ones_like(made.forward(x)))

    return call


def pairs():
    """The layers that come as a forward and a backward function."""
    norm = (a(4, 3), np.ones(3), np.zeros(3), BN)
    spatial = (a(2, 4, 3, 3), np.ones(4), np.zeros(4), BN)
    group = (a(2, 4, 3, 3), np.ones((1, 4, 1, 1)), np.zeros((1, 4, 1, 1)), 2, {})
    arguments = {
        "affine": (a(2, 3), a(3, 2), a(2)),
        "relu": (a(2, 3),),
        "batchnorm": norm,
        "affine_bn_relu": (a(2, 3), a(3, 2), a(2), np.ones(2), np.zeros(2), BN),
        "layernorm": (*norm[:3], {}),
        "dropout": (a(3, 4), DROP),
        "conv": (a(1, 2, 4, 4), a(2, 2, 3, 3), a(2), CONV),
        "max_pool": (a(1, 2, 4, 4), POOL),
        "spatial_batchnorm": spatial,
        "spatial_groupnorm": group,
    }
    for name, given in arguments.items():
        end = "_naive" if name in ("conv", "max_pool") else ""
        forward, backward = f"{name}_forward{end}", f"{name}_backward{end}"
        yield forward, there_and_back(forward, given)
        yield backward, there_and_back(forward, given, backward)
    short = "batchnorm_backward_alt"
    yield short, there_and_back("batchnorm_forward", norm, short)


def conv_net(impl):
    return impl.ThreeLayerConvNet((1, 4, 4), num_filters=2, filter_size=3, hidden_dim=3)


def scratch_softmax(impl):
    made = impl.scratch.SoftmaxWithLoss()
    made.forward(a(2, 3), Y)
    made.backward()


def square(x):
    return np.sum(x**2)


CALLS = {
    **dict(pairs()),
    "softmax_loss": lambda impl: impl.softmax_loss(a(2, 3), Y),
    "svm_loss": lambda impl: impl.svm_loss(a(2, 3), Y),
    "TwoLayerNet.init": lambda impl: impl.TwoLayerNet(4, 3, 2),
    "TwoLayerNet.loss": lambda impl: impl.TwoLayerNet(4, 3, 2).loss(a(2, 4), Y),
    "FullyConnectedNet.init": deep(),
    "FullyConnectedNet.loss": deep(),
    "FullyConnectedNet.batchnorm": deep(normalization="batchnorm"),
    "FullyConnectedNet.layernorm": deep(normalization="layernorm"),
    "FullyConnectedNet.dropout": deep(dropout=0.5),
    "ThreeLayerConvNet.init": conv_net,
    "ThreeLayerConvNet.loss": lambda impl: conv_net(impl).loss(a(2, 1, 4, 4), Y),
    **{name: rule(name) for name in ("sgd_momentum", "rmsprop", "adam")},
    "scratch.numerical_diff": lambda impl: impl.scratch.numerical_diff(square, 3.0),
    "scratch.numerical_gradient": lambda impl: impl.scratch.numerical_gradient(square, a(2)),
    "scratch.gradient_descent": lambda impl: impl.scratch.gradient_descent(square, a(2)),
    "scratch.MulLayer": lambda impl: impl.scratch.MulLayer().forward(2, 3),
    "scratch.AddLayer": lambda impl: impl.scratch.AddLayer().forward(2, 3),
    "scratch.sigmoid": lambda impl: impl.scratch.sigmoid(a(3)),
    "scratch.softmax": lambda impl: impl.scratch.softmax(a(3)),
    "scratch.cross_entropy_error": lambda impl: impl.scratch.cross_entropy_error(
        np.full((2, 3), 1 / 3), Y
    ),
    "scratch.Relu": layer("Relu", a(2, 3)),
    "scratch.Sigmoid": layer("Sigmoid", a(2, 3)),
    "scratch.Affine": layer("Affine", a(2, 3), a(3, 2), a(2)),
    "scratch.SoftmaxWithLoss": scratch_softmax,
    "scratch.im2col": lambda impl: impl.scratch.im2col(a(1, 1, 3, 3), 2, 2),
    "scratch.col2im": lambda impl: impl.scratch.col2im(a(4, 4), (1, 1, 3, 3), 2, 2),
    "scratch.Convolution": layer("Convolution", a(1, 1, 3, 3), a(1, 1, 2, 2), a(1)),
    "scratch.Pooling": layer("Pooling", a(1, 1, 4, 4), 2, 2, 2),
    "scratch.BatchNormalization": layer("BatchNormalization", a(4, 3), np.ones(3), np.zeros(3)),
    "scratch.SimpleNet": lambda impl: impl.scratch.SimpleNet().loss(a(2, 2), Y),
    "scratch.TwoLayerNet": lambda impl: impl.scratch.TwoLayerNet(4, 3, 2).gradient(a(2, 4), Y),
    "scratch.SimpleConvNet": lambda impl: impl.scratch.SimpleConvNet(
        (1, 6, 6), {"filter_num": 2, "filter_size": 3}, 3, 2
    ).gradient(a(2, 1, 6, 6), Y),
}


@pytest.fixture(scope="module")
def right():
    with load_implementation(locations.solutions_folder()) as impl:
        yield impl


def test_every_exercise_is_called():
    assert set(CALLS) == set(curriculum.load().ids())


@pytest.mark.parametrize("exercise", list(curriculum.load()), ids=lambda e: e.id)
def test_a_stub_raises_its_own_id(exercise, right):
    CALLS[exercise.id](right)
    folder = locations.solutions_folder()
    source = (folder / exercise.file).read_text(encoding="utf-8")
    stub = stubs.make_stub(source, exercise.file, only=exercise.id)
    with (
        load_implementation(folder, sources={exercise.file: stub}) as impl,
        pytest.raises(NotImplementedError) as caught,
    ):
        CALLS[exercise.id](impl)
    assert caught.value.args == (exercise.id,)


@pytest.mark.parametrize("exercise", list(curriculum.load()), ids=lambda e: e.id)
def test_with_stubs_alone_an_exercise_that_is_to_do_is_named(exercise):
    """Never a TypeError on None, whatever a cell needs first."""
    with (
        load_implementation(locations.pristine_folder()) as impl,
        pytest.raises(NotImplementedError) as caught,
    ):
        CALLS[exercise.id](impl)
    listed = curriculum.load()
    assert caught.value.args[0] in {exercise.id, *needs(listed, exercise.id)}


def needs(listed, exercise_id):
    """Everything that an exercise rests on, at any depth."""
    direct = set(listed[exercise_id].requires)
    return direct.union(*(needs(listed, required) for required in direct))
