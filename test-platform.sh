#!/bin/sh
# Checks a running platform from outside: one short run of each load profile against the bundled
# SMS gateway, whose ledger, live statistics and verdict must be right. Needs curl, grep, sed, awk.
#
#   BASE_URL      the controller            (default http://localhost:8080)
#   TARGET_URL    the gateway as the workers reach it (default http://127.0.0.1:9091;
#                 on the Compose platform http://sms-gateway:9091)
#   WAIT_SECONDS  how long the platform may take to become ready (default 60)
#
# Exit code: 0 all checks passed, 1 something failed, 130 interrupted.
set -u
LC_ALL=C
export LC_ALL

BASE_URL=${BASE_URL:-http://localhost:8080}
BASE_URL=${BASE_URL%/}
TARGET_URL=${TARGET_URL:-http://127.0.0.1:9091}
TARGET_URL=${TARGET_URL%/}
WAIT_SECONDS=${WAIT_SECONDS:-60}

# A run lasts 5 s; being queued, preparing and late answers come on top.
RUN_LIMIT_SECONDS=60
DURATION_SECONDS=5
STATS_FIELDS="scenarioId runId totalRequests successRate avgLatencyMs p50LatencyMs p95LatencyMs
  p99LatencyMs serviceAvgLatencyMs serviceP50LatencyMs serviceP95LatencyMs serviceP99LatencyMs
  currentRps statusCodeDistribution errorDistribution"

die() {
  echo "test-platform: $*" >&2
  exit 1
}

for command in curl grep sed awk mktemp; do
  command -v "$command" >/dev/null 2>&1 || die "$command is needed and was not found"
done
case $TARGET_URL in
*[\"\\]*) die "TARGET_URL may contain neither quotes nor backslashes" ;;
http://* | https://*) ;;
*) die "TARGET_URL must begin with http:// or https://, it is \"$TARGET_URL\"" ;;
esac
case $WAIT_SECONDS in
'' | *[!0-9]*) die "WAIT_SECONDS must be a whole number, it is \"$WAIT_SECONDS\"" ;;
esac

scratch=$(mktemp -d) || die "cannot make a temporary directory"
scenarios=
active_run=

# JSON on standard input becomes one line per value: its path, a tab, the value ("{" or "[" where an
# object or array begins).
flatten() {
  grep -oE '"([^"\\]|\\.)*"|[][{},:]|[^][{},:"[:space:]]+' | awk '
    function plain(token) { return token ~ /^"/ ? substr(token, 2, length(token) - 2) : token }
    function path(  text, level) {
      for (level = 1; level <= depth; level++)
        text = text (level > 1 ? "." : "") (kind[level] == "[" ? at[level] : key[level])
      return text
    }
    $0 == "{" || $0 == "[" {
      if (depth > 0) print path() "\t" $0
      depth++; kind[depth] = $0; at[depth] = 0; atKey[depth] = $0 == "{"
      next
    }
    $0 == "}" || $0 == "]" { depth--; next }
    $0 == "," { if (kind[depth] == "[") at[depth]++; else atKey[depth] = 1; next }
    $0 == ":" { atKey[depth] = 0; next }
    atKey[depth] { key[depth] = plain($0); next }
    { print path() "\t" plain($0) }'
}

# call METHOD PATH [BODY]: the answer's status in $status, its values for `field`.
call() {
  if [ $# -gt 2 ]; then
    status=$(printf '%s' "$3" | curl -s -o "$scratch/answer.json" -w '%{http_code}' --max-time 15 \
      -X "$1" -H 'Content-Type: application/json' -H 'X-User-Id: test-platform' \
      --data-binary @- "$BASE_URL$2") || status=000
  else
    status=$(curl -s -o "$scratch/answer.json" -w '%{http_code}' --max-time 15 \
      -X "$1" -H 'X-User-Id: test-platform' "$BASE_URL$2") || status=000
  fi
  [ "$status" = 000 ] && : >"$scratch/answer.json"
  flatten <"$scratch/answer.json" >"$scratch/answer"
}

field() {
  awk -F '\t' -v path="$1" '$1 == path { print $2; exit }' "$scratch/answer"
}

# The names and values below a path, "a: 1, b: 2".
fields_below() {
  awk -F '\t' -v path="$1." 'index($1, path) == 1 && $2 !~ /^[{[]$/ {
    printf "%s%s: %s", (n++ ? ", " : ""), substr($1, length(path) + 1), $2
  }' "$scratch/answer"
}

has_ended() {
  case $1 in COMPLETED | STOPPED | FAILED) return 0 ;; *) return 1 ;; esac
}

