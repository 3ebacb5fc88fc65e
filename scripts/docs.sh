#!/usr/bin/env bash
# Makes the documentation of the public libraries with DocC, from the toolchain, in build/docs: a folder for each module, to be
# served by any HTTP server. ShoalSchemas and ShoalKafka declare types that ShoalClient uses under its own names.
source "$(dirname "$0")/common.sh"

docs=build/docs
modules=(ShoalClient ShoalTesting ShoalSchemas ShoalKafka)
rm -rf "$docs"
for module in "${modules[@]}"; do
    # A module that is up to date would leave no symbol graph, so each has a build directory of its own.
    graphs=$docs/.graphs/$module
    mkdir -p "$graphs/all"
    swift build --scratch-path "$docs/.build" --target "$module" --quiet \
        -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$docs/.graphs/all"
    mv "$docs/.graphs/all/$module"*.symbols.json "$graphs"
    docc convert --additional-symbol-graph-dir "$graphs" --fallback-display-name "$module" \
        --fallback-bundle-identifier "shoal.$module" --transform-for-static-hosting --hosting-base-path "$module" \
        --output-path "$docs/$module"
    echo "$docs/$module/documentation/${module,,}/index.html"
done
rm -rf "$docs/.build" "$docs/.graphs"
