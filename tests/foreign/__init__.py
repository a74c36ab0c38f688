"""The suite and the reference server against programs that others wrote."""
