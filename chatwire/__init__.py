"""What both ends of the wire share: names, lines, grammar, capabilities, numerics, safe text.

It imports the standard library alone and does no I/O: values in, values out.
"""
