"""What units owe and how they settle it."""
