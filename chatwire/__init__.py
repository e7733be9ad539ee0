"""What both ends of the wire share: names, lines, the IRC grammar, capabilities, numerics, safe text.

It imports the standard library alone and does no I/O: values in, values out.
"""
