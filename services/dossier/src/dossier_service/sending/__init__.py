"""What a call would send, told before it sends anything (M3): the real use case, described and rolled back."""
