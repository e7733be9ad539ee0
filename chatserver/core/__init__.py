"""What the chat is: commands, events, state, and the one function that turns the first into the second.

No asyncio, no clock, no randomness, no I/O: the same state and the same stamped commands give the same
effects on any machine.
"""
