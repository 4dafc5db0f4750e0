"""People: their passwords, the memberships that give them rights, how they sign in, and how they hand over."""
