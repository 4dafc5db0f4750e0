"""One place decides what a browser may do with our pages, so that no door can forget it.

The policy has no 'unsafe-inline': scripts are files, widths are SVG attributes or <progress>.
"""

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)

# A door may answer with a stricter or more exact value of its own (a sandbox for an uploaded
# file, 'self' as the ancestor of a preview), therefore these are defaults and not overwritten.
DEFAULTS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}

ONE_YEAR_S = 365 * 24 * 3600


def install_headers(app: Flask, *, https: bool) -> None:
    """Set the security headers on every response of the app, errors included.

    https: whether the site is served over TLS; only then may a browser be told to insist on it.
    """

    def add_headers(response: Response) -> Response:
        for name, value in DEFAULTS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}; includeSubDomains"
        response.headers["Cache-Control"] = _cache_control(response)
        return response

    app.after_request(add_headers)


def _cache_control(response: Response) -> str:
    """Return the caching rule of the current response.

    Pages hold personal data and are never stored. An asset asked for with its fingerprint (`v`)
    cannot change; any other asset is kept, but asked about again.
    """
    is_asset = request.endpoint is not None and request.endpoint.rpartition(".")[2] == "static"
    if not is_asset or response.status_code >= 400:
        return "no-store"
    if "v" in request.args:
        return f"public, max-age={ONE_YEAR_S}, immutable"
    return "public, no-cache"
