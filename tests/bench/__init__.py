"""How fast the reference server is beside real ones, and the suite by itself: `make bench`.

All servers run at once, on one core, and are asked in turn, round by round, by the same client on a plain socket. What
counts are the ratios of one run, each server at its best: they had the same machine at the same time. One that gets
through some twenty messages a second sends each in pieces, and lets every second piece wait until the client's kernel
has acknowledged the first, which takes that 40 ms.
"""
