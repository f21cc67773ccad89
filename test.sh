#!/bin/sh
# Builds with warnings as errors, runs every test, and ends with one line: N passed, N failed, N skipped.
#   ./test.sh              everything but the long variants
#   ./test.sh --full       also the long variants (big data, many kills, long fuzzing)
#   ./test.sh --filter X   only tests whose full name contains X, or that match the filter expression X
set -u
cd "$(dirname -- "$0")" || exit 1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

results=artifacts/test-results
filter=
while [ $# -gt 0 ]; do
  case $1 in
    --full) export CRM_TESTS_FULL=1 ;;
    --filter) [ $# -gt 1 ] || { echo "test.sh: --filter needs a value" >&2; exit 2; }; filter=$2; shift ;;
    *) echo "test.sh: '$1' is not an option. Expected --full or --filter X." >&2; exit 2 ;;
  esac
  shift
done

# Counts a kind of outcome over all result files.
count() {
  cat "$results"/*.trx 2>/dev/null | grep -o '<UnitTestResult [^>]*>' | grep -cE " outcome=\"($1)\""
}

finish() {
  passed=$(count Passed)
  failed=$(count 'Failed|Error|Timeout|Aborted')
  skipped=$(count 'NotExecuted|Inconclusive|Pending')
  status=$1
  if [ $((passed + failed)) -eq 0 ]; then echo "test.sh: no test ran"; status=1; fi
  if [ "$failed" -ne 0 ]; then status=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$status"
}

# name of the program | its Debian packages | what is skipped without it
needs='chromium|chromium fonts-dejavu-core|PNG and PDF of reports, pages in a browser
postgres|postgresql|reading a real PostgreSQL'

# Debian keeps PostgreSQL's own programs beside the PATH.
has() {
  command -v "$1" >/dev/null 2>&1 && return 0
  for place in /usr/lib/postgresql/*/bin/"$1"; do
    [ -x "$place" ] && return 0
  done
  return 1
}

install_needs() {
  missing=
  old_ifs=$IFS
  IFS='
'
  for line in $needs; do
    program=${line%%|*}
    rest=${line#*|}
    has "$program" && continue
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      missing="$missing ${rest%%|*}"
    else
      echo "test.sh: $program was not found; skipped without it: ${rest#*|}. Install it (Debian: apt-get install ${rest%%|*})." >&2
    fi
  done
  IFS=$old_ifs
  [ -n "$missing" ] || return 0
  echo "test.sh: installing$missing" >&2
  # shellcheck disable=SC2086 # a list of packages
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >&2 </dev/null; then
    echo "test.sh: installing$missing failed; tests that need them are skipped" >&2
  fi
}

for program in dotnet node npm; do
  command -v "$program" >/dev/null 2>&1 && continue
  echo "test.sh: $program was not found on the PATH. Expected the .NET SDK 10, Node.js 20 and npm. Install it, then try again."
  finish 1
done

rm -rf "$results"
mkdir -p "$results"
install_needs
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-audit --no-fund >&2 || finish 1
fi
dotnet build Crm.Analytics.sln --verbosity quiet || finish 1
# The tests that run the program as its users do find it built.
./crm --version >/dev/null || finish 1

# The tests of one kind in one process, into a result file of their own.
run_tests() {
  dotnet test tests/Crm.Analytics.Tests.csproj --no-build --verbosity quiet --logger "trx;LogFileName=$1.trx" --logger 'console;verbosity=minimal' \
    --results-directory "$results" --blame-hang --blame-hang-timeout 8min --blame-hang-dump-type none --filter "$2" </dev/null
}

if [ -n "$filter" ]; then
  run_tests tests "$filter"
  finish $?
fi

# Two halves side by side: tests that start programs and servers wait for them most of the time, and one more kind makes the halves even.
started=
others=
for kind in EndToEnd Browser Jobs Backup Delivery Identity Recovery Web; do
  started="${started:+$started|}FullyQualifiedName~.Tests.$kind."
  others="${others:+$others&}FullyQualifiedName!~.Tests.$kind."
done
run_tests others "$others" >"$results/others.log" 2>&1 &
run_tests started "$started"
status=$?
wait $! || status=1
cat "$results/others.log"
finish $status
