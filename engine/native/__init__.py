"""Kernels in C for what takes most of a render's time: columns come in, the same columns go out, sooner.

Each is the twin of something in Python that says the same, and tests hold the two together.
"""
