"""Forms carry a token of their session; a request that changes something without it is refused (S10)."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect


def install_csrf(app: Flask) -> CSRFProtect:
    """Check the token of every writing request; install it after the door, which binds tokens to sessions.

    A token lives as long as its session: a form that was open for two hours in the last night is not lost (S61).
    """
    app.config.update(WTF_CSRF_TIME_LIMIT=None)
    protection = CSRFProtect()
    protection.init_app(app)
    return protection
