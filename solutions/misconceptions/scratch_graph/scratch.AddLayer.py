"""Wrong ways to write scratch.AddLayer, and right ones in other words."""

DX = "dx = dout * 1"
DY = "dy = dout * 1"

wrong_edit("scratch.AddLayer.dout_left_out", (DX, "dx = 1.0"), (DY, "dy = 1.0"))
wrong_edit("scratch.AddLayer.dout_shared_out", (DX, "dx = dout / 2"), (DY, "dy = dout / 2"))
wrong_edit("scratch.AddLayer.dout_doubled", (DX, "dx = dout * 2"), (DY, "dy = dout * 2"))
wrong_edit("scratch.AddLayer.added_to_dout", (DX, "dx = dout + 1"), (DY, "dy = dout + 1"))
wrong_edit("scratch.AddLayer.second_subtracted", (DY, "dy = -dout"))
wrong_edit("scratch.AddLayer.one_for_both", ("return dx, dy", "return dx"))
wrong_edit("scratch.AddLayer.product_forwards", ("return x + y", "return x * y"))


@wrong("scratch.AddLayer.like_a_product")
class AddLayer:
    def forward(self, x, y):
        self.x, self.y = x, y
        return x + y

    def backward(self, dout):
        return dout * self.y, dout * self.x


right_edit("scratch.AddLayer.dout_itself", (DX, "dx = dout"), (DY, "dy = dout"))


@right("scratch.AddLayer.copies")
class AddLayer:
    def __init__(self):
        self.calls = 0

    def forward(self, x, y):
        self.calls += 1
        return sum((x, y))

    def backward(self, dout):
        return (1.0 * dout,) * 2
