"""A wrong argument is met by name, in one or two lines, before anything is computed."""

import numpy as np
import pytest

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}
CONV = {"stride": 1, "pad": 0}
LABELS = np.array([0, 1, 2])


def z(*shape, dtype=float):
    return np.zeros(shape, dtype)


CASES = {
    # function, arguments, error, what its text holds
    "weights": (
        "affine_forward",
        (z(2, 3, 4), z(10, 3), z(3)),
        ValueError,
        "w must have shape (12",
    ),
    "bias": ("affine_forward", (z(2, 3), z(3, 4), z(1, 4)), ValueError, "b must have shape (4,)"),
    "integers": ("affine_forward", (z(2, 3, dtype=int), z(3, 4), z(4)), TypeError, "x.astype("),
    "list": ("affine_forward", ([[1.0]], z(1, 4), z(4)), TypeError, "x must be a NumPy array"),
    "empty": ("affine_forward", (z(0, 3), z(3, 4), z(4)), ValueError, "x is empty"),
    "number": ("relu_forward", (3.0,), TypeError, "x must be a NumPy array; got float"),
    "one-hot": (
        "softmax_loss",
        (z(3, 4), z(3, 4, dtype=int)),
        ValueError,
        "y must have shape (3,)",
    ),
    "float labels": ("softmax_loss", (z(3, 4), z(3)), TypeError, "class indices"),
    "label too large": ("softmax_loss", (z(3, 2), LABELS), ValueError, "0 ... 1; got 0 ... 2"),
    "label negative": ("svm_loss", (z(3, 4), LABELS - 1), ValueError, "got -1 ... 1"),
    "scores": ("svm_loss", (z(3), LABELS), ValueError, "x must have shape (N, C)"),
    "mode": (
        "batchnorm_forward",
        (z(3, 4), z(4), z(4), {"mode": "trian"}),
        ValueError,
        "bn_param['mode'] must be 'train' or 'test'; got 'trian'",
    ),
    "no mode": ("batchnorm_forward", (z(3, 4), z(4), z(4), {}), ValueError, "the key 'mode'"),
    "no dictionary": ("batchnorm_forward", (z(3, 4), z(4), z(4), None), TypeError, "dictionary"),
    "unknown key": (
        "batchnorm_forward",
        (z(3, 4), z(4), z(4), {"mode": "train", "epsilon": 1e-5}),
        ValueError,
        "unknown key 'epsilon'; allowed: mode, eps",
    ),
    "eps": (
        "batchnorm_forward",
        (z(3, 4), z(4), z(4), {"mode": "train", "eps": -1}),
        ValueError,
        "bn_param['eps'] must be at least 0; got -1",
    ),
    "running": (
        "batchnorm_forward",
        (z(3, 4), z(4), z(4), {"mode": "test", "running_mean": z(3)}),
        ValueError,
        "bn_param['running_mean'] must have shape (4,)",
    ),
    "gamma": (
        "batchnorm_forward",
        (z(3, 4), z(1, 4), z(4), {"mode": "train"}),
        ValueError,
        "gamma must have shape (4,)",
    ),
    "images": (
        "spatial_batchnorm_forward",
        (z(3, 4), z(4), z(4), {"mode": "train"}),
        ValueError,
        "x must have shape (N, C, H, W)",
    ),
    "ln_param": (
        "layernorm_forward",
        (z(3, 4), z(4), z(4), {"momentum": 1}),
        ValueError,
        "ln_param has an unknown key",
    ),
    "groups": (
        "spatial_groupnorm_forward",
        (z(3, 4, 2, 2), z(1, 4, 1, 1), z(1, 4, 1, 1), 3, {}),
        ValueError,
        "G must divide the 4 channels of x; got 3",
    ),
    "group scale": (
        "spatial_groupnorm_forward",
        (z(3, 4, 2, 2), z(4), z(1, 4, 1, 1), 2, {}),
        ValueError,
        "gamma must have shape (1, 4, 1, 1)",
    ),
    "p is 1": ("dropout_forward", (z(3), {"mode": "train", "p": 1}), ValueError, "below 1; got 1"),
    "no p": ("dropout_forward", (z(3), {"mode": "train"}), ValueError, "lacks the key 'p'"),
    "p a word": (
        "dropout_forward",
        (z(3), {"mode": "train", "p": "1"}),
        TypeError,
        "['p'] must be",
    ),
    "channels": (
        "conv_forward_naive",
        (z(1, 3, 4, 4), z(2, 2, 3, 3), z(2), CONV),
        ValueError,
        "w must have shape (F, 3, HH, WW) to fit x of shape (1, 3, 4, 4); got (2, 2, 3, 3)",
    ),
    "no output": (
        "conv_forward_naive",
        (z(1, 3, 4, 4), z(2, 3, 6, 3), z(2), CONV),
        ValueError,
        "1 + (4 + 2 * 0 - 6) // 1 = -1; it must be at least 1",
    ),
    "stride": (
        "conv_forward_naive",
        (z(1, 3, 4, 4), z(2, 3, 3, 3), z(2), {"stride": 0, "pad": 0}),
        ValueError,
        "conv_param['stride'] must be at least 1; got 0",
    ),
    "pad": (
        "conv_forward_naive",
        (z(1, 3, 4, 4), z(2, 3, 3, 3), z(2), {"stride": 1, "pad": 0.5}),
        TypeError,
        "conv_param['pad'] must be an int",
    ),
    "no pad": (
        "conv_forward_naive",
        (z(1, 3, 4, 4), z(2, 3, 3, 3), z(2), {"stride": 1, "padding": 0}),
        ValueError,
        "lacks the key 'pad'; it holds ['padding', 'stride']",
    ),
    "window": (
        "max_pool_forward_naive",
        (z(1, 3, 4, 4), POOL | {"pool_width": 5}),
        ValueError,
        "1 + (W + 2 * pad - pool_width) // stride",
    ),
    "shape of images": ("max_pool_forward_naive", (z(3, 4, 4), POOL), ValueError, "got (3, 4, 4)"),
    "gradient": ("adam", (z(3), z(3, 1)), ValueError, "dw must have shape (3,)"),
    "no gradient": ("adam", (z(3), None), TypeError, "dw must be a NumPy array; got NoneType"),
    "integer parameter": ("sgd", (z(3, dtype=int), z(3)), TypeError, "w must hold floats"),
    "lr": ("adam", (z(3), z(3), {"lr": 1}), ValueError, "unknown key 'lr'; allowed: learning_rate"),
    "config": ("sgd", (z(3), z(3), 0.1), TypeError, "config must be a dictionary; got float"),
    "rate": ("sgd", (z(3), z(3), {"learning_rate": "1"}), TypeError, "['learning_rate'] must be a"),
    "state": ("rmsprop", (z(3), z(3), {"cache": z(4)}), ValueError, "config['cache'] must have"),
    "t": ("adam", (z(3), z(3), {"t": -1}), ValueError, "config['t'] must be at least 0; got -1"),
    "hidden size": ("TwoLayerNet", (5, 0), ValueError, "hidden_dim must be at least 1; got 0"),
    "hidden_dims": ("FullyConnectedNet", (100,), TypeError, "hidden_dims must be a list or tuple"),
    "one of them": ("FullyConnectedNet", ([5, 2.5],), TypeError, "hidden_dims[1] must be an int"),
    "input_dim": ("ThreeLayerConvNet", ((32, 32),), ValueError, "input_dim must hold 3 ints"),
    "too small": ("ThreeLayerConvNet", ((3, 1, 5),), ValueError, "H and W at least 2"),
    "even filter": ("ThreeLayerConvNet", ((3, 8, 8), 2, 4), ValueError, "must be odd"),
}
BACKWARD = {
    "affine": ((z(2, 3), z(3, 4), z(4)), z(2, 5)),
    "relu": ((z(3, 3),), z(3)),
    "batchnorm": ((z(3, 4), z(4), z(4), {"mode": "train"}), z(4)),
    "layernorm": ((z(3, 4), z(4), z(4), {}), z(1, 4)),
    "dropout": ((z(3, 4), {"mode": "train", "p": 0.5}), z(4)),
    "conv": ((z(1, 3, 4, 4), z(2, 3, 3, 3), z(2), CONV), z(1, 2, 1, 1)),
    "max_pool": ((z(1, 3, 4, 4), POOL), z(1, 3, 4, 4)),
    "spatial_batchnorm": ((z(1, 3, 4, 4), z(3), z(3), {"mode": "train"}), z(1, 3, 4)),
    "spatial_groupnorm": (
        (z(1, 4, 2, 2), z(1, 4, 1, 1), z(1, 4, 1, 1), 2, {}),
        z(1, 4, 2, 1),
    ),
}


