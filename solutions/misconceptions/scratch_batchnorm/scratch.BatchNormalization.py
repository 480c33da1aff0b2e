"""Wrong ways to write scratch.BatchNormalization, and right ones in other words."""

import numpy as np

AXES = "axes, beside_x = ((0,), (1, -1)) if x.ndim == 2 else ((0, 2, 3), (1, -1, 1, 1))"
VAR = "var = np.var(x, axis=axes, keepdims=True)"
RUN_MEAN = "self.running_mean = keep * self.running_mean + (1 - keep) * mean.ravel()"
RUN_VAR = "self.running_var = keep * self.running_var + (1 - keep) * var.ravel()"
TEST_MEAN = "mean = self.running_mean.reshape(beside_x)"
TEST_VAR = "var = self.running_var.reshape(beside_x)"
STD = "std = np.sqrt(var + self.eps)"
KEEP = "if train_flg:\n            self.axes, self.std, self.x_norm = axes, std, x_norm"
OUT = "return self.gamma.reshape(beside_x) * x_norm + self.beta.reshape(beside_x)"
DGAMMA = "self.dgamma = np.sum(dout * self.x_norm, axis=self.axes)"
DBETA = "self.dbeta = np.sum(dout, axis=self.axes)"
DX = "return (dx_norm - through_mean - through_var) / self.std"

wrong_edit(
    "scratch.BatchNormalization.swapped_momentum",
    (RUN_MEAN, "self.running_mean = (1 - keep) * self.running_mean + keep * mean.ravel()"),
    (RUN_VAR, "self.running_var = (1 - keep) * self.running_var + keep * var.ravel()"),
    row="B12",
    message="batchnorm_forward.swapped_momentum",
)
wrong_edit(
    "scratch.BatchNormalization.never_updated", (RUN_MEAN, "pass"), (RUN_VAR, "pass"), row="B13"
)
wrong_edit(
    "scratch.BatchNormalization.batch_statistics_in_test",
    (TEST_MEAN, "mean = np.mean(x, axis=axes, keepdims=True)"),
    (TEST_VAR, "var = np.var(x, axis=axes, keepdims=True)"),
    row="B3b",
)
wrong_edit(
    "scratch.BatchNormalization.updated_in_test",
    (
        TEST_MEAN,
        TEST_MEAN
        + "\n            self.running_mean = 0.9 * self.running_mean + 0.1 * np.mean(x, axis=axes)",
    ),
)
wrong_edit(
    "scratch.BatchNormalization.averages_changed_in_place",
    (
        RUN_MEAN,
        "self.running_mean *= keep\n            self.running_mean += (1 - keep) * mean.ravel()",
    ),
    (RUN_VAR, "self.running_var *= keep\n            self.running_var += (1 - keep) * var.ravel()"),
    outcome="almost",
)
wrong_edit(
    "scratch.BatchNormalization.eps_outside", (STD, "std = np.sqrt(var) + self.eps"), row="B9"
)
wrong_edit("scratch.BatchNormalization.no_eps", (STD, "std = np.sqrt(var)"))
wrong_edit(
    "scratch.BatchNormalization.divided_by_the_variance",
    (STD, "std = var + self.eps"),
    row="B10",
    message="batchnorm_forward.divided_by_the_variance",
)
wrong_edit(
    "scratch.BatchNormalization.bessels_correction",
    (VAR, "var = np.var(x, axis=axes, keepdims=True, ddof=1)"),
)
wrong_edit(
    "scratch.BatchNormalization.over_the_features",
    (AXES, AXES.replace("((0,), (1, -1))", "((1,), (1, -1))")),
    (RUN_MEAN, "pass"),
    (RUN_VAR, "pass"),
    row="B19",
)
wrong_edit(
    "scratch.BatchNormalization.for_each_pixel",
    (AXES, AXES.replace("(0, 2, 3)", "(0,)")),
    (RUN_MEAN, RUN_MEAN.replace("mean.ravel()", "mean.mean(axis=tuple(range(2, x.ndim))).ravel()")),
    (RUN_VAR, RUN_VAR.replace("var.ravel()", "var.mean(axis=tuple(range(2, x.ndim))).ravel()")),
    row="X3",
)
wrong_edit(
    "scratch.BatchNormalization.running_keepdims",
    (
        RUN_MEAN,
        "self.running_mean = keep * self.running_mean.reshape(beside_x) + (1 - keep) * mean",
    ),
    (RUN_VAR, "self.running_var = keep * self.running_var.reshape(beside_x) + (1 - keep) * var"),
    row="B2",
    message="batchnorm_forward.running_keepdims",
    outcome="almost",
)
wrong_edit(
    "scratch.BatchNormalization.test_pass_remembered",
    (KEEP, "self.axes, self.std, self.x_norm = axes, std, x_norm"),
    outcome="error",
)
wrong_edit(
    "scratch.BatchNormalization.no_branches",
    (DX, "return dx_norm / self.std"),
    row="B14",
    message="batchnorm_backward.no_branches",
)
wrong_edit(
    "scratch.BatchNormalization.no_variance_branch",
    (DX, "return (dx_norm - through_mean) / self.std"),
    message="batchnorm_backward.no_variance_branch",
)
wrong_edit(
    "scratch.BatchNormalization.no_mean_branch",
    (DX, "return (dx_norm - through_var) / self.std"),
    message="batchnorm_backward.no_mean_branch",
)
wrong_edit(
    "scratch.BatchNormalization.dgamma_and_dbeta_swapped",
    (DGAMMA, "self.dbeta = np.sum(dout * self.x_norm, axis=self.axes)"),
    (DBETA, "self.dgamma = np.sum(dout, axis=self.axes)"),
)
wrong_edit(
    "scratch.BatchNormalization.gradients_keepdims",
    (DGAMMA, DGAMMA[:-1] + ", keepdims=True)"),
    (DBETA, DBETA[:-1] + ", keepdims=True)"),
    row="B8",
    message="batchnorm_backward.dbeta_keepdims",
    outcome="almost",
)
wrong_edit(
    "scratch.BatchNormalization.gradients_not_stored",
    (DGAMMA, "dgamma = np.sum(dout * self.x_norm, axis=self.axes)"),
    (DBETA, "dbeta = np.sum(dout, axis=self.axes)"),
)
wrong_edit(
    "scratch.BatchNormalization.one_place_for_all",
    (
        "self.axes, self.std, self.x_norm = axes",
        "self.axes, BatchNormalization.std, BatchNormalization.x_norm = axes",
    ),
    message="shared.one_place_for_all_layers",
)


