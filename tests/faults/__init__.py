"""Every fault is caught, and exactly that fault."""
