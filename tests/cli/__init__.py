"""The command, called as people call it."""
