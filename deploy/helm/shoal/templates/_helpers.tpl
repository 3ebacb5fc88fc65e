{{- define "shoal.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 52 characters: an instance's number, and the hash of a StatefulSet's revision, follow. */}}
{{- define "shoal.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "shoal.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "shoal.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "shoal.selectorLabels" -}}
app.kubernetes.io/name: {{ include "shoal.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "shoal.labels" -}}
{{ include "shoal.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "shoal.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "shoal.fullname" .) .Values.serviceAccount.name }}
{{- else }}{{ default "default" .Values.serviceAccount.name }}{{ end }}
{{- end }}

{{- define "shoal.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end }}
{{- end }}

{{/* Milliseconds of a duration as 100ms, 30s, 5m, 1h, 7d. */}}
{{- define "shoal.milliseconds" -}}
{{- $number := regexFind "^[0-9]+" . | int64 }}
{{- $unit := regexFind "[a-z]+$" . }}
{{- $factor := index (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000) $unit | int64 }}
{{- mul $number $factor }}
{{- end }}

{{/* A value as text: Helm reads every number as a floating one, and would write 16777216 as 1.6777216e+07. */}}
{{- define "shoal.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* Seconds that draining may take, rounded up. */}}
{{- define "shoal.drainSeconds" -}}
{{- $timeout := get .Values.config "shutdown.timeout" | default "30s" }}
{{- div (add (include "shoal.milliseconds" $timeout | int64) 999) 1000 }}
{{- end }}

{{- define "shoal.grace" -}}
{{- if .Values.terminationGracePeriodSeconds }}{{ .Values.terminationGracePeriodSeconds | int64 }}
{{- else }}{{ add (include "shoal.drainSeconds" .) 20 }}{{ end }}
{{- end }}

{{/* What the names in the list of rights stand for, as YAML. */}}
{{- define "shoal.names" -}}
{{- $input := get .Values.config "input.topic" | default "watch-events" }}
application: {{ get .Values.config "application.id" | default "shoal" | quote }}
input: {{ $input | quote }}
output: {{ get .Values.config "output.topic" | default "cluster-changes" | quote }}
dead-letters: {{ get .Values.config "dead-letters.topic" | default (printf "%s-dead-letters" $input) | quote }}
members: {{ get .Values.config "members.topic" | default "" | quote }}
clusters: {{ get .Values.config "clusters.topic" | default "" | quote }}
labels: {{ get .Values.config "labels.topic" | default "" | quote }}
opt-out: {{ get .Values.config "privacy.opt-out-topic" | default "" | quote }}
audit: {{ get .Values.config "audit.topic" | default "" | quote }}
publish-to: ""
{{- end }}

{{/* shoal.properties: one setting a line, sorted, with what is the chart's business. */}}
{{- define "shoal.properties" -}}
{{- $settings := dict "kafka.bootstrap.servers" .Values.bootstrapServers "http.listen" ":8080" "checkpoint.directory" "/var/lib/shoal" }}
{{- if .Values.api.enabled }}{{ $_ := set $settings "api.listen" ":8090" }}{{ end }}
{{- range $name, $value := .Values.config }}{{ $_ := set $settings $name (include "shoal.text" $value) }}{{ end }}
{{- range $name, $_ := .Values.secrets }}{{ $_ := set $settings $name (printf "/etc/shoal/secrets/%s" $name) }}{{ end }}
{{- if .Values.topicNames }}{{ $_ := set $settings "topics.file" "/etc/shoal/topics.txt" }}{{ end }}
{{- range $index, $name := keys $settings | sortAlpha }}
{{- if $index }}{{ "\n" }}{{ end }}
{{- $name }} = {{ get $settings $name | replace "\\" "\\\\" }}
{{- end }}
{{- end }}
