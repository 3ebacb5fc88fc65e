#!/usr/bin/env bash
# The rights that Shoal needs on a secured Kafka, one kafka-acls call each. Without --apply they are only printed.
#
#     deploy/acls.sh ROLE[,ROLE...] PRINCIPAL [--apply [OPTION OF KAFKA-ACLS...]]
#
# Made by deploy/rights.py from deploy/rights.json: change that, not this.
#
#     deploy/acls.sh run User:shoal                        for `shoal run`
#     deploy/acls.sh publish User:shoal-publisher          for `shoal publish`
#     deploy/acls.sh changes User:shoal-reader             for `shoal changes` and ShoalClient
#     deploy/acls.sh replay User:shoal-replayer            for `shoal replay`, and `shoal disclosure` of the input
#     deploy/acls.sh verify User:shoal-verifier            for `shoal verify` and `shoal diff --recorded`
#     deploy/acls.sh explain User:shoal-explainer          for `shoal explain`
#     deploy/acls.sh erase User:shoal-eraser               for `shoal erase`
#     deploy/acls.sh pseudonym User:shoal-joiner           for `shoal pseudonym`, which needs no other topic
#     deploy/acls.sh label User:shoal-labels               for `shoal label`
#     deploy/acls.sh audit User:shoal-auditor              for `shoal audit-log verify`
#     deploy/acls.sh topics User:shoal-operator            for `shoal topics create` and `describe`
#     deploy/acls.sh status User:shoal-monitor             for `shoal status`
#     deploy/acls.sh dead-letters User:shoal-dead-letters  for `shoal dead-letters list` and `resubmit`
#     deploy/acls.sh reset User:shoal-reset                for `shoal reset`
#     deploy/acls.sh topics,run User:shoal --apply --bootstrap-server broker:9092 --command-config admin.properties
#
# Names that differ from the defaults come from APPLICATION, INPUT, OUTPUT, DEAD_LETTERS, MEMBERS, CLUSTERS, LABELS, OPT_OUT, AUDIT, PUBLISH_TO;
# another kafka-acls from KAFKA_ACLS. Read and Write imply Describe. Before Kafka 2.8 producers need IdempotentWrite on the
# cluster, too.
set -euo pipefail

usage() { sed -n '2,/^set /s/^# \{0,1\}//p' "$0" >&2; exit 64; }

