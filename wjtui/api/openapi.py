"""OpenAPI: the routes of an application as a document, made from the tables that serve them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from wjtui import __version__
from wjtui.api.errors import Handler
from wjtui.service import JobService
from wjtui.wire.stream import encode

Row = tuple[str, str, Handler]
JSON = "application/json"
_REF = "#/components/schemas/{name}"
_VERSION = "3.1.0"


@dataclass(frozen=True)
class Parameter:
    """One name in the path or in the query."""

    name: str
    text: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Content:
    """A body, of a request or of an answer."""

    media: str
    type: Any = None
    """A type that msgspec knows; None: bytes, or text of some other form."""


@dataclass(frozen=True)
class Detail:
    """What a handler's docstring and path do not tell."""

    answer: Content | None = None
    """The body of a good answer; None: it has none."""
    or_else: Content | None = None
    """What the body of a good answer may be instead, of another media type."""
    status: int = 200
    query: tuple[Parameter, ...] = ()
    body: Content | None = None
    body_needed: bool = True
    also: tuple[int, ...] = ()
    """Other statuses that are no refusals, such as 304."""
    refusals: tuple[int, ...] = ()
    refused: Content | None = None
    """The body of every refusal; None: one may have none."""


async def describe(service: JobService, request: Request) -> Response:
    """This document: every route in OpenAPI 3.1."""
    return Response(_whole(request.app.state.table), media_type=JSON)


@lru_cache(maxsize=1)
def _whole(rows: tuple[Row, ...]) -> bytes:
    # Only here: nobody asks most engines for it, and it knows every type of the API.
    from wjtui.api.details import DETAILS, PATH_PARAMETERS

    return encode(document(rows, DETAILS, PATH_PARAMETERS))


def document(
    rows: Iterable[Row], details: Mapping[Handler, Detail], parameters: Mapping[str, Parameter]
) -> dict[str, Any]:
    """The description of some routes. A handler without a detail is described by its docstring alone.

    Types that go by the same name in two modules are told apart by msgspec.
    """
    rows = list(rows)
    known = [details[handler] for _, _, handler in rows if handler in details]
    types = _types(known)
    shown, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = {id(type): schema for type, schema in zip(types, shown, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for method, path, handler in rows:
        operation = _operation(method, path, handler, details.get(handler, Detail()), parameters, schemas)
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": _VERSION,
        "info": {
            "title": "wjtui",
            "version": __version__,
            "description": "Jobs of one root. Over the Unix socket nobody has to say who he is.",
        },
        "servers": [{"url": "/"}],
        "security": [{"basic": []}, {}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
    }


def _types(details: Iterable[Detail]) -> list[Any]:
    contents = (
        each for detail in details for each in (detail.answer, detail.or_else, detail.body, detail.refused)
    )
    found = {id(each.type): each.type for each in contents if each is not None and each.type is not None}
    return list(found.values())


def _operation(
    method: str,
    path: str,
    handler: Handler,
    detail: Detail,
    parameters: Mapping[str, Parameter],
    schemas: Mapping[int, Any],
) -> dict[str, Any]:
    text = inspect.cleandoc(handler.__doc__ or "").replace("``", "`")
    in_path = [(name, parameters.get(name)) for name in re.findall(r"{(\w+)}", path)]
    operation: dict[str, Any] = {
        "operationId": _id(method, path),
        "tags": ["wjtui" if path.startswith("/api/wjtui/") else "kudu"],
        "summary": re.split(r"(?<=[.:;])\s", text, maxsplit=1)[0].rstrip(".:;"),
        "description": text,
        "parameters": [
            *(
                _parameter(found or Parameter(name, name, {"type": "string"}), "path")
                for name, found in in_path
            ),
            *(_parameter(each, "query") for each in detail.query),
        ],
        "responses": _responses(detail, schemas),
    }
    if detail.body is not None:
        operation["requestBody"] = {
            "required": detail.body_needed,
            "content": _content(detail.body, schemas),
        }
    return operation


def _id(method: str, path: str) -> str:
    words = re.findall(r"\w+", path.removeprefix("/api/wjtui").removeprefix("/api"))
    return "-".join([method.lower(), *(["wjtui"] if path.startswith("/api/wjtui/") else []), *words])


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": place,
        "required": place == "path",
        "description": parameter.text,
        "schema": dict(parameter.schema),
    }


def _responses(detail: Detail, schemas: Mapping[int, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(detail.status): _answer(detail.status, schemas, detail.answer, detail.or_else)
    }
    answers |= {str(status): _answer(status, schemas) for status in detail.also}
    answers |= {str(status): _answer(status, schemas, detail.refused) for status in detail.refusals}
    # 401 of the door, 405, 500: whatever may stand between a client and a handler.
    return answers | {"default": {"description": "Refused; the body says why in one sentence."}}


def _answer(status: int, schemas: Mapping[int, Any], *contents: Content | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    known: dict[str, Any] = {}
    for content in contents:
        known |= {} if content is None else _content(content, schemas)
    return answer | ({"content": known} if known else {})


def _content(content: Content, schemas: Mapping[int, Any]) -> dict[str, Any]:
    return {content.media: {} if content.type is None else {"schema": schemas[id(content.type)]}}


def undescribed(rows: Sequence[Row], details: Mapping[Handler, Detail]) -> list[str]:
    """Routes of which too little is known: no docstring, or no detail."""
    return [
        f"{method} {path}"
        for method, path, handler in rows
        if handler not in details or not (handler.__doc__ or "").strip()
    ]
