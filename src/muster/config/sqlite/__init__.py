"""Django's SQLite, with a line for those who want to write."""
