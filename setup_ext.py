"""The optional compiled kernels; replaced by the fast-layers work."""
