"""Client credentials of other systems."""
