"""Recovery: forgotten passwords, and codes for a lost phone."""
