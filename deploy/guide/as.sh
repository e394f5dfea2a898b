# Calls the API of a running Art28 as one of the organisations of the sample data:
#
#   source deploy/guide/as.sh
#   as nordbo GET /portal/v1/me | pick organisation legal_name

url=http://127.0.0.1:${ART28_PORT:-8280}
var=${ART28_VAR:-var}
python=.venv/bin/python

# as ORGANISATION METHOD PATH [options of curl]: calls the API with a token of that organisation
as() { curl -s -X "$2" "$url$3" -H "Authorization: Bearer $(token "$1")" -H 'Content-Type: application/json' "${@:4}"; }

# pick items 0 id: prints that member of the JSON on standard input
pick() { $python -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1:]:
    value = value[int(key) if key.isdigit() else key]
print(value)' "$@"; }

# token ORGANISATION: gets an access token for the organisation's client
token() { curl -s "$url/identity/v1/token" -u "$(client "$1")" -d grant_type=client_credentials | pick access_token; }

# client ORGANISATION: prints id:secret of the organisation's client, which demo.json holds
client() { $python -c '
import json, sys
clients = {client["org_slug"]: client for client in json.load(open(sys.argv[1]))["clients"]}
print("{client_id}:{client_secret}".format(**clients[sys.argv[2]]))' "$var/demo.json" "$1"; }
