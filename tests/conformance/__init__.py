"""How IRC is spoken, command by command: each behaviour with the specification that asks for it."""
