#!/usr/bin/env bash
# Makes the picture of the README: docs/images/replay.png, the first screen of the page that `shoal replay --html` writes.
#
# The events are made up, so the picture shows no data of anybody. It needs the program (`make program`), or PROGRAM=FILE.
source "$(dirname "$0")/common.sh"

program=$(realpath "${PROGRAM:-.build/release/shoal}")
scripts/packages.sh chromium fonts-dejavu-core
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/script.txt" << 'END'
24 birth 0.08
48 split 3
72 merge 5 6 over 8
96 silence 7
END
"$program" simulate "$work/demo.ndjson.gz" --script "$work/script.txt" --viewers 4000 --archetypes 10 --epochs 144 --rate 2 \
    --seed 8 --topics-file "$work/topics.txt" > /dev/null
"$program" replay "$work/demo.ndjson.gz" --set "topics.file=$work/topics.txt" --set clusters.seed-members=800 \
    --set clusters.initial=8 --set member.ttl=12h --set profile.half-life=12h --set privacy.min-cluster-size=20 \
    --html "$work/demo.html" > /dev/null
mkdir -p docs/images
# Chromium's sandbox needs a user other than root.
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --window-size=1280,755 \
    --screenshot="$PWD/docs/images/replay.png" "file://$work/demo.html" 2> /dev/null
ls -l docs/images/replay.png
