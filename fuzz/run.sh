#!/usr/bin/env bash
# Runs targets one after the other: fuzz/run.sh [SECONDS [TARGET…]]. Stops at the first finding.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(html dump json warc archive charset repair query search)

declare -A dictionary=([html]=html [dump]=text [json]=archive [warc]=archive [archive]=archive [charset]=text
    [repair]=text [query]=query [search]=query)
# A page may be long, a query is not. Every input has ten seconds and a gigabyte, in a build many times slower than a release.
declare -A longest=([query]=1024 [search]=1024)
for target in "${targets[@]}"; do
    cargo +nightly fuzz run "$target" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -max_len="${longest[$target]:-65536}" -dict="fuzz/dict/${dictionary[$target]}.dict" -print_final_stats=1
done
