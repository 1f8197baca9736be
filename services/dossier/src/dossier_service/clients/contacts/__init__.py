"""The contacts of client companies, and the access they are given (K1, K2, A9)."""
