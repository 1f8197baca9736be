"""The family structure: the tree, and what is noted beside it."""
