#!/usr/bin/env bash
# Makes the documentation of the public libraries with DocC, from the toolchain, in build/docs: a folder for each module, to be
# served by any HTTP server. ShoalSchemas and ShoalKafka declare types that ShoalClient uses under its own names.
source "$(dirname "$0")/common.sh"

docs=build/docs
graphs=$docs/.graphs
rm -rf "$docs"
mkdir -p "$graphs"
# The compiler writes the symbols of each module that it compiles, so nothing may be up to date.
for product in ShoalClient ShoalTesting; do
    swift build --scratch-path "$docs/.build" --target "$product" --quiet \
        -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs"
done
for module in ShoalClient ShoalTesting ShoalSchemas ShoalKafka; do
    mkdir "$graphs/$module"
    mv "$graphs/$module".symbols.json "$graphs/$module"
    docc convert --additional-symbol-graph-dir "$graphs/$module" --fallback-display-name "$module" \
        --fallback-bundle-identifier "shoal.$module" --transform-for-static-hosting --hosting-base-path "$module" \
        --output-path "$docs/$module"
    echo "$docs/$module/documentation/${module,,}/index.html"
done
rm -rf "$docs/.build" "$graphs"
