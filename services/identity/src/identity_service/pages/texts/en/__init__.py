"""English texts of the pages."""
