"""Tests of what both ends of the wire share."""
