"""Tests of the protocols: pure, bytes in and values out."""
