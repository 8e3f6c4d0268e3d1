"""docker-compose.yml and Dockerfile as data, since no Docker engine is at hand to ask."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("web", "worker", "beat", "migrate", "roles")
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")


def compose() -> dict[str, Any]:
    """The file, merged and with its anchors followed."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def interpolated(value: Any, env: dict[str, str]) -> Any:
    """As Compose does it: ${NAME:?why} must be there, ${NAME:-default} need not, $$ is a dollar."""
    if isinstance(value, dict):
        return {key: interpolated(inner, env) for key, inner in value.items()}
    if isinstance(value, list):
        return [interpolated(inner, env) for inner in value]
    if not isinstance(value, str):
        return value

    def replace(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if env.get(name):
            return env[name]
        if kind == "-":
            return str(rest)
        raise KeyError(name)

    return VARIABLE.sub(replace, value).replace("$$", "$")


def asked_of_the_operator() -> dict[str, bool]:
    """Every ${NAME} of the file, and whether it has to be set."""
    lines = [line for line in (ROOT / "docker-compose.yml").read_text().splitlines() if not line.startswith("#")]
    return {name: kind == "?" for name, kind, _rest in VARIABLE.findall("\n".join(lines))}


def dockerfile() -> list[tuple[str, str]]:
    """(INSTRUCTION, what it says) of the Dockerfile, lines joined, comments gone."""
    text = "\n".join(
        line for line in (ROOT / "Dockerfile").read_text().splitlines() if line and not line.startswith("#")
    )
    return [tuple(line.split(None, 1)) for line in text.replace("\\\n", " ").splitlines()]  # type: ignore[misc]
