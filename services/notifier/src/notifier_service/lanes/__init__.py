"""The loops that send: one lane per queue with couriers of its own, and the caretaker (M4)."""
