"""Wrong ways to write scratch.MulLayer, and right ones in other words."""

from workbook.checks.misconceptions import right, wrong, wrong_edit

DX = "dx = dout * self.y"
DY = "dy = dout * self.x"

wrong_edit("own_input", (DX, "dx = dout * self.x"), (DY, "dy = dout * self.y"))
wrong_edit("dout_left_out", (DX, "dx = self.y"), (DY, "dy = self.x"))
wrong_edit("dout_added", (DX, "dx = dout + self.y"), (DY, "dy = dout + self.x"))
wrong_edit("like_a_sum", (DX, "dx = dout"), (DY, "dy = dout"))
wrong_edit(
    "order_of_the_two", ("return dx, dy", "return dy, dx"), message="scratch.MulLayer.own_input"
)
wrong_edit("sum_forwards", ("return x * y", "return x + y"))
wrong_edit("inputs_changed", (DX, "self.y *= dout\n        dx = self.y"))


@wrong("inputs_shared_by_all")
class MulLayer:
    def __init__(self):
        pass

    def forward(self, x, y):
        MulLayer.x, MulLayer.y = x, y
        return x * y

    def backward(self, dout):
        return dout * MulLayer.y, dout * MulLayer.x


@wrong("first_inputs_kept")
class MulLayer:
    def __init__(self):
        self.x = None

    def forward(self, x, y):
        if self.x is None:
            self.x, self.y = x, y
        return x * y

    def backward(self, dout):
        return dout * self.y, dout * self.x


@right("a_tuple")
class MulLayer:
    def __init__(self):
        self.seen = ()

    def forward(self, first, second):
        self.seen = (first, second)
        return second * first

    def backward(self, dout):
        first, second = self.seen
        return second * dout, first * dout


@right("a_closure")
class MulLayer:
    def forward(self, x, y):
        self.slopes = lambda dout: (y * dout, x * dout)
        return x * y

    def backward(self, dout):
        return self.slopes(dout)
