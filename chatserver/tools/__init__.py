"""Commands beside the server: export, backup and restore of what it keeps, accounts, a certificate.

Rules: what somebody can mend is told in one line on standard error. Exit status: 0 if all was done, 1 if
it could not be, 2 if it was asked for wrongly. A file is there whole, or not at all.
"""
