"""PUT of a job: a zip or one file, staged, checked, and switched as a whole (spec 8.5, 9.4)."""

from __future__ import annotations

import secrets
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from wjtui.api.kudu import arm
from wjtui.api.kudu.answers import disk_error, sentence
from wjtui.api.kudu.caller import author
from wjtui.api.kudu.disposition import file_name
from wjtui.api.kudu.intake import Received, received
from wjtui.api.kudu.jobs import job_answer, known_job
from wjtui.api.kudu.named import job_id
from wjtui.api.kudu.settings import save_of_proxy
from wjtui.api.kudu.shown import find_job
from wjtui.model.base import Value
from wjtui.model.deploys import DeployPlan, Package, PlannedJob, SourceKind
from wjtui.model.errors import Conflict, DeployRejected, InvalidRequest
from wjtui.model.identity import JobId, check_new_name
from wjtui.service import JobService

_ZIP_TYPES = ("application/zip", "application/x-zip-compressed")
_ZIP_HEAD = b"PK\x03\x04"


class Upload(Value, frozen=True):
    """What the head of an upload says."""

    name: str
    """Of the file, without folders."""
    type: str
    """Of its content, in lower case and without parameters."""

    def is_zip(self, head: bytes) -> bool:
        """Whether a body that begins so is a zip; what only looks like one stays one file (spec 8.5)."""
        return self.type in _ZIP_TYPES or (self.name.lower().endswith(".zip") and head.startswith(_ZIP_HEAD))


async def put(service: JobService, request: Request) -> Response:
    """Make a job, or replace the files of one; nothing changes unless all is in order."""
    asked = job_id(request)
    if arm.is_proxied(request) and _content_type(request).endswith("json"):
        return await save_of_proxy(service, request, asked)
    upload = read_head(request)
    known = await find_job(service, asked)
    job = known.id if known is not None else JobId(asked.type, check_new_name(asked.name))
    try:
        async with received(request) as body:
            await _deploy(service, job, upload, body, author(request))
    except OSError as error:
        return sentence(f"The upload could not be stored ({error.strerror}): see to the disk.", 500)
    except Conflict as error:
        # A name in transition is a conflict; what the disk refuses is nothing that trying again would help.
        return sentence(error.message, 500 if disk_error(error) else error.http_status)
    return await job_answer(service, request, await known_job(service, job))


def read_head(request: Request) -> Upload:
    """What the headers say of the body. Raises InvalidRequest."""
    name = file_name("; ".join(request.headers.getlist("content-disposition")))
    if not name:
        raise InvalidRequest(
            "A Content-Disposition header with a file name is required, for example "
            "Content-Disposition: attachment; filename=run.sh."
        )
    coding = request.headers.get("content-encoding", "identity").lower()
    if coding != "identity":
        raise InvalidRequest(f"Content-Encoding is '{coding}': send the file as it is.")
    return Upload(name, _content_type(request))


async def _deploy(service: JobService, job: JobId, upload: Upload, body: Received, by: str) -> None:
    if body.size == 0:
        raise InvalidRequest("The upload is empty: send a zip or one script as the body of the request.")
    zipped = upload.is_zip(body.head)
    if upload.type.startswith("multipart/") and not zipped:
        raise InvalidRequest(
            "multipart/form-data is no upload: send the zip or the script itself as the body, without a form."
        )
    # A zip is told by its name from here on.
    name = f"{upload.name.removesuffix('.zip')}.zip" if zipped else upload.name
    token = secrets.token_hex(16)
    try:
        package = await service.deploys.stage(body.path, token, name=name)
        plan = DeployPlan((PlannedJob(job, _place(package, zipped)),))
        await service.deploys.commit(token, plan, by=by)
    except BaseException:
        with suppress(Conflict):  # who was interrupted in the midst of the switch cannot take it back
            await service.deploys.discard(token)
        raise


def _place(package: Package, zipped: bool) -> str:
    """Where the job lies in a package. Raises DeployRejected."""
    if package.refusals:
        raise DeployRejected(" ".join(dict.fromkeys(each.text for each in package.refusals)))
    if not zipped and package.kind is SourceKind.ZIP:
        raise DeployRejected(
            f"No runnable script in the upload: '{package.name}' was sent as one file; "
            "send a zip with Content-Type: application/zip."
        )
    if len(package.jobs) != 1:
        raise DeployRejected(
            f"The zip holds {len(package.jobs)} jobs, and one is wanted here: /api/zipdeploy takes several."
        )
    return package.jobs[0].at


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
