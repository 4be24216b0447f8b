"""The tables of `states` as they stand in docs/cases.md: a diagram and three lists. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pingyi.casework.states import (
    ALONE,
    ENDINGS,
    KINDS,
    OWNERS,
    RATER,
    SYSTEM,
    TRANSITIONS,
    Finding,
    Kind,
    State,
    Transition,
)
from pingyi.people.roles import Role, roles_that_may


def document() -> str:
    """The generated part of docs/cases.md."""
    return "\n".join([*_mermaid(), "", *_states(), "", *_steps(), "", *_findings(), ""])


def _mermaid() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in State:
        yield f'    state "{state.zh}" as {state.value}'
    for step in TRANSITIONS.values():
        if not step.sources:
            yield f"    [*] --> {step.target}: {step.zh}"
        elif step.target is not None:
            for source in State:
                if source in step.sources:
                    yield f"    {source} --> {step.target}: {step.zh}"
    for state in State:
        if state in ENDINGS:
            yield f"    {state} --> [*]"
    yield "```"


def _states() -> Iterator[str]:
    yield "| state | in Chinese | in code | who must act |"
    yield "|---|---|---|---|"
    for state in State:
        who = "–" if state in ENDINGS else OWNERS[state].zh
        yield f"| {state.en} | {state.zh} | `{state}` | {who} |"


def _steps() -> Iterator[str]:
    yield "| step | in code | from | to | who may | needs | clocks |"
    yield "|---|---|---|---|---|---|---|"
    for step in TRANSITIONS.values():
        sources = "、".join(state.zh for state in State if state in step.sources) or "–"
        target = step.target.zh if step.target else "不变"
        needs = " ".join(f"`{field}`" for field in step.needs) or "–"
        yield (
            f"| {step.zh} · {step.en} | `{step.name}` | {sources} | {target} | {_who(step)} "
            f"| {needs} | {_clocks(step)} |"
        )


def _findings() -> Iterator[str]:
    yield "| finding | in Chinese | in code | of what kinds | takes |"
    yield "|---|---|---|---|---|"
    for finding in Finding:
        kinds = "、".join(kind.zh for kind in Kind if kind in KINDS[finding])
        takes = "one person, and more than her words" if finding in ALONE else "two people"
        yield f"| {finding.en} | {finding.zh} | `{finding}` | {kinds} | {takes} |"


def _who(step: Transition) -> str:
    if step.permission == RATER:
        return "评价人"
    if step.permission == SYSTEM:
        return "系统"
    roles = roles_that_may(step.permission)
    names = [role.zh for role in Role if role in roles]
    return "、".join([*names, "系统"] if step.automatic else names)


def _clocks(step: Transition) -> str:
    signs = (("▶", step.starts), ("✓", step.meets), ("■", step.stops))
    return " ".join(f"{sign} `{rule}`" for sign, rules in signs for rule in rules) or "–"


BEGIN = "<!-- generated from casework/states.py: begin -->"
END = "<!-- generated from casework/states.py: end -->"


def renewed(text: str) -> str:
    """`text` of docs/cases.md with its generated part as the table now is."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{document()}{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
