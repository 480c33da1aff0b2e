"""Wrong ways to write softmax_loss, and right ones in other words."""

import numpy as np

SUBTRACT = "dx[samples, y] -= 1"
SHIFT = "x - x.max(axis=1, keepdims=True)"
LOSS = "-log_probs[samples, y].mean()"

wrong_edit("softmax_loss.assigned_one", (SUBTRACT, "dx[samples, y] = 1"), row="S2")
wrong_edit(
    "softmax_loss.global_maximum_log",
    (SHIFT, "x - x.max()"),
    message="softmax_loss.global_maximum",
    outcome="almost",
)


@wrong("softmax_loss.global_maximum", row="S3", outcome="almost")
def softmax_loss(x, y):
    samples = np.arange(x.shape[0])
    probs = np.exp(x - np.max(x))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[samples, y])) / x.shape[0]
    dx = probs.copy()
    dx[samples, y] -= 1
    return loss, dx / x.shape[0]


@wrong("softmax_loss.no_shift", row="S4", outcome="almost")
def softmax_loss(x, y):
    samples = np.arange(x.shape[0])
    probs = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    loss = -np.log(probs[samples, y]).mean()
    dx = probs.copy()
    dx[samples, y] -= 1
    return loss, dx / x.shape[0]


wrong_edit(
    "softmax_loss.no_shift_log",
    (SHIFT, "x.copy()"),
    message="softmax_loss.no_shift",
    outcome="almost",
)


def _with_epsilon(epsilon):
    def softmax_loss(x, y):
        samples = np.arange(x.shape[0])
        probs = np.exp(x - np.max(x, axis=1, keepdims=True))
        probs /= probs.sum(axis=1, keepdims=True)
        loss = -np.log(probs[samples, y] + x.dtype.type(epsilon)).mean()
        dx = probs.copy()
        dx[samples, y] -= 1
        return loss, dx / x.shape[0]

    return softmax_loss


wrong("softmax_loss.epsilon_in_the_logarithm", row="S8")(_with_epsilon(1e-7))
wrong("softmax_loss.epsilon_1e8", message="softmax_loss.epsilon_in_the_logarithm")(
    _with_epsilon(1e-8)
)
wrong("softmax_loss.epsilon_1e12", message="softmax_loss.epsilon_in_the_logarithm")(
    _with_epsilon(1e-12)
)
wrong("softmax_loss.logarithm_of_zero", outcome="almost")(_with_epsilon(0))

wrong_edit("softmax_loss.loss_summed", (".mean()", ".sum()"))
wrong_edit(
    "softmax_loss.nothing_divided",
    (".mean()", ".sum()"),
    ("dx /= x.shape[0]", "pass"),
)
wrong_edit("softmax_loss.dx_not_divided", ("dx /= x.shape[0]", "pass"))
wrong_edit("softmax_loss.loss_over_all_entries", (LOSS, "-log_probs[samples, y].sum() / x.size"))
wrong_edit("softmax_loss.sign_of_the_loss", (LOSS, "log_probs[samples, y].mean()"))
wrong_edit("softmax_loss.no_logarithm", (LOSS, "-np.exp(log_probs)[samples, y].mean()"))
wrong_edit("softmax_loss.all_classes", (LOSS, "-log_probs.mean()"))
wrong_edit("softmax_loss.right_class_left_out", (SUBTRACT, "pass"))
wrong_edit("softmax_loss.added_one", (SUBTRACT, "dx[samples, y] += 1"))
wrong_edit("softmax_loss.whole_columns", (SUBTRACT, "dx[:, y] -= 1"))
wrong_edit("softmax_loss.sign_of_dx", ("dx /= x.shape[0]", "dx /= -x.shape[0]"))
wrong_edit(
    "softmax_loss.over_the_samples",
    (SHIFT, "x - x.max(axis=0, keepdims=True)"),
    ("np.exp(shifted).sum(axis=1, keepdims=True)", "np.exp(shifted).sum(axis=0, keepdims=True)"),
)
wrong_edit("softmax_loss.base_ten", (LOSS, "-log_probs[samples, y].mean() / np.log(10)"))


@wrong("softmax_loss.scores_changed", message="shared.scores_changed", outcome="almost")
def softmax_loss(x, y):
    x -= np.max(x, axis=1, keepdims=True)
    log_probs = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    one_hot = np.eye(x.shape[1], dtype=x.dtype)[y]
    return -np.sum(one_hot * log_probs) / len(y), (np.exp(log_probs) - one_hot) / len(y)


@wrong("softmax_loss.float64_one_hot", message="shared.float64_scores", outcome="almost")
def softmax_loss(x, y):
    shifted = x - np.max(x, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = np.zeros(x.shape)
    one_hot[np.arange(len(y)), y] = 1
    return -log_probs[np.arange(len(y)), y].mean(), (np.exp(log_probs) - one_hot) / len(y)


@right("softmax_loss.one_hot")
def softmax_loss(x, y):
    one_hot = (np.arange(x.shape[1]) == y[:, None]).astype(x.dtype)
    shifted = x - np.max(x, axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    loss = np.sum(np.log(sums)) - np.sum(one_hot * shifted)
    return float(loss) / len(x), (powers / sums - one_hot) / len(x)


@right("softmax_loss.loops")
def softmax_loss(x, y):
    loss, dx = 0.0, np.empty_like(x)
    for i, row in enumerate(x):
        shifted = row - row.max()
        total = sum(np.exp(s) for s in shifted)
        loss += np.log(total) - shifted[y[i]]
        dx[i] = np.exp(shifted) / total
        dx[i, y[i]] -= 1
    return loss / len(x), dx / len(x)


@right("softmax_loss.logaddexp")
def softmax_loss(x, y):
    rows = np.arange(len(y))
    log_probs = x - np.logaddexp.reduce(x, axis=1)[:, None]
    dx = np.exp(log_probs) / x.shape[0]
    dx[rows, y] -= 1 / x.shape[0]
    return np.negative(np.take_along_axis(log_probs, y[:, None], axis=1)).mean(), dx
