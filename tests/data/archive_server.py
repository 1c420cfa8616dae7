"""Serves one file on 127.0.0.1 for the download tests, well and badly; ends when its time or its parent's pipe does.

    archive_server.py FILE SECONDS     prints the port, then serves
    /good       the file; a Range request gets the rest of it
    /plain      the file, ranges ignored
    /broken     promises the whole file, sends half of it
    /requests   the Range headers asked for so far, one a line ("-" for none)
"""
import http.server
import os
import sys
import threading

content = open(sys.argv[1], "rb").read()
requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/requests":
            return self.send(200, "".join(line + "\n" for line in requests).encode())
        wanted = self.headers.get("Range")
        requests.append(wanted or "-")
        if self.path == "/plain":
            return self.send(200, content)
        if self.path == "/broken":
            return self.send(200, content[: len(content) // 2], promised=len(content))
        if self.path != "/good":
            return self.send(404, b"")
        if not wanted:
            return self.send(200, content)
        start = int(wanted.removeprefix("bytes=").split("-")[0])
        if start >= len(content):
            return self.send(416, b"")
        last = len(content) - 1
        return self.send(206, content[start:], {"Content-Range": f"bytes {start}-{last}/{len(content)}"})

    def send(self, status, body, headers={}, promised=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if promised is None else promised))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Timer(float(sys.argv[2]), os._exit, [1]).start()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
print(server.server_port, flush=True)
server.serve_forever()
