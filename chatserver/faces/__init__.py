"""The languages that peers speak, pure: bytes to commands, events to bytes."""
