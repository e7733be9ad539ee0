"""Tests of the client's screen."""
