"""Every text is there in every language, is used, and says the same with the same values."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from slumpcv.files import RESULT_FILES
from slumpcv.language import LANGUAGES, later, listed, numeral, speaking, text
from slumpcv.replay import REPLAY

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "slumpcv" / "locale"
DOMAINS = sorted(path.stem for path in (LOCALE / "en" / "LC_MESSAGES").glob("*.po"))
SOURCES = sorted(ROOT.glob("slumpcv/**/*.py"))
# Words that are the same in two languages, or names and units that nobody translates.
SAME_IN_ENGLISH = re.compile(r"[\W\d_]*|\{.*\}")
FILLED_IN = r"[\w-]+"
# What is filled in for the first part of a key of which the code fills in every part: anything at
# all would make each key of that catalogue count as used.
FIRST_PARTS = {
    "ask": (
        "answer",
        "change",
        "onset",
        "phase",
        "quality",
        "region",
        "side",
        "stop_reason",
        "tried",
        "warning_sign",
    ),
    "setup": ("person", "alone", "side_view", "leg", "whole_body", "distance", "light", "chair", "still"),
    "movement": ("title", "title_with_outcome"),
}


@cache
def catalogue(language: str, domain: str) -> dict[str, str]:
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    return {str(m.id): str(m.string) for m in messages if m.id and not m.fuzzy}


@cache
def strings_in_code() -> frozenset[str]:
    """Regular expressions of all strings in the code; what an f-string fills in may be anything."""
    patterns: set[str] = set()
    for path in SOURCES:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        pieces = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
                patterns.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else FILLED_IN
                    for part in node.values
                ]
                patterns.add("".join(parts))
    return frozenset(patterns)


def keys_in_code() -> set[str]:
    """Regular expressions of all keys that the code can ask for.

    A key stands in the code as a string that begins with a catalogue's name and a dot; what an
    f-string fills in may be anything, unless it fills in all.
    """
    begin = tuple(f"{domain}\\." for domain in DOMAINS)
    # report.pdf is no key.
    files = {re.escape(name) for name in (*RESULT_FILES, REPLAY, "library.db")}
    keys = {pattern for pattern in strings_in_code() if pattern.startswith(begin)} - files
    return {narrow for pattern in keys for narrow in narrowed(pattern)}


def narrowed(pattern: str) -> list[str]:
    domain, *parts = pattern.split("\\.")
    if set(parts) != {FILLED_IN}:
        return [pattern]
    if domain == "say":
        return [f"say\\.{name}" for name in prompts()]
    return ["\\.".join([domain, first, *parts[1:]]) for first in FIRST_PARTS[domain]]


def prompts() -> list[str]:
    """Names of prompts that stand in the code by themselves, as in ``Say("done")``."""
    names = {key.removeprefix("say.") for key in catalogue("en", "say")}
    loose = [string for string in strings_in_code() if string[:1].isalpha()]
    for path in ROOT.glob("slumpcv/ui/**/*.js"):
        loose += re.findall(r"[\"'`](\w+)[\"'`]", path.read_text(encoding="utf-8"))
    return [string for string in loose if any(re.fullmatch(string, name) for name in names)]


def places(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_holds_the_same_keys_and_no_empty_text(language: str, domain: str) -> None:
    assert catalogue(language, domain).keys() == catalogue("en", domain).keys()
    assert [key for key, words in catalogue(language, domain).items() if not words.strip()] == []


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_places_of_the_english_one(language: str, domain: str) -> None:
    english = catalogue("en", domain)
    for key, words in catalogue(language, domain).items():
        assert places(words) == places(english[key]), (language, key)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_no_sentence_was_left_in_english(language: str, domain: str) -> None:
    english = catalogue("en", domain)
    left = [
        key
        for key, words in catalogue(language, domain).items()
        if words == english[key] and len(words.split()) > 2 and not SAME_IN_ENGLISH.fullmatch(words)
    ]
    assert left == []


def test_every_text_is_used() -> None:
    used = [re.compile(pattern) for pattern in keys_in_code()]
    for domain in DOMAINS:
        unused = [key for key in catalogue("en", domain) if not any(u.fullmatch(key) for u in used)]
        assert unused == [], f"{domain}.po: the code asks for none of these"


def test_every_key_in_the_code_has_a_text() -> None:
    held = {key for domain in DOMAINS for key in catalogue("en", domain)}
    for pattern in keys_in_code():
        assert any(re.fullmatch(pattern, key) for key in held), f"no catalogue holds {pattern}"


def test_the_language_is_that_of_the_context() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    with speaking("de"):
        assert listed(["a", "b"]) == "a und b"
        with speaking("es"):
            assert listed(["a", "b"]) == "a y b"
    assert listed(["a"]) == "a"


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        text("words.nothing")


def test_a_fraction_has_the_decimal_mark_of_the_language() -> None:
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            inside = text("app.problem", problem=later("player.span", start=0.5, end=2.0), fix="0.3.1")
            said[language] = numeral(1.25), numeral(-3, "+.1f"), inside
    assert said["en"] == ("1.25", "-3.0", "0.50\N{EN DASH}2.00 s. 0.3.1")
    assert said["de"] == said["es"] == ("1,25", "-3,0", "0,50\N{EN DASH}2,00 s. 0.3.1")


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", ["de", "es"])
def test_no_text_holds_a_fraction_as_english_writes_it(language: str, domain: str) -> None:
    texts = catalogue(language, domain)
    assert [key for key, words in texts.items() if re.search(r"\d\.\d", re.sub(r"\{.*?\}", "", words))] == []
