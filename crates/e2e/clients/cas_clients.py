"""Independent CAS clients against a running platform: python-cas (protocols 1, 2 and 3) and
django-cas-ng. Arguments: address of the platform, cookie of a session that is logged in, port of the
services, login name of the person. Each client logs in and reads attributes; the last one is logged
out by single logout.
"""

import sys
import threading
import time
import urllib.parse
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from cas import CASClient

BASE, COOKIE, PORT, LOGIN = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
SERVICES = f"http://127.0.0.1:{PORT}"
NAME, VALUE = COOKIE.split("=", 1)


def browser():
    session = requests.Session()
    session.trust_env = False
    session.cookies.set(NAME, VALUE, path="/")
    return session


def ticket_of(login_url, session):
    answer = session.get(login_url, allow_redirects=False, timeout=10)
    assert answer.status_code == 303, (login_url, answer.status_code, answer.text[:300])
    location = answer.headers["location"]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    return location, query["ticket"][0]


def client(version):
    return CASClient(
        version=version, service_url=f"{SERVICES}/plain?v={version}", server_url=f"{BASE}/cas/"
    )


def check_python_cas():
    for version in (1, 2, 3):
        cas = client(version)
        _, ticket = ticket_of(cas.get_login_url(), browser())
        user, attributes, _ = cas.verify_ticket(ticket)
        assert user == LOGIN, (version, user)
        if version == 3:
            assert attributes["kind"] == "staff", attributes
            assert attributes["isFromNewLogin"] == "false", attributes
        again, _, _ = cas.verify_ticket(ticket)
        assert again is None, "a ticket works once"
        print(f"python-cas protocol {version}: ok")


def django_application():
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="a test",
        DEBUG=True,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="__main__",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": "file:clients?mode=memory&cache=shared",
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django_cas_ng",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        AUTHENTICATION_BACKENDS=["django_cas_ng.backends.CASBackend"],
        CAS_SERVER_URL=f"{BASE}/cas/",
        CAS_VERSION="3",
        CAS_REDIRECT_URL="/who",
        CAS_LOGIN_MSG=None,
        CAS_LOGGED_MSG=None,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    return get_wsgi_application()


def who(request):
    from django.http import HttpResponse

    return HttpResponse(request.user.username or "nobody")


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def check_django(application):
    from django.db import connections

    server = make_server("127.0.0.1", PORT, application, handler_class=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    person = requests.Session()
    person.trust_env = False
    first = person.get(f"{SERVICES}/accounts/login?next=/who", allow_redirects=False, timeout=10)
    assert first.status_code == 302, first.status_code
    inside = browser()
    location, _ = ticket_of(first.headers["location"], inside)
    entered = person.get(location, allow_redirects=False, timeout=10)
    known = person.get(f"{SERVICES}/who", timeout=10).text
    assert known == LOGIN, (known, entered.status_code, entered.headers, entered.text[:2000])
    print("django-cas-ng login: ok")
    out = inside.get(f"{BASE}/cas/logout", allow_redirects=False, timeout=10)
    assert out.status_code == 200, out.status_code
    for _ in range(50):
        if person.get(f"{SERVICES}/who", timeout=10).text == "nobody":
            break
        time.sleep(0.2)
    assert person.get(f"{SERVICES}/who", timeout=10).text == "nobody", "single logout"
    print("django-cas-ng single logout: ok")
    back = inside.get(first.headers["location"], allow_redirects=False, timeout=10)
    assert back.status_code == 200 and 'name="lt"' in back.text, "the session has ended"
    server.shutdown()
    connections.close_all()


urlpatterns = []


def main():
    check_python_cas()
    application = django_application()
    # Only now: these modules read the settings when they are imported.
    import django_cas_ng.views
    from django.urls import path

    urlpatterns.extend(
        [
            path("accounts/login", django_cas_ng.views.LoginView.as_view(), name="cas_ng_login"),
            path("accounts/logout", django_cas_ng.views.LogoutView.as_view(), name="cas_ng_logout"),
            path("who", who),
        ]
    )
    check_django(application)


if __name__ == "__main__":
    main()
