"""What the headers of every answer must say."""

ONCE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def lacking(response):
    """Say what is missing or wrong in the headers of one answer."""
    wrong = [name for name, value in ONCE.items() if response.get(name) != value]
    policy = response.get("Content-Security-Policy", "").split("; ")
    wrong += [
        rule
        for rule in (
            "default-src 'none'",
            "script-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
        if rule not in policy
    ]
    wrong += ["unsafe"] if "unsafe" in str(policy) else []
    wrong += ["Permissions-Policy"] if "camera=()" not in response.get("Permissions-Policy", "") else []
    wrong += ["Access-Control-Allow-Origin"] if "Access-Control-Allow-Origin" in response else []
    kind = response.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.replace('"', ""):
        wrong.append(f"Content-Type {kind}")
    return wrong


def kept(response):
    """Say whether a browser or a cache may keep the answer."""
    return "no-store" not in response.get("Cache-Control", "")
