"""Mail: addresses, letters, the hand-over to a mail host and its pace; what to send and when is decided elsewhere."""
