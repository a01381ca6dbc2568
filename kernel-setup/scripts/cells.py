"""Start the kernel, execute the cells given as a JSON list on standard input, and print what came: {"start": s, "cells": [...]}."""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

begin = time.monotonic()
manager, client = start_new_kernel(kernel_name=sys.argv[1], startup_timeout=60)
limit = float(sys.argv[2])
report = {"start": time.monotonic() - begin, "cells": []}
try:
    for code in json.load(sys.stdin):
        text, begin = [], time.monotonic()

        def hear(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                text.append(content["text"])
            elif message["msg_type"] in ("display_data", "execute_result"):
                text.append(content["data"].get("text/plain", "") + " ".join(content["data"]))
            elif message["msg_type"] == "error":
                text.append("\n".join(content["traceback"]) or content["evalue"])

        reply = client.execute_interactive(code, timeout=limit, output_hook=hear, allow_stdin=False)
        report["cells"].append({"ok": reply["content"]["status"] == "ok", "text": "".join(text), "seconds": time.monotonic() - begin})
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
json.dump(report, sys.stdout)
