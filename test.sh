#!/usr/bin/env bash
# Builds everything, runs every test, ends with the line "N passed, N failed, N skipped". Exit code 1 when anything failed.
#
#   ./test.sh [--filter REGEX] [--long]
#
# --filter REGEX   only test projects whose name matches ("dashboard" is the front end's)
# --long           also the tests that take minutes (DEVICEFLEET_LONG_TESTS=1)
#
# A test that needs a program which is not there and may not be installed here skips and says so; with CI=true it fails instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

filter=.
project_seconds_max=1200
while [ $# -gt 0 ]; do
  case "$1" in
    --filter) filter=${2:?--filter needs a regular expression}; shift 2 ;;
    --long) export DEVICEFLEET_LONG_TESTS=1; project_seconds_max=3600; shift ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown option $1; see --help" >&2; exit 2 ;;
  esac
done

# Build nodes that outlive the build would keep a pipe of the caller open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
out=$PWD/test-output
dashboard=src/DeviceFleet.Gateway/dashboard
results=$out/results
mkdir -p "$out"
rm -rf "$results" "$out"/*.log "$out/conformance.txt"
mkdir "$results"

# ---- what tests need besides .NET and Node -----------------------------------------------------------------------------------

used_by_tests() { grep -rqE --include='*.cs' "$1" tests; }

# install_if_missing PACKAGE COMMAND...: any one of the commands will do.
install_if_missing() {
  local package=$1 command
  shift
  for command in "$@"; do
    if command -v "$command" > /dev/null; then return; fi
  done

  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "note: $package is not installed and may not be installed here: tests that need it will say so"
    return
  fi

  echo "installing $package"
  # RUNLEVEL=1: a package that is also a service must not start it; tests start their own on ports of their own.
  if ! { DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "$package" ||
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "$package"; }; } \
    > "$out/install-$package.log" 2>&1 < /dev/null; then
    echo "note: installing $package failed (test-output/install-$package.log): tests that need it will say so"
  fi
}

set_up() {
  if used_by_tests 'Playwright'; then install_if_missing chromium chromium chromium-browser google-chrome; fi
  # The conformance kit is Python, and starts servers; its gRPC client, like the npm client of Dapr, is a program for Node.
  install_if_missing redis-server redis-server
  install_if_missing mosquitto mosquitto /usr/sbin/mosquitto
  install_if_missing mosquitto-clients mosquitto_rr
  install_if_missing python3 python3
  local folder
  for folder in tests/DeviceFleet.Conformance/grpc tests/DeviceFleet.Conformance/workflows tests/EmbeddedDapr.Clients.Tests/npm; do
    if [ -f "$folder/package.json" ] && [ ! -d "$folder/node_modules" ]; then
      npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund > "$out/npm-$(basename "$folder").log" 2>&1 < /dev/null ||
        echo "note: npm ci in $folder failed (test-output/npm-$(basename "$folder").log): tests that need it will say so"
    fi
  done
}

# ---- running and counting ----------------------------------------------------------------------------------------------------

# record NAME PASSED FAILED SKIPPED SECONDS [REMARK]
record() {
  printf '%s %s %s\n' "$2" "$3" "$4" > "$results/$1"
  printf '%-34s %5d passed %3d failed %3d skipped %4ds%s\n' "$1" "$2" "$3" "$4" "$5" "${6:+  $6}"
}

bounded() {
  if command -v timeout > /dev/null; then timeout --kill-after=10 "$project_seconds_max" "$@"; else "$@"; fi
}

# Reads the runner's summary. A project that crashes, hangs, or has no tests counts as one failure: silence is no evidence.
run_project() {
  local name=$1 log=$out/$1.log rc=0 start=$SECONDS summary total errors failed skipped remark=
  echo 0 1 0 > "$results/$name" # until it is known better
  bounded dotnet "artifacts/bin/$name/release/$name.dll" -noColor -noLogo > "$log" 2>&1 < /dev/null || rc=$?
  summary=$(grep -E "^ +$name +Total: [1-9]" "$log" | tail -n 1) || true
  number() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<< "$summary"; }
  total=$(number Total) errors=$(number Errors) failed=$(number Failed) skipped=$(number Skipped)
  total=${total:-0} errors=${errors:-0} failed=${failed:-0} skipped=${skipped:-0}
  local passed=$((total - failed - skipped)) broken=$((failed + errors))
  if [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
    remark="ended after $project_seconds_max s" broken=$((broken + 1))
  elif [ "$total" = 0 ]; then
    remark="no tests reported, exit code $rc" broken=$((broken + 1))
  elif [ "$rc" != 0 ] && [ "$broken" = 0 ]; then
    remark="exit code $rc" broken=1
  fi

  record "$name" "$passed" "$broken" "$skipped" $((SECONDS - start)) "$remark"
}

run_dashboard() {
  local log=$out/dashboard.log report=$out/dashboard.json rc=0 start=$SECONDS counts passed failed skipped
  rm -f "$report"
  {
    if [ ! -d "$dashboard/node_modules" ]; then npm --prefix "$dashboard" ci --no-audit --no-fund; fi &&
      bounded npm --prefix "$dashboard" test -- --reporter=default --reporter=json --outputFile.json="$report"
  } > "$log" 2>&1 < /dev/null || rc=$?
  counts=$(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(r.numPassedTests, r.numFailedTests, r.numPendingTests + (r.numTodoTests ?? 0))' "$report" 2> /dev/null) || counts="0 0 0"
  read -r passed failed skipped <<< "$counts"
  # Type errors and files that do not load fail the command without failing a test.
  if [ "$failed" = 0 ] && { [ "$rc" != 0 ] || [ "$passed" = 0 ]; }; then failed=1; fi
  record dashboard "$passed" "$failed" "$skipped" $((SECONDS - start)) "$([ "$rc" = 0 ] || echo "exit code $rc")"
}

show_failures() {
  local file name passed failed skipped
  for file in "$results"/*; do
    [ -e "$file" ] || continue
    name=${file##*/}
    read -r passed failed skipped < "$file"
    if [ "$failed" = 0 ]; then continue; fi
    printf '\n---- %s: %s failed, test-output/%s.log\n' "$name" "$failed" "$name"
    if [ "$name" = build ]; then
      grep -E 'error' "$out/build.log" | sort -u | head -n 60 || tail -n 40 "$out/build.log"
    elif ! awk '/\[FAIL\]$/ { show = 1; any = 1 } /\[(SKIP|PASS)\]$|^  Finished:|^=== / { show = 0 } show { print } END { exit !any }' "$out/$name.log" | head -n 300; then
      tail -n 40 "$out/$name.log"
    fi
  done
}

