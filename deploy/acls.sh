#!/usr/bin/env bash
# The rights that Shoal needs on a secured Kafka, one kafka-acls call each. Without --apply they are only printed.
#
#     deploy/acls.sh run User:shoal                     what `shoal run` needs
#     deploy/acls.sh publish User:player                what `shoal publish` needs
#     deploy/acls.sh changes User:reader                what `shoal changes` and ShoalClient need
#     deploy/acls.sh topics User:operator               what `shoal topics create` and `describe` need
#     deploy/acls.sh run User:shoal --apply --bootstrap-server broker:9092 --command-config admin.properties
#
# Names that differ from the defaults come from APPLICATION, INPUT, OUTPUT, DEAD_LETTERS, MEMBERS; another kafka-acls
# from KAFKA_ACLS. Read and Write imply Describe. Before Kafka 2.8 producers need IdempotentWrite on the cluster, too.
set -euo pipefail

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 64; }

[ $# -ge 2 ] || usage
role=$1 principal=$2
shift 2
apply=
if [ "${1:-}" = --apply ]; then apply=yes; shift; fi

application=${APPLICATION:-shoal}
input=${INPUT:-watch-events}
output=${OUTPUT:-cluster-changes}
dead=${DEAD_LETTERS:-$input-dead-letters}
kafka_acls=${KAFKA_ACLS:-kafka-acls.sh}
connection=("$@")

allow() {
    local call=(--add --allow-principal "$principal" "$@")
    if [ -n "$apply" ]; then
        # The command may be more than one word.
        # shellcheck disable=SC2086
        $kafka_acls "${connection[@]}" "${call[@]}" > /dev/null
    else
        echo "$kafka_acls${connection[*]:+ ${connection[*]}} ${call[*]}"
    fi
}

case $role in
run)
    allow --operation Read --topic "$input"
    allow --operation Read --operation Write --topic "$application-deltas" --topic "$application-models" \
        --topic "$application-state"
    allow --operation DescribeConfigs --topic "$application-state"
    allow --operation Write --topic "$output" --topic "$dead" ${MEMBERS:+--topic "$MEMBERS"}
    allow --operation Read --group "$application"
    # One transactional id an instance: the application's id, a dash, the instance's id.
    allow --operation Write --transactional-id "$application-" --resource-pattern-type prefixed
    ;;
publish)
    allow --operation Write --topic "$input"
    ;;
changes)
    allow --operation Read --topic "$output"
    ;;
topics)
    topics=()
    for topic in "$input" "$output" "$dead" "$application-deltas" "$application-models" "$application-state" \
        ${MEMBERS:+"$MEMBERS"}; do
        topics+=(--topic "$topic")
    done
    allow --operation Create --operation Describe --operation DescribeConfigs "${topics[@]}"
    ;;
*) usage ;;
esac
