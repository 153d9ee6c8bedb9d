"""A vendor that answers with lists larger than memory: it makes them while it sends them, and counts
what it sent."""

import zlib

from http_vendor import HttpVendor

CHUNK = 1_000  # records that are made at a time
NOTE = "lorem ipsum dolor sit amet " * 24
RECORD = ('{"id":"%(id)09d","title":"Device %(id)09d","price":%(id)d.25,"model":'
          '{"vendor":"Acme","name":"Rack"},"note":"' + NOTE + '"}')


class Answer:
    """`count` records as `form` ("array", "object", "lines"), from the first or the `first`th;
    `broken_at`: the connection is cut after so many of them."""

    def __init__(self, count, form="array", gzip=False, broken_at=None):
        self.count, self.form, self.gzip, self.broken_at = count, form, gzip, broken_at

    def pieces(self):
        between = "\n" if self.form == "lines" else ","
        head, tail = {"array": ("[", "]"), "object": ('{"items":[', '],"next":null}'),
                      "lines": ("", "\n")}[self.form]
        yield head.encode()
        count = self.count if self.broken_at is None else self.broken_at
        for first in range(0, count, CHUNK):
            text = between.join(RECORD % {"id": i} for i in range(first, min(first + CHUNK, count)))
            yield ((between if first else "") + text).encode()
        if self.broken_at is None:
            yield tail.encode()

    def bytes_sent(self):
        if not self.gzip:
            yield from self.pieces()
            return
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        for piece in self.pieces():
            yield packer.compress(piece)
        yield packer.flush()


class LargeVendor(HttpVendor):
    methods = ("GET",)

    def __init__(self):
        super().__init__()
        self.answers = {}  # by path
        self.asked = []
        self.sent = 0      # bytes of bodies that the sockets took

    def answer(self, request):
        answer = self.answers[request.path]
        self.asked.append(request.path)
        lines = answer.form == "lines"
        self.head(request, 200, {
            "Content-Type": "application/x-ndjson" if lines else "application/json",
            **({"Content-Encoding": "gzip"} if answer.gzip else {}), "Transfer-Encoding": "chunked"})
        try:
            for piece in answer.bytes_sent():
                if piece:
                    request.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                    self.sent += len(piece)
            if answer.broken_at is None:
                request.wfile.write(b"0\r\n\r\n")
            else:
                request.close_connection = True
        except OSError:
            request.close_connection = True  # whoever asked is gone
