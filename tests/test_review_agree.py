"""Agreement of two reviewers, against published worked examples and sessions with known differences."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_result import fake_result

from slumpcv.language import LANGUAGES, speaking
from slumpcv.review.agree import Agreement, Rated, agree, icc_of, icc_of_many, kappa_of, limits_of
from slumpcv.review.agree_rows import COLUMNS, agreement_rows, note_in_words, write_agreement_csv

if TYPE_CHECKING:
    from pathlib import Path

    from slumpcv.session import OutcomeCode, Session
    from slumpcv.terms import PhaseName

# Shrout and Fleiss, "Intraclass correlations: uses in assessing rater reliability", Psychological
# Bulletin 86 (1979): table 2, four judges' ratings of six targets; table 4, the coefficients.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20
# (1960): two judges' diagnoses of 200 patients, as proportions; kappa .492.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
CODES: tuple[OutcomeCode, ...] = ("EASED_WITH_HEAD_LIFT", "UNCHANGED", "NOT_REPRODUCED")


def test_icc_of_shrout_and_fleiss() -> None:
    icc_2_1, icc_3_1 = icc_of_many(np.array(SHROUT_FLEISS, float))
    assert icc_2_1.value == pytest.approx(0.29, abs=0.005)
    assert icc_3_1.value == pytest.approx(0.71, abs=0.005)
    for one in (icc_2_1, icc_3_1):
        assert one.low is not None
        assert one.high is not None
        assert one.low < (one.value or 0) < one.high


def test_kappa_of_cohen() -> None:
    first = [str(a) for a, row in enumerate(COHEN) for count in row for _ in range(count)]
    second = [str(b) for row in COHEN for b, count in enumerate(row) for _ in range(count)]
    kappa = kappa_of(first, second)
    assert kappa.value == pytest.approx(0.492, abs=0.0006)
    assert kappa.low is not None
    assert kappa.high is not None
    # Cohen's own standard error is .055; the later one (Fleiss, Cohen and Everitt 1969) is smaller.
    assert 1.8 * 0.05 < kappa.high - kappa.low < 4 * 0.055


def test_an_interval_ends_where_a_coefficient_does() -> None:
    first = [*CODES, *CODES]
    kappa = kappa_of(first, [*first[:-1], CODES[0]])
    assert kappa.high == 1.0
    assert kappa.low is not None
    assert kappa.low < (kappa.value or 0) < 1.0


def test_limits_of_agreement_by_hand() -> None:
    limits = limits_of([1.0, 2.0, 3.0])
    assert (limits.pairs, limits.bias, limits.low, limits.high) == (3, 2.0, 0.04, 3.96)


def test_a_constant_offset_counts_against_the_first_coefficient_only() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(20, 8, 12)
    icc_2_1, icc_3_1 = icc_of(first, first + 10 + rng.normal(0, 0.5, 12))  # type: ignore[arg-type]
    assert icc_2_1.value is not None
    assert icc_3_1.value is not None
    assert icc_3_1.value > 0.98
    assert icc_2_1.value < 0.8


def seen(shift_s: float = 0.0, knee_deg: float = 20.0, without: PhaseName | None = None) -> Session:
    """A session whose head lift begins so much later, and whose knee is held at so many degrees."""
    session = fake_result().session
    phases = [
        p.model_copy(update={"start_s": p.start_s + (shift_s if p.phase == "HEAD_LIFT" else 0.0)})
        for p in session.phases
        if p.phase != without
    ]
    held = dict(session.measurements["KNEE_EXTENSION"])
    held["knee_flexion_deg"] = held["knee_flexion_deg"].model_copy(update={"value": knee_deg})
    measurements = session.measurements | {"KNEE_EXTENSION": held}
    return session.model_copy(update={"phases": tuple(phases), "measurements": measurements})


def rated(number: int, shift_s: float = 0.0, wrong: bool = False) -> Rated:
    return Rated(seen(shift_s, 10.0 + 3 * number + 2 * shift_s), CODES[(number + wrong) % 3])


def many(sessions: int = 9) -> Agreement:
    """The second reviewer puts the lift 0.1 s later in one session and 0.3 s in the next, and errs once."""
    later = [0.1 if n % 2 else 0.3 for n in range(sessions)]
    return agree([(rated(n), rated(n, later[n], wrong=n == 4)) for n in range(sessions)], ("Ann", "Ben"))


def test_starts_outcome_and_angles_are_compared() -> None:
    found = many()
    lift = next(s for s in found.starts if s.phase == "HEAD_LIFT")
    assert lift.limits.pairs == 9
    assert lift.limits.bias == pytest.approx((5 * 0.3 + 4 * 0.1) / 9, abs=1e-4)
    assert lift.within == pytest.approx(4 / 9, abs=1e-4)
    assert lift.only_one == 0
    slump = next(s for s in found.starts if s.phase == "SLUMP")
    assert (slump.limits.bias, slump.limits.low, slump.within) == (0, 0, 1)
    assert found.starts[0].phase is None
    assert found.starts[0].limits.pairs == sum(s.limits.pairs for s in found.starts[1:])
    assert (found.outcome.sessions, found.outcome.same) == (9, 8)
    by_chance = (3 * 3 + 2 * 3 + 3 * 4) / 81
    assert found.outcome.kappa.value == pytest.approx((8 / 9 - by_chance) / (1 - by_chance), abs=1e-4)
    knee = next(a for a in found.angles if a.phase == "KNEE_EXTENSION")
    assert knee.limits.bias == pytest.approx(2 * (lift.limits.bias or 0), abs=1e-3)
    assert (knee.icc_2_1.value or 0) > 0.99
    trunk = next(a for a in found.angles if a.phase == "SLUMP")
    assert (trunk.icc_2_1.value, trunk.icc_2_1.note) == (None, "no_spread")


def test_a_phase_that_one_reviewer_alone_has_is_counted() -> None:
    pairs = [(Rated(seen()), Rated(seen(without="NECK_FLEXION"))) for _ in range(3)]
    neck = next(s for s in agree(pairs).starts if s.phase == "NECK_FLEXION")
    assert (neck.only_one, neck.limits.pairs, neck.within) == (3, 0, None)


def test_too_little_is_said_in_words_and_never_a_nan() -> None:
    alike = agree([(rated(n), rated(n)) for n in range(6)])
    knee = next(a for a in alike.angles if a.phase == "KNEE_EXTENSION")
    assert (knee.icc_3_1.value, knee.limits.bias) == (1, 0)
    one = [(Rated(seen(knee_deg=n), "UNCHANGED"), Rated(seen(knee_deg=n + 2), "UNCHANGED")) for n in range(6)]
    assert agree(one).outcome.kappa.note == "one_outcome"
    for found in (agree([]), many(2), alike, agree(one)):
        text = found.model_dump_json()
        assert "NaN" not in text
        assert Agreement.model_validate_json(text) == found
    few = many(2)
    for result in (few.starts[0].limits, few.outcome.kappa, few.angles[0].icc_2_1):
        assert result.note in ("too_few", None)
    assert few.outcome.kappa.value is None
    for language in LANGUAGES:
        with speaking(language):
            for note in ("too_few", "no_spread", "one_outcome", "no_interval"):
                assert note_in_words(note, 2, few.outcome.kappa).endswith(".")  # type: ignore[arg-type]


def test_the_table_holds_every_statistic(tmp_path: Path) -> None:
    found = many()
    write_agreement_csv(tmp_path / "agreement.csv", found)
    with (tmp_path / "agreement.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(list(agreement_rows(found)))
    kappa = next(r for r in rows if r["statistic"] == "cohens_kappa")
    assert math.isclose(float(kappa["value"]), found.outcome.kappa.value or 0, abs_tol=1e-4)
    assert {r["note"] for r in rows} <= {"", "no_spread", "no_interval"}
