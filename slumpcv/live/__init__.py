"""The guided test while it happens: what the camera shows now, and what to say next.

    picture -- pose -- live angles -- PhaseMachine --+
                          |                          +-- Guide -- what to say, show and mark
                          +-- set-up check, hand ----+

Nothing here gives a result: that comes from the recording, through :mod:`slumpcv.analysis`.
"""
