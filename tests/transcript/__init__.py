"""Tests of what was said: recordings, their reading as exchanges, their text form."""