[ $# -ge 2 ] || usage
IFS=, read -ra roles <<< "$1"
principal=$2
shift 2
apply=
if [ "${1:-}" = --apply ]; then apply=yes; shift; fi

application=${APPLICATION:-shoal}
input=${INPUT:-watch-events}
output=${OUTPUT:-cluster-changes}
dead_letters=${DEAD_LETTERS:-$input-dead-letters}
members=${MEMBERS:-}
clusters=${CLUSTERS:-}
labels=${LABELS:-}
opt_out=${OPT_OUT:-}
audit=${AUDIT:-}
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

grant() {
    case $1 in
    run)
        # The watch events.
        allow --operation Read --topic "$input"
        # Internal topics: epoch deltas, models and state.
        allow --operation Read --operation Write --topic "$application-deltas" --topic "$application-models" \
            --topic "$application-state"
        # Before it writes, the instance checks that the state topic is compacted.
        allow --operation DescribeConfigs --topic "$application-state"
        # Cluster changes and dead letters; instances only write them.
        allow --operation Write --topic "$output" --topic "$dead_letters" ${members:+--topic "$members"} \
            ${clusters:+--topic "$clusters"}
        # The viewers whose events are dropped.
        [ -z "$opt_out" ] || allow --operation Read ${opt_out:+--topic "$opt_out"}
        # Group membership and committed offsets.
        allow --operation Read --group "$application"
        # One transactional id per instance: APPLICATION-INSTANCE.
        allow --operation Write --transactional-id "$application-" --resource-pattern-type prefixed
        # Only with `api.listen`: labels of clusters.
        [ -z "$labels" ] || allow --operation Read ${labels:+--topic "$labels"}
        # Only for lookups by the API: the heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    publish)
        # The watch events; before Kafka 2.8, producers also need IdempotentWrite on the cluster.
        allow --operation Write --topic "$input"
        ;;
    changes)
        # The cluster changes; the command joins no group.
        allow --operation Read --topic "$output"
        # Only for `--member`: the heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    replay)
        # The watch events; the command joins no group.
        allow --operation Read --topic "$input"
        # The changes, with --publish-to; before Kafka 2.8, producers also need IdempotentWrite on the cluster.
        [ -z "$publish_to" ] || allow --operation Write ${publish_to:+--topic "$publish_to"}
        # Only for `--members`: the heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    verify)
        # The input of the run, and its output.
        allow --operation Read --topic "$input" --topic "$output" --topic "$application-models"
        # The committed offsets of the group; the command does not join it.
        allow --operation Describe --group "$application"
        # Only for `--without`: the heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    explain)
        # The run is replayed up to the move of the member; the command joins no group.
        allow --operation Read --topic "$input" --topic "$application-models"
        # Only for `--change`.
        allow --operation Read --topic "$output"
        # The heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    erase)
        # The record that erases a viewer; before Kafka 2.8, producers also need IdempotentWrite on the cluster.
        allow --operation Write --topic "$input"
        # Only for `--opt-out`: the list of viewers whose events are dropped.
        [ -z "$opt_out" ] || allow --operation Write ${opt_out:+--topic "$opt_out"}
        # The committed offsets of the group; the command does not join it.
        allow --operation Describe --group "$application"
        # Only for `--certify`: they are searched.
        allow --operation Read --topic "$input" --topic "$output" --topic "$dead_letters" \
            ${members:+--topic "$members"} --topic "$application-state"
        # Only for `--certify`: they are found.
        allow --operation Describe --topic "$application-deltas" --topic "$application-models"
        # Only for `--certify`: how long records remain.
        allow --operation DescribeConfigs --topic "$input" --topic "$output" --topic "$dead_letters" \
            ${members:+--topic "$members"} --topic "$application-state" --topic "$application-deltas" \
            --topic "$application-models"
        # The heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    pseudonym)
        # The heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    label)
        # The clusters that have labels; the command joins no group.
        [ -z "$clusters" ] || allow --operation Read ${clusters:+--topic "$clusters"}
        # Labels are read, proposed, approved and removed; `--list` needs only Read.
        [ -z "$labels" ] || allow --operation Read --operation Write ${labels:+--topic "$labels"}
        # The heads of the audit log; not needed for `--list`.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    audit)
        # The heads of the audit log; the command joins no group.
        [ -z "$audit" ] || allow --operation Read ${audit:+--topic "$audit"}
        ;;
    topics)
        # Missing topics are created, and existing ones are described.
        allow --operation Create --operation Describe --operation DescribeConfigs --topic "$input" --topic "$output" \
            --topic "$dead_letters" --topic "$application-deltas" --topic "$application-models" \
            --topic "$application-state" ${members:+--topic "$members"} ${clusters:+--topic "$clusters"} \
            ${labels:+--topic "$labels"} ${opt_out:+--topic "$opt_out"} ${audit:+--topic "$audit"}
        ;;
    status)
        # Members and committed offsets of the group.
        allow --operation Describe --group "$application"
        # Event times, the last model, the partitions that delay the next model, and the age of snapshots.
        allow --operation Read --topic "$input" --topic "$application-deltas" --topic "$application-models" \
            --topic "$application-state"
        # The number of dead letters.
        allow --operation Describe --topic "$dead_letters"
        ;;
    dead-letters)
        # Dead letters are read, and resubmissions are recorded.
        allow --operation Read --operation Write --topic "$dead_letters"
        # Dead letters are sent to the input again; not needed for `list`.
        allow --operation Write --topic "$input"
        # The record and the record of its resubmission are one transaction; not needed for `list`.
        allow --operation Write --transactional-id "$application--resubmit"
        # Only for `list --show-content`: the heads of the audit log.
        [ -z "$audit" ] || allow --operation Write ${audit:+--topic "$audit"}
        ;;
    reset)
        # The group is deleted with its offsets; a group with members is refused.
        allow --operation Delete --group "$application"
        # The state topic gets as many partitions as the input, which is not changed.
        allow --operation Describe --topic "$input"
        # Topics are deleted and recreated; the last four only if options name them.
        allow --operation Create --operation Delete --operation DescribeConfigs --topic "$application-deltas" \
            --topic "$application-models" --topic "$application-state" --topic "$output" --topic "$dead_letters" \
            ${members:+--topic "$members"} ${clusters:+--topic "$clusters"}
        ;;
    esac
}

[ ${#roles[@]} -gt 0 ] || usage
# A mistake in the last role grants nothing of the first.
for role in "${roles[@]}"; do
    case $role in
    run | publish | changes | replay | verify | explain | erase | pseudonym | label | audit | topics | status | dead-letters | reset) ;;
    *) echo "acls.sh: $role is no role" >&2; usage ;;
    esac
done
for role in "${roles[@]}"; do
    grant "$role"
    [ -z "$apply" ] || echo "$principal has the rights of $role"
done
