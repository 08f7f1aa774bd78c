"""A real server with one test under way, to be killed: prints its address, the visit and the token."""

from __future__ import annotations

import sys
import threading

from browser.scripted_coach import ScriptedCoach
from own_server import own_server

from slumpcv.ui.server import hub

hub.make_coach = lambda side, _language: ScriptedCoach(side, setup_s=0.001, step_s=1000.0)

if __name__ == "__main__":
    visit = hub.visits().add_test(hub.visits().new("someone", "en"), "right", "camera")
    with own_server() as client:
        print(client.host, visit.id, hub.open_seat(visit, 1), flush=True)
        sys.stdin.read()  # until it is killed, or whoever started it is gone
        threading.Event().wait(0.1)
