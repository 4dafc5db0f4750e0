"""The backoffice: managed tables over Flask-Admin, which shows them and hands every change to a service."""
