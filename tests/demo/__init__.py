"""Tests of the demo in containers; they are there only where a container engine with compose is."""
