"""The rules of the chat, pure: commands in, events out."""
