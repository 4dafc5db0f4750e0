"""The composition root: settings, database, the app, and the command line."""
