"""Sockets: listening, accepting, and one task for each connection until it ends.

Rules: only this package and the application know sockets and the event loop; errors of the system
become ours here, once. It knows sessions and requests, but neither commands nor state.
"""
