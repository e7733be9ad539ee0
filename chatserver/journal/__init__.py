"""What puts the requests of all sessions into one order."""
