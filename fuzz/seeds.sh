#!/usr/bin/env bash
# Makes the seeds of all targets (fuzz/corpus/TARGET) from the sample articles, so that fuzzing starts from real input.
set -euo pipefail
cd "$(dirname "$0")"
samples=../corpus

# seed TARGET FIRST-BYTE FILE…: some targets take a choice from the first byte.
seed() {
    local target=$1 first=$2 file
    shift 2
    mkdir -p "corpus/$target"
    for file in "$@"; do
        { printf '%b' "$first"; cat "$file"; } >"corpus/$target/seed-$(basename "$file")"
    done
}

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
tar -C "$samples" -cf "$work/a.tar" pages/2008-mingong-fanxiang.html dumps/2012-mianfang-anzhifei.txt
gzip -kn "$work/a.tar"
gzip -c "$samples/list.html" >"$work/list.html.gz"
gzip -dc "$samples/crawl.warc.gz" >"$work/crawl.warc"
python3 - "$samples" "$work/a.zip" <<'PYTHON'
import sys, zipfile
samples, out = sys.argv[1:]
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
    for name in ["pages/2009-gonghui-zhixuan.html", "dumps/2010-tinggong-tongchuan.txt", "crawl.warc.gz"]:
        archive.write(f"{samples}/{name}", name)
PYTHON
head -n 3 "$samples/export.jsonl" >"$work/export.jsonl"
split -l 1 -a 4 "$work/export.jsonl" "$work/object-"

seed html '\0' "$samples"/pages/*.html "$samples/list.html"
seed dump '\0' "$samples"/dumps/*.txt "$samples"/damaged/*.txt
seed json '\0' "$work"/object-*
seed warc '' "$work/crawl.warc" "$samples/crawl.warc.gz"
seed archive '\1' "$work/a.zip"
seed archive '\2' "$work/a.tar"
seed archive '\3' "$work/a.tar.gz"
seed archive '\5' "$work/export.jsonl"
seed archive '\7' "$work/list.html.gz"
seed charset '\2' "$samples"/pages/*.html
seed repair '' "$samples"/damaged/*.txt "$samples"/dumps/2008*.txt
for target in query search; do
    mkdir -p "corpus/$target"
    split -l 1 -a 4 dict/queries.txt "corpus/$target/seed-"
done
