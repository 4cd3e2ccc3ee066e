#!/bin/sh
# Writes Mosquitto's password file from the identities of provisioning, and lets Mosquitto read it again. Run it on Mosquitto's host, every minute or so; a device's
# password counts, or counts no more, from then on. Needs curl, and Mosquitto 2.0 or later.
#
#   APP_API_TOKEN      the token of provisioning's app, as in its environment
#   PROVISIONING_URL   where provisioning listens, default http://127.0.0.1:5002
#   PASSWORD_FILE      default /etc/mosquitto/devicefleet.passwd; `password_file` in mosquitto.conf names it
#   EXTRA_FILE         lines to put before, as for the account of the sidecars; default none
#   MOSQUITTO_PID      whom to send SIGHUP, default the pid of the process named mosquitto
set -eu
umask 077

url=${PROVISIONING_URL:-http://127.0.0.1:5002}
file=${PASSWORD_FILE:-/etc/mosquitto/devicefleet.passwd}
work=$(mktemp -d "$(dirname "$file")/.devicefleet.XXXXXX")
trap 'rm -rf "$work"' EXIT

# In a file, as other users see a program's arguments.
printf 'dapr-api-token: %s\n' "${APP_API_TOKEN:-}" > "$work/token"

[ -z "${EXTRA_FILE:-}" ] || cat "$EXTRA_FILE" > "$work/passwords"
touch "$work/passwords"
after=
while :; do
  curl --fail --silent --show-error --max-time 60 -H "@$work/token" -D "$work/headers" -G --data-urlencode "after=$after" "$url/mqtt/passwords" >> "$work/passwords"
  after=$(tr -d '\r' < "$work/headers" | sed -n 's/^[Xx]-[Nn][Ee][Xx][Tt]: //p')
  [ -n "$after" ] || break
done

if [ -f "$file" ] && cmp -s "$work/passwords" "$file"; then
  exit 0
fi

# Beside the old one and renamed: Mosquitto never reads half a file. It keeps the owner that the old one had.
if [ -f "$file" ]; then
  chown --reference="$file" "$work/passwords" 2>/dev/null || true
fi
mv "$work/passwords" "$file"
pid=${MOSQUITTO_PID:-$(pidof mosquitto || true)}
[ -z "$pid" ] || kill -HUP $pid
