"""Tests of the sockets: real ones over loopback where the kernel matters, fakes elsewhere."""
