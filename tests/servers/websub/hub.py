"""WebSub hub (Flask-WebSub) and one subscriber that keeps what it receives. Arguments: address port folder.

    GET or DELETE /received   what came to the subscriber; DELETE forgets it
"""
import pathlib
import sys

from celery import Celery
from flask import Flask, jsonify, request
from flask_websub.hub import Hub, SQLite3HubStorage

address, port, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])
folder.mkdir(parents=True, exist_ok=True)
app = Flask(__name__)
app.config['PUBLISH_SUPPORTED'] = True
celery = Celery('hub', broker='memory://')
# No queue: deliveries are done when the ping is answered.
celery.conf.update(task_always_eager=True, task_eager_propagates=False)
hub = Hub(SQLite3HubStorage(str(folder / 'hub.db')), celery, MAX_ATTEMPTS=0, REQUEST_TIMEOUT=5)
app.register_blueprint(hub.build_blueprint(url_prefix='/hub'))
received = []


@app.get('/subscriber')
def confirm():
    return request.args.get('hub.challenge', '')


@app.post('/subscriber')
def deliver():
    received.append({'link': request.headers.get('Link'), 'type': request.content_type,
                     'signature': request.headers.get('X-Hub-Signature'), 'body': request.get_data(as_text=True)})
    return '', 204


@app.route('/received', methods=['GET', 'DELETE'])
def show():
    if request.method == 'DELETE':
        received.clear()
    return jsonify(received)


app.run(address, port, threaded=True)