# Stops what still runs and deletes the scenarios this script has made.
clean_up() {
  trap '' INT TERM
  if [ -n "$active_run" ]; then
    call POST "/api/v1/runs/$active_run/stop"
    tries=0
    while [ $tries -lt 20 ]; do
      call GET "/api/v1/runs/$active_run"
      if [ "$status" != 200 ] || has_ended "$(field state)"; then break; fi
      tries=$((tries + 1))
      sleep 1
    done
  fi
  for id in $scenarios; do
    call DELETE "/api/v1/scenarios/$id"
    [ "$status" = 204 ] || echo "test-platform: scenario $id could not be deleted ($status)" >&2
  done
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

wait_until_ready() {
  waited=0
  while :; do
    call GET /ready
    [ "$status" = 200 ] && return
    if [ "$waited" -ge "$WAIT_SECONDS" ]; then
      [ "$status" = 000 ] && die "nothing answers at $BASE_URL; is the platform running?"
      die "$BASE_URL was not ready within $WAIT_SECONDS s: $(field detail)"
    fi
    waited=$((waited + 1))
    sleep 1
  done
}

profile_json() {
  case $1 in
  CONSTANT) echo '{"type":"CONSTANT","initialRps":50}' ;;
  RAMP) echo '{"type":"RAMP","initialRps":10,"targetRps":100,"rampUpSeconds":3}' ;;
  BURST) echo '{"type":"BURST","initialRps":20,"bursts":[{"startSecond":2,"durationSeconds":1,"rps":150}]}' ;;
  SPIKE) echo '{"type":"SPIKE","initialRps":20,"spikeRps":200,"spikeStartSecond":2,"spikeDurationSeconds":2}' ;;
  esac
}

scenario_json() {
  cat <<JSON
{"name":"test-platform $1","targetUrl":"$TARGET_URL/v1/sms/send","method":"POST",
 "headers":{"Content-Type":"application/json","X-Api-Key":"enterprise-key","X-Auth-User-Id":"enterprise-1"},
 "body":{"to":"+14155550123","text":"test-platform"},
 "durationSeconds":$DURATION_SECONDS,"numWorkers":$workers,"gracefulStopSeconds":5,
 "loadProfile":$(profile_json "$1")}
JSON
}

problem() {
  problems="${problems}  $profile: $*
"
}

# expect WHAT ACTUAL EXPECTED
expect() {
  [ "$2" = "$3" ] || problem "$1 is \"$2\" and should be \"$3\""
}

# Reads the live statistics of the scenario and checks that every field is there.
check_stats() {
  call GET "/api/v1/scenarios/$scenario/stats/realtime?lastNSeconds=30"
  if [ "$status" != 200 ]; then
    problem "stats/realtime ($1) answered $status"
    return 1
  fi
  for name in $STATS_FIELDS; do
    [ -n "$(field "$name")" ] || problem "stats/realtime ($1) has no $name"
  done
  expect "stats/realtime's runId ($1)" "$(field runId)" "$run"
}

# Follows the run to its end; the last answer of GET /runs/{id} stays for `field`.
follow() {
  seen_running=0
  waited=0
  while :; do
    call GET "/api/v1/runs/$run"
    if [ "$status" != 200 ]; then
      problem "GET /api/v1/runs/$run answered $status"
      return 1
    fi
    state=$(field state)
    if has_ended "$state" && [ "$(field endedAt)" != null ]; then return 0; fi
    if [ "$state" = RUNNING ]; then
      check_stats running && seen_running=1
    fi
    if [ "$waited" -ge "$RUN_LIMIT_SECONDS" ]; then
      problem "the run has not ended within $RUN_LIMIT_SECONDS s, it is $state"
      return 1
    fi
    waited=$((waited + 1))
    sleep 1
  done
}

