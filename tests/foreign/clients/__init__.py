"""POP3 clients that others wrote, and what they do when a server is wrong. They are not judged here."""
