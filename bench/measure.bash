# What the benchmarks share: where things are, how a run is measured, how a table is printed. Sourced, not run.
#
# One measurement is one fresh process, bound to as many CPUs as it has threads; the fastest of several counts.
# Time is wall-clock time of the whole process, memory its peak resident size (GNU time's). MB = 10^6 bytes.
# shellcheck shell=bash disable=SC2034  # results are left in variables for the caller
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 2; }

# The peers' scripts and their Python, or empty. QUERN_PEERS is the folder they were installed in.
find_peers() {
  peers_kit=${QUERN_PEERS_KIT:-../shared/peers}
  peers_folder=${QUERN_PEERS:-$HOME/.cache/quern-peers}
  peers_texts=work/train  # in it: what the trainers were given
  peers_python=$peers_folder/venv/bin/python
  if [ ! -e "$peers_kit/encode.py" ] || [ ! -x "$peers_python" ]; then
    echo "no peers: set QUERN_PEERS_KIT to their scripts and QUERN_PEERS to where they are installed" >&2
    peers_kit=""
  fi
}

# The last N of the CPUs this process may use, as taskset wants them: the first usually takes the interrupts.
last_cpus() {
  taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' | awk -F- -v n="$1" '
    { for (i = $1; i <= $NF; ++i) cpu[++count] = i }
    END {
      for (i = (count > n ? count - n + 1 : 1); i <= count; ++i) list = list (list == "" ? "" : ",") cpu[i]
      print list
    }'
}

# measure REPEAT THREADS COMMAND…: sets seconds and peak_mib (of the fastest run). The command's output goes nowhere.
measure() {
  local repeat=$1 cpus begin end took
  cpus=$(last_cpus "$2")
  shift 2
  seconds="" peak_mib=""
  for ((; repeat > 0; --repeat)); do
    begin=$EPOCHREALTIME
    taskset -c "$cpus" /usr/bin/time -o "$scratch/time" -f %M "$@" >/dev/null 2>"$scratch/stderr" </dev/null || {
      cat "$scratch/stderr" >&2
      die "failed: $*"
    }
    end=$EPOCHREALTIME
    took=$(awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.6f", b - a }')
    if [ -z "$seconds" ] || awk -v a="$took" -v b="$seconds" 'BEGIN { exit !(a < b) }'; then
      seconds=$took
      peak_mib=$(awk '{ printf "%.1f", $1 / 1024 }' "$scratch/time")
    fi
  done
}

# json_rows FIELD…: one line of tab-separated fields for each object of flat JSON lines; "-" where there is none.
json_rows() {
  awk -v fields="$*" '
    BEGIN { count = split(fields, field, " ") }
    {
      for (i = 1; i <= count; ++i) {
        value = "-"
        if (match($0, "\"" field[i] "\": (\"[^\"]*\"|[^,}]*)")) {
          value = substr($0, RSTART + length(field[i]) + 4, RLENGTH - length(field[i]) - 4)
          gsub(/"/, "", value)
          if (value == "null" || value == "") value = "-"
        }
        printf "%s%s", value, i < count ? "\t" : "\n"
      }
    }'
}

# Aligns tab-separated lines: the first column to the left, the others to the right.
align() {
  awk -F'\t' '
    { for (i = 1; i <= NF; ++i) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } columns[NR] = NF }
    END {
      for (r = 1; r <= NR; ++r) {
        for (i = 1; i <= columns[r]; ++i) printf i == 1 ? "%-" width[i] "s" : "  %" width[i] "s", cell[r, i]
        print ""
      }
    }'
}

# What a reader must know to judge the figures. No names of hosts or folders.
machine_facts() {
  local model memory
  model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
  memory=$(awk '/^MemTotal:/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)
  echo "$("$QUERN" --version | head -1); ${model:-$(uname -m)}, $(nproc) CPUs, $memory GiB; $(. /etc/os-release && echo "$PRETTY_NAME")"
  echo "load average before: $(cut -d' ' -f1 /proc/loadavg) (above the number of threads in use, figures are noise)"
}

# report NAME SAVE: copies stdin to stdout, and to bench/results when SAVE is 1.
report() {
  if [ "$2" = 1 ]; then
    local file
    file=bench/results/$(date -u +%Y-%m-%d)-$1.txt
    mkdir -p bench/results
    tee "$file"
    echo "saved as $file"
  else
    cat
  fi
}
