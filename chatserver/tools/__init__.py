"""Commands beside the server: what it kept is exported, copied to a backup, and brought back from one.

Rules: what somebody can mend is told in one line on standard error. Exit status: 0 if all was done, 1 if
it could not be, 2 if it was asked for wrongly. A file is there whole, or not at all.
"""
