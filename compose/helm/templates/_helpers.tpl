{{- define "penstock.name" -}}
{{- if contains "penstock" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-penstock" (.Release.Name | trunc 31 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "penstock.part" -}}
{{ include "penstock.name" .root }}-{{ .part }}
{{- end }}

{{- define "penstock.selector" -}}
app.kubernetes.io/name: penstock
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "penstock.labels" -}}
{{ include "penstock.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Seconds of a duration such as 45s or 2m. */}}
{{- define "penstock.seconds" -}}
{{- if hasSuffix "m" . }}{{ mul (trimSuffix "m" . | int) 60 }}{{ else if hasSuffix "s" . }}{{ trimSuffix "s" . | int }}{{ else }}{{ fail (printf "%s is no duration; write it as 45s or 2m" .) }}{{ end }}
{{- end }}

{{/* The configuration of a part: its own keys win over those of all. */}}
{{- define "penstock.config" -}}
{{- $values := .root.Values }}
{{- $kafka := dict "bootstrapServers" (required "kafka.bootstrapServers is empty; name your Kafka, such as kafka-bootstrap.kafka:9092" $values.kafka.bootstrapServers) }}
{{- if $values.kafka.settings }}{{ $_ := set $kafka "settings" $values.kafka.settings }}{{ end }}
{{- $given := dict "kafka" $kafka "registry" (dict "url" (required "registry.url is empty; name your schema registry, such as http://registry:8081/apis/ccompat/v7" $values.registry.url)) }}
{{- toYaml (mergeOverwrite $given (deepCopy $values.config) (deepCopy .config)) }}
{{- end }}

{{- define "penstock.configmap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "penstock.part" . }}
  labels:
    {{- include "penstock.labels" . | nindent 4 }}
data:
  penstock.yaml: |
    {{- include "penstock.config" . | nindent 4 }}
{{- end }}

{{- define "penstock.podMetadata" -}}
labels:
  {{- include "penstock.labels" . | nindent 2 }}
annotations:
  # A part reads its configuration when it starts.
  checksum/config: {{ include "penstock.config" . | sha256sum }}
  {{- with .root.Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What all pods have in common. */}}
{{- define "penstock.podSettings" -}}
serviceAccountName: {{ include "penstock.name" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "penstock.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "penstock.selector" . | nindent 8 }}
{{- end }}

{{- define "penstock.image" -}}
image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- define "penstock.restricted" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "penstock.variables" -}}
- {name: PENSTOCK_CONFIG, value: /etc/penstock/penstock.yaml}
- {name: PENSTOCK_DATA, value: /var/lib/penstock}
- {name: PENSTOCK_OPERATIONS_HOST, value: 0.0.0.0}
- {name: PENSTOCK_OPERATIONS_PORT, value: "9095"}
- {name: JDK_JAVA_OPTIONS, value: {{ .settings.javaOptions | quote }}}
{{- range $variable, $from := .root.Values.secretVariables }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}
{{- end }}
{{- end }}

{{/* The first start takes a while: a JVM is slow at first, and state is read from Kafka. */}}
{{- define "penstock.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: operations}
  periodSeconds: 3
  failureThreshold: 100
livenessProbe:
  httpGet: {path: /health/live, port: operations}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: {path: /health/ready, port: {{ .readyPort | default "operations" }}}
  periodSeconds: 3
  timeoutSeconds: 5
{{- end }}

{{- define "penstock.mounts" -}}
- {name: config, mountPath: /etc/penstock, readOnly: true}
- {name: data, mountPath: /var/lib/penstock}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "penstock.volumes" -}}
- name: config
  configMap: {name: {{ include "penstock.part" . }}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- end }}

{{- define "penstock.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "penstock.part" . }}
  labels:
    {{- include "penstock.labels" . | nindent 4 }}
spec:
  {{- toYaml .settings.disruptions | nindent 2 }}
  # A pod that cannot get ready must not hold up the drain of its node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "penstock.selector" . | nindent 6 }}
{{- end }}
