"""Tests of `chatclient.model`."""
