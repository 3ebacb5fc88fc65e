#!/usr/bin/env bash
# The rights that Shoal needs on a secured Kafka, one kafka-acls call each. Without --apply they are only printed.
# Made by deploy/rights.py from deploy/rights.json: change that, not this.
#
#     deploy/acls.sh run User:shoal                        for `shoal run`
#     deploy/acls.sh publish User:shoal-publisher          for `shoal publish`
#     deploy/acls.sh changes User:shoal-reader             for `shoal changes` and ShoalClient
#     deploy/acls.sh replay User:shoal-replayer            for `shoal replay`
#     deploy/acls.sh verify User:shoal-verifier            for `shoal verify` and `shoal diff --recorded`
#     deploy/acls.sh explain User:shoal-explainer          for `shoal explain`
#     deploy/acls.sh topics User:shoal-operator            for `shoal topics create` and `describe`
#     deploy/acls.sh status User:shoal-monitor             for `shoal status`
#     deploy/acls.sh dead-letters User:shoal-dead-letters  for `shoal dead-letters list` and `resubmit`
#     deploy/acls.sh reset User:shoal-reset                for `shoal reset`
#     deploy/acls.sh run User:shoal --apply --bootstrap-server broker:9092 --command-config admin.properties
#
# Names that differ from the defaults come from APPLICATION, INPUT, OUTPUT, DEAD_LETTERS, MEMBERS, PUBLISH_TO;
# another kafka-acls from KAFKA_ACLS. Read and Write imply Describe. Before Kafka 2.8 producers need IdempotentWrite on the
# cluster, too.
set -euo pipefail

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 64; }

[ $# -ge 2 ] || usage
role=$1 principal=$2
shift 2
apply=
if [ "${1:-}" = --apply ]; then apply=yes; shift; fi

application=${APPLICATION:-shoal}
input=${INPUT:-watch-events}
output=${OUTPUT:-cluster-changes}
dead_letters=${DEAD_LETTERS:-$input-dead-letters}
members=${MEMBERS:-}
publish_to=${PUBLISH_TO:-}
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
    # The watch events.
    allow --operation Read --topic "$input"
    # What instances tell each other, and what a restart begins with.
    allow --operation Read --operation Write --topic "$application-deltas" --topic "$application-models" \
        --topic "$application-state"
    # The state topic has to be compacted, which is looked at before anything is written to it.
    allow --operation DescribeConfigs --topic "$application-state"
    # What comes out; no instance reads it.
    allow --operation Write --topic "$output" --topic "$dead_letters" ${members:+--topic "$members"}
    # To be a member of the group, and to commit positions.
    allow --operation Read --group "$application"
    # One transactional id an instance: the application's id, a dash, the instance's id.
    allow --operation Write --transactional-id "$application-" --resource-pattern-type prefixed
    ;;
publish)
    # The watch events; before Kafka 2.8 producers need IdempotentWrite on the cluster, too.
    allow --operation Write --topic "$input"
    ;;
changes)
    # The cluster changes; it is in no group.
    allow --operation Read --topic "$output"
    ;;
replay)
    # The watch events; it is in no group.
    allow --operation Read --topic "$input"
    # The changes, where they are wanted in a topic; before Kafka 2.8 IdempotentWrite on the cluster, too.
    [ -z "$publish_to" ] || allow --operation Write ${publish_to:+--topic "$publish_to"}
    ;;
verify)
    # What the run has read, and what it has published.
    allow --operation Read --topic "$input" --topic "$output" --topic "$application-models"
    # The positions that the group has committed; it is not joined.
    allow --operation Describe --group "$application"
    ;;
explain)
    # The run is played again up to where the member moved; it is in no group.
    allow --operation Read --topic "$input" --topic "$application-models"
    # The change that `--change` names; `--viewer` and `--member` do without it.
    allow --operation Read --topic "$output"
    ;;
topics)
    # Topics are made where they are missing, and looked at.
    allow --operation Create --operation Describe --operation DescribeConfigs --topic "$input" --topic "$output" \
        --topic "$dead_letters" --topic "$application-deltas" --topic "$application-models" \
        --topic "$application-state" ${members:+--topic "$members"}
    ;;
status)
    # Who is in the group, and what it has committed.
    allow --operation Describe --group "$application"
    # Event times at both ends of the lag, the last model, who holds the next one back, when state was written.
    allow --operation Read --topic "$input" --topic "$application-deltas" --topic "$application-models" \
        --topic "$application-state"
    # How many there are.
    allow --operation Describe --topic "$dead_letters"
    ;;
dead-letters)
    # They are read, and what was resubmitted is noted beside them.
    allow --operation Read --operation Write --topic "$dead_letters"
    # Dead letters are sent there again; `list` does without it.
    allow --operation Write --topic "$input"
    # The record and the note on it are one transaction; `list` does without it.
    allow --operation Write --transactional-id "$application--resubmit"
    ;;
reset)
    # It is refused while somebody is in the group, which is deleted then with its positions.
    allow --operation Delete --group "$application"
    # The state topic gets as many partitions; the input itself is not touched.
    allow --operation Describe --topic "$input"
    # Topics are deleted and created again as they were; the last three only where options name them.
    allow --operation Create --operation Delete --operation DescribeConfigs --topic "$application-deltas" \
        --topic "$application-models" --topic "$application-state" --topic "$output" --topic "$dead_letters" \
        ${members:+--topic "$members"}
    ;;
*) usage ;;
esac