def assert_short(error):
    text = str(error.value)
    assert text.count("\n") <= 1
    assert all(len(line) <= 130 for line in text.splitlines())


@pytest.mark.parametrize("case", CASES)
def test_wrong_argument(impl, case):
    function, arguments, kind, text = CASES[case]
    with pytest.raises(kind) as error:
        getattr(impl, function)(*arguments)
    assert text in str(error.value)
    assert_short(error)


@pytest.mark.parametrize("layer", BACKWARD)
def test_wrong_dout(impl, layer):
    """Among them shapes that would broadcast, and so give a wrong result in silence."""
    arguments, dout = BACKWARD[layer]
    suffix = "_naive" if layer in ("conv", "max_pool") else ""
    _, cache = getattr(impl, f"{layer}_forward{suffix}")(*arguments)
    with pytest.raises(ValueError, match="dout must have shape") as error:
        getattr(impl, f"{layer}_backward{suffix}")(dout, cache)
    assert_short(error)


@pytest.mark.parametrize(
    ("wrong", "kind", "text"),
    [
        ({"normalization": "batch"}, ValueError, "None or 'batchnorm' or 'layernorm'; got 'batch'"),
        ({"normalization": "layernorm", "use_batchnorm": True}, ValueError, "got 'layernorm'"),
        ({"dropout": 1}, ValueError, "dropout must be at least 0 and below 1; got 1"),
        ({"dtype": np.int64}, TypeError, "dtype must be a float type"),
        ({"dtype": "flot"}, TypeError, "dtype must be a float type"),
        ({"reg": -1}, ValueError, "reg must be at least 0; got -1"),
        ({"weight_scale": None}, TypeError, "weight_scale must be a number; got None"),
        ({"input_dim": (3, 32, 32)}, TypeError, "input_dim must be an int; got (3, 32, 32)"),
    ],
)
def test_wrong_network(impl, wrong, kind, text):
    with pytest.raises(kind) as error:
        impl.FullyConnectedNet([5], **wrong)
    assert text in str(error.value)
    assert_short(error)


