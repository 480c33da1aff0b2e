"""The JupyterLab that already runs on a folder, if there is one."""

import json
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

__all__ = ["address_of_running"]

_SECONDS = 3.0


def address_of_running(home: Path, page: str) -> str | None:
    """Return the address of `page` on a server that runs on the folder `home`, or None.

    Parameters
    ----------
    home : Path
    page : str
        Such as `/lab/tree/notebooks/Start.ipynb`.
    """
    from jupyter_server.serverapp import list_running_servers

    for server in list_running_servers():
        if _is_on(server, home) and _answers(server):
            query = f"?{urlencode({'token': server['token']})}" if server.get("token") else ""
            return str(server["url"]).rstrip("/") + page + query
    return None


def _is_on(server: dict[str, Any], home: Path) -> bool:
    try:
        return Path(server["root_dir"]).samefile(home)
    except (OSError, KeyError):
        return False


def _answers(server: dict[str, Any]) -> bool:
    """Ask it: a killed server leaves its note behind, and its number may be another process's."""
    # Not through a proxy: it is this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{server['url']}api", timeout=_SECONDS) as answer:
            return "version" in json.load(answer)
    except (OSError, ValueError):
        return False
