"""Rules of the program broken on purpose, to see that the tests notice."""
