#!/bin/bash
# A sign of life every two seconds, until the engine asks this job to end.
set -u

pause=${HEARTBEAT_SECONDS:-2}
started=$SECONDS
beats=0

asked_to_stop() {
    [[ -n ${WEBJOBS_SHUTDOWN_FILE:-} && -e $WEBJOBS_SHUTDOWN_FILE ]]
}

echo "${WEBJOBS_NAME:-heartbeat} is up, pid $$"
until asked_to_stop; do
    beats=$((beats + 1))
    echo "beat $beats, up $((SECONDS - started)) s"
    sleep "$pause"
done
echo "asked to stop: ended in order after $beats beats"
