"""The notation of faults, when they strike, and what the connection does for them."""
