"""The grammar of POP3, read in every way that octets can come."""
