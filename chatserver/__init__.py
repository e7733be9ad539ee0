"""A chat server: one port, plain text and IRC in the same rooms, nothing shown before it is kept."""
