"""Wrong ways to write scratch.MulLayer, and right ones in other words."""

DX = "dx = dout * self.y"
DY = "dy = dout * self.x"

wrong_edit("scratch.MulLayer.own_input", (DX, "dx = dout * self.x"), (DY, "dy = dout * self.y"))
wrong_edit("scratch.MulLayer.dout_left_out", (DX, "dx = self.y"), (DY, "dy = self.x"))
wrong_edit("scratch.MulLayer.dout_added", (DX, "dx = dout + self.y"), (DY, "dy = dout + self.x"))
wrong_edit("scratch.MulLayer.like_a_sum", (DX, "dx = dout"), (DY, "dy = dout"))
wrong_edit(
    "scratch.MulLayer.order_of_the_two",
    ("return dx, dy", "return dy, dx"),
    message="scratch.MulLayer.own_input",
)
wrong_edit("scratch.MulLayer.sum_forwards", ("return x * y", "return x + y"))
wrong_edit(
    "scratch.MulLayer.inputs_changed", (DX, "self.y *= dout\n        dx = self.y"), outcome="almost"
)


@wrong("scratch.MulLayer.inputs_shared_by_all")
class MulLayer:
    def __init__(self):
        pass

    def forward(self, x, y):
        MulLayer.x, MulLayer.y = x, y
        return x * y

    def backward(self, dout):
        return dout * MulLayer.y, dout * MulLayer.x


@wrong("scratch.MulLayer.first_inputs_kept")
class MulLayer:
    def __init__(self):
        self.x = None

    def forward(self, x, y):
        if self.x is None:
            self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


@right("scratch.MulLayer.a_tuple")
class MulLayer:
    def __init__(self):
        self.seen = ()

    def forward(self, first, second):
        self.seen = (first, second)
        return second * first

    def backward(self, dout):
        first, second = self.seen
        return second * dout, first * dout


@right("scratch.MulLayer.a_closure")
class MulLayer:
    def forward(self, x, y):
        self.slopes = lambda dout: (y * dout, x * dout)
        return x * y

    def backward(self, dout):
        return self.slopes(dout)
