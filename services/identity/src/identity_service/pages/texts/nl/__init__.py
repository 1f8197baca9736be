"""Dutch texts of the pages."""
