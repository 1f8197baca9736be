"""What it says: the wording in every language, as text and HTML (M1, M2)."""
