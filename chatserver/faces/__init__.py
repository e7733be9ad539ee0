"""The protocols that sessions speak: lines in, requests out; events and replies in, bytes out. All pure."""
