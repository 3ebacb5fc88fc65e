{{/* What every container of a pod has. */}}
{{- define "shoal.container" -}}
env:
  # The same after every restart: static membership, and the transactional id, hang on it.
  - name: SHOAL_INSTANCE_ID
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: config
    mountPath: /etc/shoal/shoal.properties
    subPath: shoal.properties
    readOnly: true
  {{- if .Values.topicNames }}
  - name: config
    mountPath: /etc/shoal/topics.txt
    subPath: topics.txt
    readOnly: true
  {{- end }}
  - name: secrets
    mountPath: /etc/shoal/secrets
    readOnly: true
  - name: checkpoints
    mountPath: /var/lib/shoal
{{- end }}