finish() {
  local passed=0 failed=0 skipped=0 p f s file
  for file in "$results"/*; do
    [ -e "$file" ] || continue
    read -r p f s < "$file"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  done

  show_failures
  if [ $((passed + failed + skipped)) = 0 ]; then
    echo "nothing ran: no project matches '$filter'"
    failed=1
  fi

  echo
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}

# ---- the run -----------------------------------------------------------------------------------------------------------------

set_up

projects=()
for project in tests/*.Tests/*.csproj tests/DeviceFleet.Conformance/*.csproj; do
  name=$(basename "$project" .csproj)
  if [[ $name =~ $filter ]]; then projects+=("$name"); fi
done

if [ "$filter" = . ]; then builds=(DeviceFleet.sln); else builds=("${projects[@]/#/tests/}"); fi
for build in ${builds[@]+"${builds[@]}"}; do
  echo "building $build"
  if ! dotnet build "$build" -c Release --nologo -v quiet -clp:NoSummary > "$out/build.log" 2>&1 < /dev/null; then
    echo 0 1 0 > "$results/build"
    finish || exit 1
  fi
done

# Whole-system projects have the machine to themselves; the others run two at a time.
quick=() alone=()
for name in ${projects[@]+"${projects[@]}"}; do
  case "$name" in
    *EndToEnd* | *Browser* | *Conformance*) alone+=("$name") ;;
    *) quick+=("$name") ;;
  esac
done

for name in ${quick[@]+"${quick[@]}"}; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
  run_project "$name" &
done
wait

if [[ dashboard =~ $filter ]] && [ -f "$dashboard/package.json" ]; then run_dashboard; fi
for name in ${alone[@]+"${alone[@]}"}; do run_project "$name"; done
if [[ DeviceFleet.Conformance =~ $filter ]] && [ -f "$out/conformance.txt" ]; then
  echo
  cat "$out/conformance.txt"
fi

finish
