"""The full-screen face of a client: `screen.run` shows it on the terminal until the user leaves.

Rules of this package: it reads the model and draws. Only `screen` and `clock` know the event loop,
and only `output` knows the terminal; the rest is values in, rows out.
"""
