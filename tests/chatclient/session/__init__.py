"""Tests of `chatclient.session`: transcripts, bytes in and bytes out."""
