"""The real server and clients under a simulated network, disk and clock, driven by one seed."""
