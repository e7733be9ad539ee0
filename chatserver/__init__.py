"""A chat server that anyone can join with netcat, with chatclient, or with any IRC client."""
