"""French texts of the pages."""