# One late second in five makes a run INVALID. That tells of a busy machine, not of a broken
# platform, so it is shown and does not fail; every other reason does.
check_validity() {
  reasons=$(awk -F '\t' 'index($1, "verdict.reasons.") == 1 { print $2 }' "$scratch/answer")
  [ -n "$reasons" ] || return 0
  notes="${notes}$(printf '%s\n' "$reasons" | sed "s/^/  $profile: /")
"
  if [ "$validity" = INVALID ] && printf '%s\n' "$reasons" | grep -qv '^lateness '; then
    problem "the run is INVALID"
  fi
}

check_ended_run() {
  expect "the run's state" "$state" COMPLETED
  [ "$seen_running" = 1 ] || problem "the run was never seen RUNNING"
  scheduled=$(field ledger.scheduled)
  started=$(field ledger.started)
  dropped=$(field ledger.dropped)
  lost=$(field ledger.lost)
  sent=$(field summary.requests.sent)
  expect "the number of scheduled arrivals" "$scheduled" "$planned"
  expect "started + dropped + lost" "$((started + dropped + lost))" "$scheduled"
  expect "the number of requests sent" "$sent" "$started"
  failed=$(field summary.requests.failed)
  if [ "${failed:-0}" != 0 ]; then
    problem "$failed of $sent requests failed (status $(fields_below summary.statusCodes);" \
      "errors $(fields_below summary.errors)); can the workers reach $TARGET_URL?"
  fi
  validity=$(field verdict.validity)
  ended=$(($(field ledger.ok) + $(field ledger.failed) + $(field ledger.neutral)))
  expect "ok + failed + neutral + interrupted" "$((ended + $(field ledger.interrupted)))" "$started"
  check_validity
  rate=$(field summary.rps)
  p95=$(field summary.response.p95)
  success=$(field summary.successRate)
  check_stats ended && expect "stats/realtime's totalRequests (ended)" "$(field totalRequests)" "$sent"
}

run_profile() {
  document=$(scenario_json "$profile")
  call POST /api/v1/scenarios/preview "$document"
  if [ "$status" != 200 ]; then
    problem "POST /api/v1/scenarios/preview answered $status: $(field detail) $(fields_below errors)"
    return
  fi
  planned=$(field totalIterations)
  call POST /api/v1/scenarios "$document"
  if [ "$status" != 201 ]; then
    problem "POST /api/v1/scenarios answered $status: $(field detail) $(fields_below errors)"
    return
  fi
  scenario=$(field id)
  run=$(field runId)
  scenarios="$scenarios $scenario"
  if [ -z "$run" ]; then
    problem "POST /api/v1/scenarios answered no runId"
    return
  fi
  active_run=$run
  if follow; then
    active_run=
    check_ended_run
  fi
}

row() {
  printf '%-10s %8s %8s %8s %9s %9s  %-9s %s\n' "$@"
}

wait_until_ready
workers=$(field workers)
[ "$workers" -le 10 ] || workers=10
echo "$BASE_URL is ready; the target is $TARGET_URL, workers: $workers"
row profile planned started rate/s 'p95 ms' success validity result
all_problems=
notes=
for profile in CONSTANT RAMP BURST SPIKE; do
  problems=
  planned=- started=- rate=- p95=- success=- validity=-
  run_profile
  result=ok
  [ -z "$problems" ] || result=FAILED
  row "$profile" "$planned" "$started" "$rate" "$p95" "$success%" "$validity" "$result"
  all_problems=$all_problems$problems
  # A run that does not end would hold the workers that the next one needs.
  [ -z "$active_run" ] || break
done

if [ -n "$notes" ]; then printf 'reasons of the validity:\n%s' "$notes"; fi
if [ -n "$all_problems" ]; then
  printf 'test-platform: failed\n%s' "$all_problems" >&2
  exit 1
fi
echo "all profiles passed"
