"""B6: signing in under load, against Argon2id alone; what a cheap route feels of it; what overload is answered."""
