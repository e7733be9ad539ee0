"""The version of all three packages: stands here alone, the packaging reads it too."""

VERSION = "0.1.0"
