"""Golden screens: a rich world at four sizes, letter by letter and look by look.

`python -m tests.chatclient.ui.goldens --write` draws them anew when the look is meant to change; the
difference in the files is what users will see, and is to be looked at.
"""
