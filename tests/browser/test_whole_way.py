"""From the consent to the report in the hand, with real coach, guide and analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdf
import way
from playwright.sync_api import expect
from way import Told

from slumpcv.export.opening import open_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from playwright.sync_api import Page

    from slumpcv.live.record import GuidedTest
    from slumpcv.session import OutcomeCode

UP_TO_THE_MARK = [
    *("cue_baseline", "ask_symptom", "explain", "cue_slump", "ask_again"),
    *("cue_neck_flexion", "ask_brief", "cue_knee_extension", "ask_brief"),
]
FELT = Told(intensity=3, familiar="Yes", regions=["Calf"])
BEFORE_LIFT = {
    "You showed that you felt it": FELT,
    "With the knee straightened": FELT,
    "With the toes pulled up": FELT,
}
EASED = {"After lifting only the head": Told(intensity=1, familiar="Yes", change="Eased")}


@dataclass
class Story:
    """One sample, what the guide says after the mark, and what comes out of it."""

    sample: str
    said: list[str]
    told: Mapping[str, Told]
    code: OutcomeCode
    title: str


STORIES = [
    Story(
        "right_plain",
        ["cue_head_lift", "ask_still", "cue_return", "done"],
        EASED,
        "EASED_WITH_HEAD_LIFT",
        "It eased when only the head moved",
    ),
    Story(
        "right_no_lift",
        ["cue_head_lift", "stop"],
        {"The test ended early": Told(reason="Nothing made me stop. I just came back up.")},
        "INCONCLUSIVE_NO_HEAD_LIFT",
        "The head lift was not clear",
    ),
    Story(
        "right_knee_bends",
        ["cue_head_lift", "ask_still", "cue_return", "done"],
        EASED,
        "INCONCLUSIVE_OTHER_MOVEMENT",
        "More than the head moved",
    ),
]


def test_three_people_go_the_whole_way_at_once(
    whole_app: tuple[str, Path],
    open_page: Callable[..., Page],
    sample_camera: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    address, data = whole_app
    cameras = [sample_camera(story.sample) for story in STORIES]
    pages = [open_page(camera) for camera in cameras]
    for page in pages:
        page.goto(address)
        way.to_the_camera(page)
    for page in pages:
        way.begin_test(page)
    way.lead(pages)
    for story, page in zip(STORIES, pages, strict=True):
        folder = tmp_path / story.sample
        folder.mkdir()
        check_test(page, story, data)
        check_result(page, story, data, folder)


def check_test(page: Page, story: Story, data: Path) -> None:
    """What was said is what was heard, in the order of the test."""
    test = way.visit_of(page, data)[0].tests[0]
    assert test.live is not None
    said = [prompt.key for prompt in test.live.said]
    assert way.played(page)[-len(said) :] == said
    assert in_order(test.live) == UP_TO_THE_MARK + story.said
    assert [mark.by for mark in test.live.marks] == ["key"]
    assert test.live.heard["KNEE_EXTENSION"]


def in_order(live: GuidedTest) -> list[str]:
    """Return the cues and questions; corrections and repetitions come as a person needs them."""
    kinds = ("cue", "ask", "explain", "stop", "done")
    return [prompt.key for prompt in live.said if prompt.key.startswith(kinds)]


def check_result(page: Page, story: Story, data: Path, folder: Path) -> None:
    way.analysed(page)
    way.answer(page, BEFORE_LIFT | story.told)
    expect(page.get_by_role("heading", level=1, name=story.title)).to_be_visible()
    pdf = way.download(page, "Report as PDF", folder)
    assert story.title in pypdf.PdfReader(pdf).pages[0].extract_text()
    session, files = open_bundle(way.download(page, "Zip file for a therapist", folder), folder / "opened")
    assert session.outcome is not None
    assert session.outcome.code == story.code
    assert {"report.pdf", "session.json"} <= {file.name for file in files}
    test = way.visit_of(page, data)[0].tests[0]
    assert test.answered
