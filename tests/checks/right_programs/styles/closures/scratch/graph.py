"""Nodes that keep the function to be called backwards, or nothing."""


class MulLayer:
    def forward(self, x, y):
        self.back = lambda dout: (y * dout, x * dout)
        return x * y

    def backward(self, dout):
        return self.back(dout)


class AddLayer:
    def forward(self, x, y):
        return y + x

    def backward(self, dout):
        return +dout, +dout
