"""The client as one line after another, to be heard: for screen readers, braille, pipes and printers.

Rules of this package: each thing is told once, in words, as a line of its own; nothing is drawn over
and no control character is written; what the screen shows by marks and colours is said.
"""
