"""No prompt begins while another one is heard, whatever the browser is late with."""

from __future__ import annotations

from slumpcv.live.speech import PAUSE_S, UNHEARD_S, Speech


def test_the_end_of_the_prompt_before_is_not_taken_for_that_of_the_present_one() -> None:
    speech = Speech(lambda _: 4.0)
    speech.say(0.0, "ask_brief")
    speech.say(10.0, "cue_knee_extension")
    speech.spoken(12.5, "ask_brief")  # was late: the cue begins only now
    assert not speech.free(16.4)
    assert speech.free(12.5 + 4.0 + PAUSE_S)


def test_a_prompt_that_waits_for_another_is_waited_for() -> None:
    speech = Speech(lambda _: 2.0)
    speech.say(0.0, "mistake_too_fast")
    speech.say(3.0, "cue_knee_extension")
    speech.speaking(4.9, "mistake_too_fast")
    assert not speech.free(7.0)


def test_a_prompt_the_browser_has_not_begun_with_is_waited_for_but_not_for_ever() -> None:
    speech = Speech(lambda _: 1.0)
    speech.say(0.0, "felt")
    speech.spoken(1.0, "felt")
    speech.say(2.0, "cue_head_lift")
    assert not speech.free(4.0)
    assert speech.free(3.0 + UNHEARD_S + PAUSE_S)
