"""Tests of the programs that make pages and pictures."""
