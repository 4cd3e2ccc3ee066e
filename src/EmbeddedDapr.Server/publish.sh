#!/bin/sh
# Publishes the program: publish.sh [aot|r2r] [FOLDER]
# aot (default): one native file, ready in well under a tenth of a second; needs clang or gcc and zlib's headers, and takes minutes.
# r2r: precompiled for the installed .NET 10; builds anywhere .NET does.
set -eu
project=$(dirname "$0")
kind=${1:-aot}
out=${2:-artifacts/publish/EmbeddedDapr.Server/$kind}
case $kind in
  # The analyzers would judge all code, and what serves apps in process reflects; the compiler warns of what the program reaches, and that is none.
  aot) exec dotnet publish "$project" -c Release --use-current-runtime -p:PublishAot=true -p:RunAnalyzers=false -o "$out" ;;
  r2r) exec dotnet publish "$project" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -o "$out" ;;
  *) echo "publish.sh [aot|r2r] [FOLDER]" >&2; exit 2 ;;
esac
