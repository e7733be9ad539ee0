"""What the server costs, measured beside others: `python -m benchmarks --help`.

Rules: one server at a time, pinned to one core, the load on another; loopback only; every run is
bounded in time and ends what it started. Only Linux: it reads /proc and uses epoll.
"""
