"""Cases (申报件): opening, filling, submitting, withdrawing, their files and their history."""
