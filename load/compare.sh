#!/usr/bin/env bash
# Whole path, MQTT to PUBACK, against the Orleans peer in one run on one machine: saturated (closed loop), then at half of each one's own rate (open loop).
#   load/compare.sh [DEVICES] [SECONDS]     after: dotnet build DeviceFleet.sln -c Release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
devices=${1:-1000} seconds=${2:-15}
bin=artifacts/bin
work=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; fi; rm -rf "$work"' EXIT

load() { dotnet $bin/DeviceFleet.Load/release/DeviceFleet.Load.dll scenario ingest --devices "$devices" --warmup 20s --duration "${seconds}s" --port "$port" --identities "$work/$name/identities.jsonl" --server-pid "$server" --json "$work/report.json" "$@"; }

# The peer makes its devices' identities itself; ours are provisioned, under the enrolment that is there for simulated devices: it is when one of them is in.
identities_of_orleans() { :; }
identities_of_devicefleet() {
  for _ in $(seq 1 120); do
    if [ -s "$work/devicefleet/simulator-identities.jsonl" ]; then break; fi
    sleep 0.5
  done
  dotnet $bin/DeviceFleet.Load/release/DeviceFleet.Load.dll scenario provision --devices "$devices" --rate 50 --timeout 300s --port "$port" \
    --enrolment simulator --enrolment-key-file "$work/devicefleet/simulator.key" --identities "$work/devicefleet/identities.jsonl"
}

# 20 s of warm-up: by then most of what runs is optimised code, on both sides.
measure() {
  name=$1 port=$2
  shift 2
  "$@" > "$work/$name.out" 2>&1 &
  server=$!
  for _ in $(seq 1 120); do
    if grep -q ready "$work/$name.out"; then break; fi
    sleep 0.5
  done

  "identities_of_$name"
  echo "== $name, saturated"
  load --mode closed --window 8
  half=$(node -p 'Math.floor(JSON.parse(require("fs").readFileSync(process.argv[1])).messagesPerSecond / 2)' "$work/report.json")
  echo "== $name, open loop at $half messages/s"
  load --mode open --rate "$half"
  kill -TERM "$server" # a background job of a script has SIGINT ignored
  wait "$server" || true
  server=
}

mkdir -p "$work/devicefleet" "$work/orleans"
measure devicefleet 22883 dotnet $bin/DeviceFleet.Local/release/DeviceFleet.Local.dll --data "$work/devicefleet" --mqtt-port 22883 --http-port 22884 --devices 1
measure orleans 23883 dotnet $bin/DeviceFleet.Peer.Orleans/release/DeviceFleet.Peer.Orleans.dll "$work/orleans" 23883 "$devices"
