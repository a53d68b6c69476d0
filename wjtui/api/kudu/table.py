"""Table of the Kudu API: method, canonical route, handler.

``{name}``, ``{run}`` and the like take one segment, ``{path}`` all that is left; the handler finds them,
decoded, in ``request.path_params``. Aliases, case and trailing slashes are gone by then (``paths``).
"""

from __future__ import annotations

from wjtui.api.errors import Handler
from wjtui.api.kudu import (
    deployments,
    hooks,
    jobs,
    page,
    passthrough,
    runs,
    settings,
    site,
    swagger,
    upload,
    vfs,
    zip,
)

Row = tuple[str, str, Handler]

_PASSTHROUGH = "/api/continuouswebjobs/{name}/passthrough/{path}"

ROWS: tuple[Row, ...] = (
    ("GET", "/api/webjobs", jobs.list_all),
    ("GET", "/api/triggeredwebjobs", jobs.list_type),
    ("GET", "/api/triggeredwebjobs/{name}", jobs.get),
    ("PUT", "/api/triggeredwebjobs/{name}", upload.put),
    ("DELETE", "/api/triggeredwebjobs/{name}", jobs.delete),
    ("POST", "/api/triggeredwebjobs/{name}/run", runs.run),
    ("GET", "/api/triggeredwebjobs/{name}/history", runs.history),
    ("GET", "/api/triggeredwebjobs/{name}/history/{run}", runs.get_run),
    ("POST", "/api/triggeredwebjobs/{name}/history/{run}/cancel", runs.cancel),
    ("GET", "/api/triggeredwebjobs/{name}/settings", settings.read),
    ("PUT", "/api/triggeredwebjobs/{name}/settings", settings.save),
    ("GET", "/api/continuouswebjobs", jobs.list_type),
    ("GET", "/api/continuouswebjobs/{name}", jobs.get),
    ("PUT", "/api/continuouswebjobs/{name}", upload.put),
    ("DELETE", "/api/continuouswebjobs/{name}", jobs.delete),
    ("POST", "/api/continuouswebjobs/{name}/start", jobs.start),
    ("POST", "/api/continuouswebjobs/{name}/stop", jobs.stop),
    ("POST", "/api/continuouswebjobs/{name}/restart", jobs.restart),
    ("GET", "/api/continuouswebjobs/{name}/settings", settings.read),
    ("PUT", "/api/continuouswebjobs/{name}/settings", settings.save),
    ("GET", _PASSTHROUGH, passthrough.forward),
    ("HEAD", _PASSTHROUGH, passthrough.forward),
    ("PUT", _PASSTHROUGH, passthrough.forward),
    ("POST", _PASSTHROUGH, passthrough.forward),
    ("DELETE", _PASSTHROUGH, passthrough.forward),
    ("PATCH", _PASSTHROUGH, passthrough.forward),
    ("GET", "/api/triggeredwebjobsswagger", swagger.describe),
    ("GET", "/api/vfs/{path}", vfs.read),
    ("PUT", "/api/vfs/{path}", vfs.write),
    ("DELETE", "/api/vfs/{path}", vfs.delete),
    ("GET", "/api/zip/{path}", zip.read),
    ("PUT", "/api/zip/{path}", zip.write),
    ("POST", "/api/zipdeploy", deployments.deploy),
    ("POST", "/api/publish", deployments.deploy),
    ("GET", "/api/deployments", deployments.list_all),
    ("GET", "/api/deployments/{id}", deployments.get),
    ("GET", "/api/deployments/{id}/log", deployments.get_log),
    ("GET", "/api/settings", site.read_all),
    ("POST", "/api/settings", site.save),
    ("GET", "/api/settings/{key}", site.read),
    ("DELETE", "/api/settings/{key}", site.delete),
    ("GET", "/api/hooks", hooks.list_all),
    ("POST", "/api/hooks", hooks.subscribe),
    ("GET", "/api/hooks/{id}", hooks.find),
    ("DELETE", "/api/hooks/{id}", hooks.unsubscribe),
    ("POST", "/api/hooks/publish/{event}", hooks.publish),
    ("GET", "/azurejobs", page.show_list),
    ("GET", "/azurejobs/jobs/{type}/{name}", page.show_job),
)
