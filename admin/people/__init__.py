"""Units, contacts, titles, users and what rights they hold."""
