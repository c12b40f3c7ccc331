#!/bin/sh
# A pack for mendgate: whether a Debian host waits for a reboot. It needs jq, here; the host needs nothing.
set -eu
question=$(cat)
ask() { printf '%s' "$question" | jq -r "$1"; }

case $(ask .ask) in
describe)
  cat <<'JSON'
{
  "pack": "reboot",
  "probes": [
    {
      "name": "reboot.due",
      "summary": "Whether packages ask for a reboot, and which.",
      "params": {
        "type": "object",
        "properties": {
          "folder": { "type": "string", "pattern": "^/", "default": "/run", "description": "Where they leave their note" }
        }
      },
      "result": {
        "type": "object",
        "properties": {
          "due": { "type": "boolean", "description": "They do" },
          "packages": { "type": "array", "items": { "type": "string" }, "description": "By name, each once" }
        },
        "required": ["due", "packages"]
      },
      "reads": ["file:{folder}/reboot-required*"]
    }
  ]
}
JSON
  ;;
probe)
  if [ "$(ask '.answers | length')" = 0 ]; then
    printf '%s' "$question" | jq '{commands: [{
      script: "cd \"$d\" && if [ -e reboot-required ]; then echo due; cat reboot-required.pkgs; fi",
      variables: {d: .params.folder}
    }]}'
  else
    printf '%s' "$question" | jq '.answers[0] | if .rc != 0 then {unreadable: .stderr}
      else (.stdout | split("\n") | map(select(. != ""))) as $lines
      | {result: {due: ($lines[0] == "due"), packages: ($lines[1:] | unique)}} end'
  fi
  ;;
esac
