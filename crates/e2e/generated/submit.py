"""A client that openapi-python-client made, at work: an XML message, a workbook, a batch, and the receipts.

`submit.py ADDRESS KEY FOLDER`: FOLDER has the client as `client`, one.xml, form.xlsx and batch.ndjson.
"""

import io
import sys
import time
from pathlib import Path

address, key, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
sys.path.insert(0, str(folder))

from client import AuthenticatedClient  # noqa: E402
from client.api.messages import submit, submit_batch  # noqa: E402
from client.api.receipts import receipts  # noqa: E402
from client.models import AcceptedAnswer  # noqa: E402
from client.types import File  # noqa: E402

platform = AuthenticatedClient(base_url=f"http://{address}", token=key)


def file(name):
    return File(payload=io.BytesIO((folder / name).read_bytes()), file_name=name)


xml = submit.sync(client=platform, body=file("one.xml"))
assert isinstance(xml, AcceptedAnswer) and xml.kind == "CEB311" and not xml.duplicate, xml
again = submit.sync(client=platform, body=file("one.xml"))
assert again.id == xml.id and again.duplicate, again
workbook = submit.sync_detailed(client=platform, body=file("form.xlsx"))
assert workbook.status_code == 202, workbook.content
batch = submit_batch.sync_detailed(client=platform, body=file("batch.ndjson"))
assert batch.status_code == 200 and batch.content.count(b'"status":202') == 2, batch.content

wanted, cursor, deadline = {xml.id}, None, time.monotonic() + 60
while wanted and time.monotonic() < deadline:
    asked = {"after": cursor} if cursor else {}
    page = receipts.sync(client=platform, wait=5, **asked)
    wanted -= {receipt.message_id for receipt in page.items if receipt.return_status == 120}
    cursor = page.next_ or cursor
assert not wanted, "no receipt of customs came"
refused = submit.sync(client=platform, body=File(payload=io.BytesIO(b"<a/>"), file_name="a.xml"))
assert refused.code.startswith("TG-"), refused
print("done")
