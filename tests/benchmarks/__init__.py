"""Tests of the benchmarks: what they count and compute, and a short run on the tutorial server."""
