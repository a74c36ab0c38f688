"""Sessions that a program makes: variants of scenarios, and sessions that are cut off."""
