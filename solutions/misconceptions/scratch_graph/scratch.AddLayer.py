"""Wrong ways to write scratch.AddLayer, and right ones in other words."""

from workbook.checks.misconceptions import right, right_edit, wrong, wrong_edit

DX = "dx = dout * 1"
DY = "dy = dout * 1"

wrong_edit("dout_left_out", (DX, "dx = 1.0"), (DY, "dy = 1.0"))
wrong_edit("dout_shared_out", (DX, "dx = dout / 2"), (DY, "dy = dout / 2"))
wrong_edit("dout_doubled", (DX, "dx = dout * 2"), (DY, "dy = dout * 2"))
wrong_edit("added_to_dout", (DX, "dx = dout + 1"), (DY, "dy = dout + 1"))
wrong_edit("second_subtracted", (DY, "dy = -dout"))
wrong_edit("one_for_both", ("return dx, dy", "return dx"))
wrong_edit("product_forwards", ("return x + y", "return x * y"))


@wrong("like_a_product")
class AddLayer:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x + y

    def backward(self, dout):
        return dout * self.y, dout * self.x


right_edit("dout_itself", (DX, "dx = dout"), (DY, "dy = dout"))


@right("copies")
class AddLayer:
    def __init__(self):
        self.calls = 0

    def forward(self, x, y):
        self.calls += 1
        return sum((x, y))

    def backward(self, dout):
        return (1.0 * dout,) * 2
