"""Tests of the commands beside the server."""
