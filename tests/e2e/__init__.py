"""Tests with real processes, over real sockets."""
