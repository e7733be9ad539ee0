"""What keys do: a module for each topic, which says what handles each of its actions.

Rules: a topic's `handlers(desk)` returns its actions and their handlers, and each action of
`chatclient.keys` is handled by one topic. Handlers ask the desk for the world each time.
"""
