"""Wrong ways to write spatial_groupnorm_forward, and right ones in other words."""

import numpy as np

GROUPS = "groups = x.reshape(x.shape[0] * G, -1)"
CENTRED = "centred = groups - groups.mean(axis=1, keepdims=True)"
VAR = "var = (centred * centred).mean(axis=1, keepdims=True)"
INV = "inv_std = 1 / np.sqrt(var + eps)"
HAT = "x_hat = (centred * inv_std).reshape(x.shape)"
OUT = "out = gamma * x_hat + beta"

wrong_edit("spatial_groupnorm_forward.images_mixed", (GROUPS, "groups = x.reshape(G, -1)"))
wrong_edit(
    "spatial_groupnorm_forward.images_mixed_axes",
    (GROUPS, "groups = x.reshape(x.shape[0], G, -1).transpose(1, 0, 2).reshape(G, -1)"),
    (
        HAT,
        "x_hat = (centred * inv_std).reshape(G, x.shape[0], -1).transpose(1, 0, 2).reshape(x.shape)",
    ),
    message="spatial_groupnorm_forward.images_mixed",
)
wrong_edit(
    "spatial_groupnorm_forward.G_channels_in_a_group",
    (GROUPS, "groups = x.reshape(x.shape[0] * (x.shape[1] // G), -1)"),
)
wrong_edit("spatial_groupnorm_forward.one_group", (GROUPS, "groups = x.reshape(x.shape[0], -1)"))
wrong_edit(
    "spatial_groupnorm_forward.each_channel_alone",
    (GROUPS, "groups = x.reshape(x.shape[0] * x.shape[1], -1)"),
)
wrong_edit(
    "spatial_groupnorm_forward.over_the_batch",
    (CENTRED, "centred = groups - groups.mean(axis=0)"),
    (VAR, "var = (centred * centred).mean(axis=0)"),
)
wrong_edit(
    "spatial_groupnorm_forward.pixels_apart",
    (
        GROUPS,
        "groups = x.reshape(x.shape[0], G, x.shape[1] // G, -1).transpose(0, 1, 3, 2).reshape(-1, x.shape[1] // G)",
    ),
    (
        HAT,
        "x_hat = (centred * inv_std).reshape(x.shape[0], G, -1, x.shape[1] // G).transpose(0, 1, 3, 2).reshape(x.shape)",
    ),
)
wrong_edit(
    "spatial_groupnorm_forward.every_Gth_channel",
    (
        GROUPS,
        "N, C, H, W = x.shape\n    groups = x.reshape(N, C // G, G, -1).transpose(0, 2, 1, 3).reshape(N * G, -1)",
    ),
    (
        HAT,
        "x_hat = (centred * inv_std).reshape(N, G, C // G, -1).transpose(0, 2, 1, 3).reshape(x.shape)",
    ),
)
wrong_edit(
    "spatial_groupnorm_forward.axis_lost",
    (CENTRED, "centred = groups - groups.mean(axis=1)"),
    outcome="error",
)
wrong_edit("spatial_groupnorm_forward.eps_outside", (INV, "inv_std = 1 / (np.sqrt(var) + eps)"))
wrong_edit("spatial_groupnorm_forward.no_eps", (INV, "inv_std = 1 / np.sqrt(var)"))
wrong_edit("spatial_groupnorm_forward.divided_by_the_variance", (INV, "inv_std = 1 / (var + eps)"))
wrong_edit(
    "spatial_groupnorm_forward.one_less", (VAR, "var = groups.var(axis=1, ddof=1, keepdims=True)")
)
wrong_edit("spatial_groupnorm_forward.no_scale", (OUT, "out = x_hat + beta"))
wrong_edit("spatial_groupnorm_forward.no_shift", (OUT, "out = gamma * x_hat"))
wrong_edit(
    "spatial_groupnorm_forward.still_groups", (OUT, OUT + "\n    out = out.reshape(groups.shape)")
)
wrong_edit(
    "spatial_groupnorm_forward.input_changed",
    (CENTRED, "groups -= groups.mean(axis=1, keepdims=True)\n    centred = groups"),
    outcome="almost",
)
wrong_edit(
    "spatial_groupnorm_forward.setting_changed",
    ('gn_param.get("eps", 1e-5)', 'gn_param.pop("eps", 1e-5)'),
    message="shared.setting_changed",
    outcome="almost",
)


right_edit(
    "spatial_groupnorm_forward.five_axes",
    (
        GROUPS,
        "N, C, H, W = x.shape\n    five = x.reshape(N, G, C // G, H, W)\n    groups = (five - five.mean(axis=(2, 3, 4), keepdims=True)).reshape(N * G, -1)",
    ),
)


@right("spatial_groupnorm_forward.with_layernorm")
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N * G, -1)
    ones = np.ones(rows.shape[1], dtype=x.dtype)
    out, (x_hat, _, inv_std) = layernorm_forward(
        rows, ones, 0 * ones, {"eps": gn_param.get("eps", 1e-5)}
    )
    return out.reshape(N, C, H, W) * gamma + beta, (x_hat.reshape(x.shape), gamma, inv_std)


@right("spatial_groupnorm_forward.group_by_group")
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    size = x.shape[1] // G
    x_hat, inv_std = np.empty_like(x), np.empty((len(x) * G, 1), dtype=x.dtype)
    for n in range(len(x)):
        for g in range(G):
            group = x[n, g * size : (g + 1) * size]
            inv_std[n * G + g] = (group.var() + gn_param.get("eps", 1e-5)) ** -0.5
            x_hat[n, g * size : (g + 1) * size] = (group - group.mean()) * inv_std[n * G + g]
    return x_hat * gamma + beta, (x_hat, gamma, inv_std)
