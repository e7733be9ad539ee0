"""Tests of the server as a whole, without sockets; with them it is in tests/e2e."""
