"""Independent CAS clients that come as packages, against a running platform over TLS: Apache's
mod_auth_cas and phpCAS. Arguments: address of the platform, its authority, cookie of a session that is
logged in, login name of the person, address of Apache, address of the service in PHP.
"""

import sys
import time

import requests

BASE, AUTHORITY, COOKIE, LOGIN, APACHE, PHP = sys.argv[1:7]
NAME, VALUE = COOKIE.split("=", 1)


def stranger():
    session = requests.Session()
    session.trust_env = False
    session.verify = AUTHORITY
    return session


def browser():
    """A browser that is logged in at the platform."""
    session = stranger()
    session.cookies.set(NAME, VALUE, domain="127.0.0.1", path="/", secure=True)
    return session


def go(session, url):
    """Follows redirects as a browser does: the platform's cookie goes to the platform only."""
    for _ in range(8):
        cookies = {NAME: VALUE} if url.startswith(BASE) and session is not None else {}
        answer = session.get(url, allow_redirects=False, timeout=15, cookies=cookies)
        if answer.status_code not in (301, 302, 303):
            return answer
        url = requests.compat.urljoin(url, answer.headers["location"])
    raise AssertionError("too many redirects")


def check_apache():
    person = stranger()
    first = person.get(f"{APACHE}/who/", allow_redirects=False, timeout=15)
    assert first.status_code == 302, (first.status_code, first.text[:500])
    assert first.headers["location"].startswith(f"{BASE}/cas/login?service="), first.headers
    inside = go(person, f"{APACHE}/who/")
    assert inside.status_code == 200, (inside.status_code, inside.text[:500])
    assert inside.headers["x-user"] == LOGIN, inside.headers
    assert inside.headers["x-kind"] == "staff", inside.headers
    again = person.get(f"{APACHE}/who/", allow_redirects=False, timeout=15)
    assert again.headers.get("x-user") == LOGIN, "its own session goes on"
    forged = stranger().get(
        f"{APACHE}/who/?ticket=ST-00000000000000000000000000000", allow_redirects=False, timeout=15
    )
    assert forged.status_code == 401 and not forged.headers.get("x-user"), forged.headers
    print("mod_auth_cas login and attributes: ok")


def check_php():
    person = stranger()
    inside = go(person, f"{PHP}/who")
    assert inside.status_code == 200, (inside.status_code, inside.text[:800])
    known = inside.json()
    assert known["user"] == LOGIN, known
    assert known["attributes"]["kind"] == "staff", known
    assert person.get(f"{PHP}/peek", timeout=15).text == LOGIN
    print("phpCAS login and attributes: ok")
    other = stranger()
    assert other.get(f"{PHP}/peek", timeout=15).text == "nobody"
    # Its own logout leads to the platform's, which ends the session and tells every service.
    out = person.get(f"{PHP}/out", allow_redirects=False, timeout=15)
    assert out.headers["location"].startswith(f"{BASE}/cas/logout?service="), out.headers
    # A second browser of the same person, to be logged out from outside.
    second = stranger()
    assert go(second, f"{PHP}/who").json()["user"] == LOGIN
    left = person.get(
        out.headers["location"], allow_redirects=False, timeout=15, cookies={NAME: VALUE}
    )
    assert left.status_code in (302, 303), (left.status_code, left.text[:300])
    assert left.headers["location"] == f"{PHP}/peek", left.headers
    for _ in range(50):
        if second.get(f"{PHP}/peek", timeout=15).text == "nobody":
            break
        time.sleep(0.2)
    assert second.get(f"{PHP}/peek", timeout=15).text == "nobody", "single logout"
    print("phpCAS logout and single logout: ok")


def check_apache_afterwards():
    asked = go(stranger(), f"{APACHE}/who/")
    assert asked.status_code == 200 and 'name="lt"' in asked.text, "the session has ended"
    print("mod_auth_cas after logout: ok")


if __name__ == "__main__":
    check_apache()
    check_php()
    check_apache_afterwards()
