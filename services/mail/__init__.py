"""From what is owed to what is sent: whom to write to, the outbox, the texts, claiming and recording."""
