"""How `gunicorn config.wsgi` runs; every value can be given on the command line instead."""

import multiprocessing
import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", 2 * multiprocessing.cpu_count() + 1))
timeout = 60  # uploads of 20 MB over slow lines are read by the proxy in front
max_requests = 5000
max_requests_jitter = 500
accesslog = "-"
