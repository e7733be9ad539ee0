"""Tests of the plain face."""
