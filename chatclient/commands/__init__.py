"""The commands that a user can type, in a module for each topic, and their table.

Rules: handlers are pure: they call the session, and tell the user through the world.
"""