right_edit(
    "scratch.BatchNormalization.variance_of_the_squares",
    (VAR, "var = np.mean((x - mean) ** 2, axis=axes, keepdims=True)"),
    (STD, "std = (var + self.eps) ** 0.5"),
)


@right("scratch.BatchNormalization.node_by_node")
class BatchNormalization(BatchNormalization):
    def forward(self, x, train_flg=True):
        # Images as a matrix with one row for each pixel.
        rows = x if x.ndim == 2 else x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
        if train_flg:
            mu = rows.mean(axis=0)
            xc = rows - mu
            var = np.mean(xc**2, axis=0)
            std = np.sqrt(var + 1e-5)
            xn = xc / std
            self.cache = xc, xn, std
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            xn = (rows - self.running_mean) / np.sqrt(self.running_var + 1e-5)
        out = self.gamma * xn + self.beta
        return self._images(out, x.shape).astype(x.dtype)

    @staticmethod
    def _images(rows, shape):
        if len(shape) == 2:
            return rows
        N, C, H, W = shape
        return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)

    def backward(self, dout):
        rows = dout if dout.ndim == 2 else dout.transpose(0, 2, 3, 1).reshape(-1, dout.shape[1])
        xc, xn, std = self.cache
        count = len(rows)
        self.dbeta = rows.sum(axis=0)
        self.dgamma = np.sum(xn * rows, axis=0)
        dxn = self.gamma * rows
        dxc = dxn / std
        dstd = -np.sum((dxn * xc) / (std * std), axis=0)
        dvar = 0.5 * dstd / std
        dxc = dxc + (2.0 / count) * xc * dvar
        dmu = np.sum(dxc, axis=0)
        return self._images(dxc - dmu / count, dout.shape)
