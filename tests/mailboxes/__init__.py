"""Filling maildrops: real files, real sockets, real commands."""
