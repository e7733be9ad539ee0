"""What the terminal client costs, and how it bears trouble, beside WeeChat and irssi.

`python -m benchmarks.client --help`. Rules: every program starts with a home of its own that is new, in a
terminal of 120 columns and 40 rows; nobody is given settings that its makers did not choose, except where
the page says so; what was started is ended, and what was made is removed, however a measurement ends.
Only Linux: it reads /proc and makes pseudo-terminals and network namespaces.
"""
