"""Power cuts: what a disk may hold after one is rebuilt at each place of a recorded run, and opened."""
