"""A feed for the self-test on any free port. Arguments: address hub file; the feed's address goes into the file."""
import http.server
import pathlib
import sys

address, hub, file = sys.argv[1:]


class Feed(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f'<feed>你好 {topic}</feed>'.encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/atom+xml')
        self.send_header('Link', f'<{hub}>; rel="hub", <{topic}>; rel="self"')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.HTTPServer((address, 0), Feed)
topic = f'http://{address}:{server.server_port}/feed.xml'
pathlib.Path(file).write_text(topic)
server.serve_forever()
