"""Tests of the IRC face alone: lines in, requests and lines out."""
