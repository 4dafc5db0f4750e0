"""What the coordinator's pages about cases show beside the lists that the services themselves give."""
