"""The configuration: one table of settings, read once into one frozen object that is passed down.

`settings` has them all, `sources` reads flags, file and environment. Only the application, the tools
beside it and their command line import this package; everything else is given plain values.
"""
