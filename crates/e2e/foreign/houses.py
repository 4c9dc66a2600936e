"""People of other houses come to a running platform: of django-cas-server, which runs here, and of an
OpenID provider, which is started by the caller. Arguments: address of the platform, login names (with
commas) and the password of four of its people, ports of the two houses, folder for the database.

Each person is a stranger first, is bound by his account, and comes in by the word of the house then.
"""

import html
import re
import sys
import threading
from urllib.parse import urljoin
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests

BASE, LOGINS, PASSWORD = sys.argv[1:4]
CAS_PORT, OP_PORT, FOLDER = int(sys.argv[4]), int(sys.argv[5]), sys.argv[6]


def cas_server():
    import django
    from django.conf import settings
    from django.urls import include, path

    settings.configure(
        SECRET_KEY="a test",
        DEBUG=False,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="houses",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/cas.db"}
        },
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "cas_server",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.locale.LocaleMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        CAS_AUTH_CLASS="cas_server.auth.TestAuthUser",
        CAS_TEST_USER="wang.wu",
        CAS_TEST_PASSWORD="cas",
        CAS_TEST_ATTRIBUTES={"employee": "8765"},
        CAS_ENABLE_AJAX_AUTH=False,
        CAS_NEW_VERSION_HTML_WARNING=False,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        STATIC_URL="/static/",
        USE_TZ=True,
    )
    django.setup()
    urlpatterns.append(path("cas/", include("cas_server.urls", namespace="cas_server")))
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    from cas_server.models import ServicePattern

    service = ServicePattern.objects.create(
        pos=1, name="platform", pattern=f"^{re.escape(BASE)}/login/foreign/.*$", proxy=False
    )
    # Only what is named here is told.
    service.attributs.create(name="employee", replace="")
    return get_wsgi_application()


urlpatterns = []


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def browser():
    session = requests.Session()
    session.trust_env = False
    return session


def fields(text):
    """The hidden fields of a page."""
    found = re.findall(r"<input[^>]*type=[\"']?hidden[\"']?[^>]*>", text)
    pairs = {}
    for tag in found:
        name = re.search(r"name=[\"']([^\"']+)", tag)
        value = re.search(r"value=[\"']([^\"']*)", tag)
        if name:
            pairs[name.group(1)] = html.unescape(value.group(1)) if value else ""
    return pairs


def send(session, page, more, action=None):
    """Fills in the form of a page."""
    found = re.search(r"<form[^>]*action=[\"']([^\"']*)", page.text)
    target = action or urljoin(page.url, html.unescape(found.group(1)) if found else page.url)
    headers = {"Referer": page.url}
    return session.post(target, data={**fields(page.text), **more}, headers=headers, timeout=20)


def through_cas(session, source):
    page = session.get(f"{BASE}/login/foreign/{source}?next=/account", timeout=20)
    if page.url.startswith(BASE):
        return page
    assert page.url.startswith(f"http://127.0.0.1:{CAS_PORT}/cas/login"), page.url
    return send(session, page, {"username": "wang.wu", "password": "cas"}, page.url)


def through_op(session, source):
    page = session.get(f"{BASE}/login/foreign/{source}?next=/account", timeout=20)
    for more in ({"login": "zhao.liu", "password": "x"}, {}):
        if page.url.startswith(BASE):
            return page
        assert page.url.startswith(f"http://127.0.0.1:{OP_PORT}/interaction/"), page.url
        page = send(session, page, more)
    return page


def known_here(session, page, login):
    """Logs in with password and the code that a demo shows; ends on the page of the binding."""
    link = re.search(r"href=\"(/login\?next=[^\"]+)", page.text)
    page = session.get(BASE + html.unescape(link.group(1)), timeout=20)
    page = send(session, page, {"login": login, "password": PASSWORD}, f"{BASE}/login")
    code = re.search(r"id=\"demo-code\">(\d{6})", page.text)
    assert code, page.text
    return send(session, page, {"code": code.group(1)}, f"{BASE}/login/second")


def check(source, through, external, login):
    stranger = browser()
    page = through(stranger, source)
    assert page.status_code == 403 and "TG-R4653" in page.text, (page.url, page.text)
    assert f"<code>{external}</code>" in page.text, page.text
    page = known_here(stranger, page, login)
    assert f'id="external">{external}<' in page.text, (page.url, page.text)
    page = send(stranger, page, {}, page.url)
    assert page.url == f"{BASE}/account" and external in page.text, (page.url, page.text)
    print(f"{source} bound: ok")
    again = browser()
    page = through(again, source)
    assert page.url == f"{BASE}/account", (page.url, page.text)
    session = again.get(f"{BASE}/api/v1/session", timeout=20).json()
    assert session["csrf"], session
    print(f"{source} came in: ok")
    token = fields(page.text)["csrf"]
    # Who came through another system must prove himself before he changes ways to log in.
    page = again.post(f"{BASE}/account/foreign/{source}/unbind", data={"csrf": token}, timeout=20)
    assert "/account/confirm" in page.url, page.url
    token = fields(stranger.get(f"{BASE}/account", timeout=20).text)["csrf"]
    page = stranger.post(f"{BASE}/account/foreign/{source}/unbind", data={"csrf": token}, timeout=20)
    assert page.url == f"{BASE}/account?saved", page.url
    page = through(browser(), source)
    assert "TG-R4653" in page.text, page.text
    print(f"{source} unbound: ok")


def main():
    sys.modules["houses"] = sys.modules["__main__"]
    application = cas_server()
    server = make_server("127.0.0.1", CAS_PORT, application, handler_class=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # A code works once, so everybody comes once.
    first, second, third, fourth = LOGINS.split(",")
    check("cas", through_cas, "wang.wu", first)
    check("casnumber", through_cas, "8765", second)
    check("op", through_op, "zhao.liu", third)
    check("opnumber", through_op, "no-zhao.liu", fourth)
    server.shutdown()
    from django.db import connections

    connections.close_all()


if __name__ == "__main__":
    main()
