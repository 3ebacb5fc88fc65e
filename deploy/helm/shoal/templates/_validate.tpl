{{/* What no schema can tell: each mistake says which value, and what to do. */}}
{{- define "shoal.validate" -}}
{{- $problems := list }}
{{- if not .Values.bootstrapServers }}
{{- $problems = append $problems "bootstrapServers is not set: name your brokers, as kafka-bootstrap:9092" }}
{{- else }}
{{- range splitList "," .Values.bootstrapServers }}
{{- if not (regexMatch "^([A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}$" .) }}
{{- $problems = append $problems (printf "bootstrapServers: %q is no HOST:PORT, as kafka-bootstrap:9092" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- if not (hasKey .Values.secrets "privacy.key-file") }}
{{- $problems = append $problems "secrets has no privacy.key-file: pseudonyms need a key; `openssl rand -hex 32 | kubectl create secret generic shoal-key --from-file=shoal.key=/dev/stdin` makes one" }}
{{- end }}
{{- if and .Values.api.enabled (not (hasKey .Values.secrets "api.access-file")) (not (get .Values.config "api.oidc.issuer")) }}
{{- $problems = append $problems "api.enabled needs secrets.api.access-file, a file with access tokens, which `shoal access add` makes, or config.api.oidc.issuer" }}
{{- end }}
{{- $ours := dict "instance.id" "it is the pod's name" "kafka.bootstrap.servers" "it is bootstrapServers" "http.listen" "it is :8080" "api.listen" "see api" "api.access-file" "see secrets" "checkpoint.directory" "see checkpoints" "topics.file" "see topicNames" "privacy.key-file" "see secrets" }}
{{- range $name, $value := .Values.config }}
{{- if hasKey $ours $name }}
{{- $problems = append $problems (printf "config.%s: the chart sets it: %s" $name (get $ours $name)) }}
{{- else if and (regexMatch "(password|passphrase|secret|assertion|key\\.pem|jaas|token)" $name) (not (regexMatch "(\\.file|\\.location|\\.url)$" $name)) }}
{{- $problems = append $problems (printf "config.%s is a secret, and would stand in a ConfigMap: put it into a Secret, and name that as secrets.%s.file" $name $name) }}
{{- else if hasKey $.Values.secrets $name }}
{{- $problems = append $problems (printf "config.%s stands in secrets, too; leave one" $name) }}
{{- end }}
{{- end }}
{{- $drain := include "shoal.drainSeconds" . | int64 }}
{{- $grace := include "shoal.grace" . | int64 }}
{{- if lt $grace (add $drain 10) }}
{{- $problems = append $problems (printf "terminationGracePeriodSeconds %d is too short: shutdown.timeout is %d s, and 10 more are needed to leave" $grace $drain) }}
{{- end }}
{{- $most := ternary .Values.keda.maxReplicas .Values.replicaCount .Values.keda.enabled | int64 }}
{{- $what := ternary "keda.maxReplicas" "replicaCount" .Values.keda.enabled }}
{{- $partitions := list }}
{{- if .Values.createTopics.enabled }}{{ $partitions = append $partitions (list "createTopics.partitions" .Values.createTopics.partitions) }}{{ end }}
{{- if .Values.strimzi.topics.enabled }}{{ $partitions = append $partitions (list "strimzi.topics.partitions" .Values.strimzi.topics.partitions) }}{{ end }}
{{- range $partitions }}
{{- if gt $most (last . | int64) }}
{{- $problems = append $problems (printf "%s is %d, and %s %d: the instances beyond would have nothing to do, and the number of partitions is fixed for an application's life" $what $most (first .) (last . | int64)) }}
{{- end }}
{{- end }}
{{- if and .Values.createTopics.enabled .Values.strimzi.topics.enabled }}
{{- $problems = append $problems "createTopics.enabled and strimzi.topics.enabled: topics are made by one of them; leave one" }}
{{- end }}
{{- if and .Values.keda.enabled (gt (.Values.keda.minReplicas | int64) (.Values.keda.maxReplicas | int64)) }}
{{- $problems = append $problems (printf "keda.minReplicas %d is above keda.maxReplicas %d" (.Values.keda.minReplicas | int64) (.Values.keda.maxReplicas | int64)) }}
{{- end }}
{{- if and (or .Values.strimzi.topics.enabled .Values.strimzi.users.enabled) (not .Values.strimzi.cluster) }}
{{- $problems = append $problems "strimzi.cluster is not set: the name of the Kafka resource" }}
{{- end }}
{{- $roles := (.Files.Get "files/rights.json" | fromJson).roles }}
{{- range .Values.strimzi.users.roles }}
{{- if not (hasKey $roles .) }}
{{- $problems = append $problems (printf "strimzi.users.roles: there is no role %s, but %s" . (keys $roles | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
{{- if and .Values.prometheusRule.enabled (not (.Files.Get "files/shoal.rules.yaml")) }}
{{- $problems = append $problems "prometheusRule.enabled: this copy of the chart has no files/shoal.rules.yaml" }}
{{- end }}
{{- if and .Values.dashboard.enabled (not (.Files.Get "files/dashboard.json")) }}
{{- $problems = append $problems "dashboard.enabled: this copy of the chart has no files/dashboard.json" }}
{{- end }}
{{- if $problems }}{{ fail (printf "\n- %s\n" (join "\n- " $problems)) }}{{ end }}
{{- end }}
