"""What makes a browser forget the form: the header pair that every door of it sends.

Some browsers keep a page alive behind the next one even when it says no-store, with everything
typed into it; whoever presses "back" on her phone would see how she rated. They let go of it when
an HttpOnly cookie of that page changes: so the form's page sets one, and the answer to the form
takes it away. Nothing stays, and it is the same for every rating.
"""

COOKIE = "form"
_ATTRIBUTES = "Path=/r/; HttpOnly; SameSite=Lax"


def shown(*, secure: bool) -> tuple[str, str]:
    """The header of a page with the form on it."""
    return "Set-Cookie", f"{COOKIE}=open; {_ATTRIBUTES}{'; Secure' * secure}"


def sent(*, secure: bool) -> tuple[str, str]:
    """The header of the answer to a form that was taken."""
    return "Set-Cookie", f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}{'; Secure' * secure}"
