"""Sessions: sign-in, codes, refresh families, sign-out."""