def test_wrong_batch(impl):
    nets = [
        impl.TwoLayerNet(6, 5, 4),
        impl.FullyConnectedNet([5], 6, 4),
        impl.ThreeLayerConvNet((1, 2, 3), 2, 3, 5, 4),
    ]
    for net in nets:
        with pytest.raises(TypeError, match="X must be a NumPy array; got list"):
            net.loss([1.0])
    for net in nets[:2]:
        with pytest.raises(ValueError, match="to fit x of shape \\(2, 7\\)"):
            net.loss(z(2, 7))
        with pytest.raises(TypeError, match="y must be a NumPy array; got list"):
            net.loss(z(2, 6), [0, 1])
    with pytest.raises(ValueError, match="X must have shape \\(N, C, H, W\\)"):
        nets[2].loss(z(2, 6))


def test_what_a_layer_keeps_in_its_dictionary_is_its_own_affair(impl):
    """After the first call only known slips are refused: further keys may be a student's."""
    bn_param = {"mode": "train"}
    impl.batchnorm_forward(z(3, 4), z(4), z(4), bn_param)
    impl.batchnorm_forward(z(3, 4), z(4), z(4), bn_param | {"batches": 1})
    _, config = impl.adam(z(3), z(3))
    impl.adam(z(3), z(3), config | {"m_hat": z(3)})
