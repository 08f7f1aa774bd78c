"""Pages as Streamlit runs them, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest

from slumpcv.answers import Screen
from slumpcv.language import LANGUAGES, speaking, text
from slumpcv.ui.server import hub

if TYPE_CHECKING:
    from slumpcv.visits import Step, Visit, Visits

SCRIPT = Path(hub.__file__).parents[1] / "main.py"
ALL_NO = Screen(**dict.fromkeys(Screen.model_fields, "no"))


def opened(visit: Visit | None = None, **query: str) -> AppTest:
    return fine(shown(visit, **query))


def shown(visit: Visit | None = None, **query: str) -> AppTest:
    """Open a page on which something may go wrong."""
    app = AppTest.from_file(str(SCRIPT), default_timeout=60)
    app.query_params.update(query | ({"visit": visit.id} if visit else {}))
    app.run()
    return app


def fine(app: AppTest) -> AppTest:
    """Make sure that nothing went wrong that nobody expected; a page would say so and go on."""
    assert not app.exception
    for language in LANGUAGES:
        with speaking(language):
            assert text("app.unexpected") not in [error.value for error in app.error]
    return app


def press(app: AppTest, key: str) -> None:
    fine(app.button(key=key).click().run())


def choose(app: AppTest, key: str, value: object) -> None:
    fine(app.button_group(key=key).set_value(value).run())


def words(app: AppTest) -> str:
    kinds = ("title", "subheader", "markdown", "html", "warning", "info", "error", "caption")
    return "\n".join(str(getattr(e, "value", None) or e.proto.body) for kind in kinds for e in app.get(kind))


def begun(visits: Visits, step: Step, **answers: Any) -> Visit:
    agreed = None if step == "consent" else datetime.now(UTC)
    return visits.update(visits.new("anna", "en"), step=step, consented_at=agreed, **answers)


def stored(visits: Visits, visit: Visit) -> Visit:
    found = visits.load(visit.id, "anna")
    assert found is not None
    return found


def only(visits: Visits) -> Visit:
    (visit,) = visits.of_owner("anna")
    return visit
