"""Details of Kudu's routes for the description of the API: the tables of spec 8.4 to 8.9."""

from __future__ import annotations

from typing import Any

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
from wjtui.api.openapi import JSON, Content, Detail, Parameter
from wjtui.wire.kudu_shapes import (
    KuduDeployment,
    KuduDeploymentLine,
    KuduEntry,
    KuduHistory,
    KuduHook,
    KuduHookBody,
    KuduJob,
    KuduRun,
)

_ANY = Content("*/*")
_HTML = Content("text/html")
_ZIP = Content("application/zip")
_OBJECT = Content(JSON, dict[str, Any])
_LIST = Detail(Content(JSON, list[KuduJob]), also=(304,))
_DONE = Detail(refusals=(404, 409))


def _text(name: str, text: str) -> Parameter:
    return Parameter(name, text, {"type": "string"})


def _switch(name: str, text: str) -> Parameter:
    return Parameter(name, text, {"type": "boolean", "default": False})


KUDU: dict[Handler, Detail] = {
    jobs.list_all: _LIST,
    jobs.list_type: _LIST,
    jobs.get: Detail(Content(JSON, KuduJob), refusals=(404,)),
    jobs.delete: Detail(refusals=(404, 409)),
    jobs.start: _DONE,
    jobs.stop: _DONE,
    jobs.restart: _DONE,
    upload.put: Detail(Content(JSON, KuduJob), body=_ANY, refusals=(400, 404, 409, 413, 500)),
    runs.run: Detail(
        status=202,
        query=(_text("arguments", "Instead of those of the job's settings."),),
        body=_ANY,
        body_needed=False,
        also=(200,),
        refusals=(400, 404, 409, 413, 503),
    ),
    runs.history: Detail(Content(JSON, KuduHistory), also=(304,), refusals=(404,)),
    runs.get_run: Detail(Content(JSON, KuduRun), refusals=(404,)),
    runs.cancel: Detail(status=202, refusals=(404, 409)),
    settings.read: Detail(_OBJECT, refusals=(404,)),
    settings.save: Detail(body=_OBJECT, refusals=(400, 404, 409)),
    passthrough.forward: Detail(_ANY, body=_ANY, body_needed=False, refusals=(404, 502, 504)),
    swagger.describe: Detail(_OBJECT),
    vfs.read: Detail(
        Content(JSON, list[KuduEntry]), or_else=_ANY, also=(206, 304, 307), refusals=(400, 403, 404, 416)
    ),
    vfs.write: Detail(
        status=201, body=_ANY, body_needed=False, also=(204,), refusals=(400, 403, 404, 409, 412, 413)
    ),
    vfs.delete: Detail(
        query=(_switch("recursive", "A folder with what it holds."),), refusals=(403, 404, 409, 412)
    ),
    zip.read: Detail(
        _ZIP, query=(_text("fileName", "How the archive is to be called."),), also=(307,), refusals=(404,)
    ),
    zip.write: Detail(body=_ZIP, refusals=(400, 403, 404, 409, 413)),
    deployments.deploy: Detail(
        body=_ZIP,
        query=(
            _switch("isAsync", "Answer 202 before it is done; Location is where to ask."),
            Parameter("type", "Of the package.", {"type": "string", "enum": ["zip"], "default": "zip"}),
            _text("deployer", "Who it is that deploys."),
            _text("message", "What for."),
        ),
        also=(202,),
        refusals=(400, 409, 413),
    ),
    deployments.list_all: Detail(Content(JSON, list[KuduDeployment])),
    deployments.get: Detail(Content(JSON, KuduDeployment), refusals=(404,)),
    deployments.get_log: Detail(Content(JSON, list[KuduDeploymentLine]), refusals=(404,)),
    site.read_all: Detail(Content(JSON, dict[str, str])),
    site.save: Detail(status=204, body=_OBJECT, refusals=(400, 409)),
    site.read: Detail(Content(JSON, str), refusals=(404,)),
    site.delete: Detail(status=204, refusals=(400, 409)),
    hooks.list_all: Detail(Content(JSON, list[KuduHook]), refusals=(409,)),
    hooks.subscribe: Detail(
        Content(JSON, KuduHook), status=201, body=Content(JSON, KuduHookBody), refusals=(400, 409)
    ),
    hooks.find: Detail(Content(JSON, KuduHook), refusals=(404, 409)),
    hooks.unsubscribe: Detail(refusals=(409,)),
    hooks.publish: Detail(body=Content(JSON), body_needed=False, refusals=(400, 409)),
    page.show_list: Detail(_HTML),
    page.show_job: Detail(_HTML, refusals=(404,)),
}
