#!/bin/sh
# Stops a deployment until data may flow to a sub-processor, for any CI; needs sh and curl.
#
#   gate.sh SUB_PROCESSOR_ID [PROCESSOR_SLUG [YYYY-MM-DD]]
#
# ART28_URL, ART28_CLIENT_ID and ART28_CLIENT_SECRET say where, and as whom; the key needs portal:read.
# Exit codes: 0 allowed; 3 not (yet); 1 no answer, so do not deploy; 2 something is not named.
set -u
if [ $# -lt 1 ] || [ -z "${ART28_URL:-}" ] || [ -z "${ART28_CLIENT_ID:-}" ] \
    || [ -z "${ART28_CLIENT_SECRET:-}" ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

# Secrets go to curl by its standard input, where no list of processes shows them.
ask() {
    curl --silent --show-error --fail --max-time 30 --retry 3 --config - "$@"
}

token=$(printf 'user = "%s:%s"\n' "$ART28_CLIENT_ID" "$ART28_CLIENT_SECRET" \
    | ask --data grant_type=client_credentials "$ART28_URL/identity/v1/token" \
    | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')
[ -n "$token" ] || { echo "gate: no token; is the key right?" >&2; exit 1; }

answer=$(printf 'header = "Authorization: Bearer %s"\n' "$token" \
    | ask --get --data-urlencode "sub_processor_id=$1" \
        ${2:+--data-urlencode "processor=$2"} ${3:+--data-urlencode "on=$3"} \
        "$ART28_URL/portal/v1/gate") || { echo "gate: no answer" >&2; exit 1; }
echo "$answer"
case $answer in
    *'"answer":"allowed"'* | *'"answer": "allowed"'*) exit 0 ;;
    *'"answer":'*) echo "gate: data may not flow to $1 (yet)" >&2; exit 3 ;;
    *) echo "gate: this is no answer of Art28" >&2; exit 1 ;;
esac
