"""Tests of the commands that a user can type."""
