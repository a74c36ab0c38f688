"""Tests of what a run came to."""
