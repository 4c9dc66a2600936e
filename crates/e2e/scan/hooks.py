"""Bodies that schemathesis does not know how to write: as bytes, whatever it thought of."""

import json

import schemathesis


def as_bytes(value):
    """Writes a generated value as bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return json.dumps(value).encode()


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    """A batch of lines."""
    return as_bytes(value)


@schemathesis.serializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def workbook(context, value):
    """A workbook."""
    return as_bytes(value)
