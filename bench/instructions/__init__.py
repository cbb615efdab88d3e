"""The instructions that the bot's work takes, counted by valgrind's callgrind: figures that no noise changes.

`make bench QUICK=1` fails when one is more than 5 % above `recorded.json`, which `make bench RECORD=1` writes.
"""
