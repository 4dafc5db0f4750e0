"""What has happened: the audit log, and how the engine ran."""
