"""The table of A7 as data: what each party may do in each section, for whoever builds on it."""
