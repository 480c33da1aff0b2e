"""What CS231n's compiled layers took beside PyTorch, so that they need not be installed.

Milliseconds on one thread (training step: also two), best of 7, PyTorch 2.13 on an AMD EPYC with
AVX-512, the kind of machine on which this project's figures were taken. Only the ratio of the two
is used: it carries over to other machines better than either.
"""

__all__ = ["CS231N_TO_TORCH", "LAYERS", "STEP"]

# case: (CS231n forward, backward, PyTorch forward, backward)
LAYERS = {
    "conv N100 C3 31x31 F25 3x3 s2 p1 float32": (1.6, 2.6, 0.55, 2.9),
    "conv N50 C3 32x32 F32 7x7 s1 p3 float32": (11.1, 24.7, 3.0, 18.1),
    "conv N50 C32 16x16 F32 3x3 s1 p1 float32": (4.6, 10.0, 1.5, 3.1),
    "conv N50 C3 32x32 F32 7x7 s1 p3 float64": (22.5, 50.8, 36.0, 41.8),
    "pool N100 C3 32x32 2x2 s2 float32": (2.4, 6.1, 1.3, 0.1),
}

# threads: (CS231n, PyTorch), one training step of ThreeLayerConvNet, N50, hidden 500, float32
STEP = {1: (156.0, 52.0), 2: (141.0, 25.0)}

CS231N_TO_TORCH = {
    name: (forward + backward) / (torch_forward + torch_backward)
    for name, (forward, backward, torch_forward, torch_backward) in LAYERS.items()
}
