"""Tests of the forms in which results are told."""
