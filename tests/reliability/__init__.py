"""Proof with real processes: a server that is killed, connections that are cut, a disk that is full."""
