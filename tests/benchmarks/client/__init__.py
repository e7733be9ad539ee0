"""Tests of what the client is measured with."""
