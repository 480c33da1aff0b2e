"""Wrong ways to write scratch.Sigmoid, and right ones in other words."""

import numpy as np

KEEP = "self.out = sigmoid(x)"
DX = "return dout * self.out * (1 - self.out)"

wrong_edit("scratch.Sigmoid.dout_left_out", (DX, "return self.out * (1 - self.out)"))
wrong_edit("scratch.Sigmoid.second_factor_left_out", (DX, "return dout * self.out"))
wrong_edit("scratch.Sigmoid.first_factor_left_out", (DX, "return dout * (1 - self.out)"))
wrong_edit(
    "scratch.Sigmoid.input_for_the_output",
    (KEEP, "self.x = x\n        self.out = sigmoid(x)"),
    (DX, "return dout * self.x * (1 - self.x)"),
)
wrong_edit(
    "scratch.Sigmoid.sigmoid_of_the_output",
    (DX, "return dout * sigmoid(self.out) * (1 - sigmoid(self.out))"),
)
wrong_edit("scratch.Sigmoid.sigmoid_of_dout", (DX, "return sigmoid(dout) * (1 - sigmoid(dout))"))
wrong_edit("scratch.Sigmoid.one_plus", (DX, "return dout * self.out * (1 + self.out)"))
wrong_edit("scratch.Sigmoid.like_tanh", (DX, "return dout * (1 - self.out**2)"))
wrong_edit(
    "scratch.Sigmoid.gradient_in_place",
    (DX, "dout *= self.out * (1 - self.out)\n        return dout"),
    outcome="almost",
)
wrong_edit(
    "scratch.Sigmoid.output_shared_by_all",
    (KEEP, "Sigmoid.out = sigmoid(x)"),
    ("return self.out\n", "return Sigmoid.out\n"),
)
wrong_edit(
    "scratch.Sigmoid.output_changed",
    (DX, "self.out *= 1 - self.out\n        return dout * self.out"),
)

right_edit("scratch.Sigmoid.expanded", (DX, "return dout * (self.out - self.out * self.out)"))


@right("scratch.Sigmoid.from_the_input")
class Sigmoid:
    def forward(self, x):
        self.x = x.copy()
        return sigmoid(x)

    def backward(self, dout):
        return dout * sigmoid(self.x) * sigmoid(-self.x)


@right("scratch.Sigmoid.slope_at_once")
class Sigmoid:
    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.slope = e / (1 + e) ** 2
        return np.where(x >= 0, 1, e) / (1 + e)

    def backward(self, dout):
        return np.multiply(self.slope, dout)
