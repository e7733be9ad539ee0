"""Tests of what keys do."""
