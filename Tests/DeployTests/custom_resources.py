"""The shape of the custom resources that the chart makes, as their makers document them: what of it the chart may use.

No registry has these schemas. Strimzi 0.49 and later, KEDA 2, Prometheus operator 0.6x and later.
"""


def record(properties, required=()):
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def several(item, at_least=0):
    return {"type": "array", "items": item, "minItems": at_least}


STRING, INTEGER, BOOLEAN, ANY = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}, {}
STRINGS = {"type": "object", "additionalProperties": STRING}
COUNT = {"type": "integer", "minimum": 1}
DURATION = {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w|y))+$"}
LABEL = {"type": "string", "maxLength": 63, "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"}
METADATA = record({
    "name": {"type": "string", "maxLength": 253, "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
    "namespace": STRING, "labels": {"type": "object", "additionalProperties": LABEL}, "annotations": STRINGS,
}, ["name"])


def resource(versions, kind, spec):
    return record({"apiVersion": {"enum": versions}, "kind": {"const": kind}, "metadata": METADATA, "spec": spec},
                  ["apiVersion", "kind", "metadata", "spec"])


STRIMZI = ["kafka.strimzi.io/v1", "kafka.strimzi.io/v1beta2"]
OPERATIONS = ["Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction", "AlterConfigs", "DescribeConfigs",
              "IdempotentWrite", "All"]
ACL = record({
    "type": {"enum": ["allow", "deny"]}, "host": STRING, "operations": several({"enum": OPERATIONS}, 1),
    "resource": {"oneOf": [
        record({"type": {"enum": ["topic", "group", "transactionalId"]}, "name": {"type": "string", "minLength": 1},
                "patternType": {"enum": ["literal", "prefix"]}}, ["type", "name"]),
        record({"type": {"const": "cluster"}}, ["type"]),
    ]},
}, ["resource", "operations"])
KAFKA_TRIGGER = record({
    "type": {"const": "kafka"}, "name": STRING, "metricType": {"enum": ["AverageValue", "Value"]},
    "metadata": {
        "type": "object", "additionalProperties": STRING, "required": ["bootstrapServers", "consumerGroup", "topic"],
        "propertyNames": {"enum": [
            "bootstrapServers", "consumerGroup", "topic", "lagThreshold", "activationLagThreshold", "offsetResetPolicy",
            "allowIdleConsumers", "scaleToZeroOnInvalidOffset", "excludePersistentLag", "limitToPartitionsWithLag",
            "ensureEvenDistributionOfPartitions", "version", "partitionLimitation", "sasl", "tls", "unsafeSsl",
        ]},
    },
    "authenticationRef": record({"name": STRING, "kind": {"enum": ["TriggerAuthentication", "ClusterTriggerAuthentication"]}},
                                ["name"]),
}, ["type", "metadata"])
SCALING = record({
    "stabilizationWindowSeconds": {"type": "integer", "minimum": 0, "maximum": 3600},
    "selectPolicy": {"enum": ["Max", "Min", "Disabled"]},
    "policies": several(record({
        "type": {"enum": ["Pods", "Percent"]}, "value": COUNT,
        "periodSeconds": {"type": "integer", "minimum": 1, "maximum": 1800},
    }, ["type", "value", "periodSeconds"]), 1),
})

SCHEMAS = {
    "KafkaTopic": resource(STRIMZI, "KafkaTopic", record({
        "topicName": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,249}$"}, "partitions": COUNT,
        "replicas": {"type": "integer", "minimum": 1, "maximum": 32767},
        "config": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    })),
    "KafkaUser": resource(STRIMZI, "KafkaUser", record({
        "authentication": record({"type": {"enum": ["tls", "tls-external", "scram-sha-512"]}}, ["type"]),
        "authorization": record({"type": {"const": "simple"}, "acls": several(ACL)}, ["type", "acls"]),
        "quotas": ANY, "template": ANY,
    })),
    "ScaledObject": resource(["keda.sh/v1alpha1"], "ScaledObject", record({
        "scaleTargetRef": record({"apiVersion": STRING, "kind": STRING, "name": STRING}, ["name"]),
        "pollingInterval": INTEGER, "cooldownPeriod": INTEGER, "idleReplicaCount": INTEGER, "minReplicaCount": INTEGER,
        "maxReplicaCount": INTEGER,
        "advanced": record({
            "restoreToOriginalReplicaCount": BOOLEAN,
            "horizontalPodAutoscalerConfig": record({
                "name": STRING, "behavior": record({"scaleUp": SCALING, "scaleDown": SCALING})}),
        }),
        "triggers": several(KAFKA_TRIGGER, 1),
    }, ["scaleTargetRef", "triggers"])),
    "ServiceMonitor": resource(["monitoring.coreos.com/v1"], "ServiceMonitor", record({
        "jobLabel": STRING, "targetLabels": several(STRING), "podTargetLabels": several(STRING),
        "selector": record({"matchLabels": STRINGS, "matchExpressions": several(ANY)}), "namespaceSelector": ANY,
        "endpoints": several(record({
            "port": STRING, "path": STRING, "scheme": STRING, "interval": DURATION, "scrapeTimeout": DURATION,
            "honorLabels": BOOLEAN, "relabelings": several(ANY), "metricRelabelings": several(ANY),
        }), 1),
    }, ["selector", "endpoints"])),
    "PrometheusRule": resource(["monitoring.coreos.com/v1"], "PrometheusRule", record({
        "groups": several(record({
            "name": {"type": "string", "minLength": 1}, "interval": DURATION, "limit": INTEGER,
            "rules": several(record({
                "alert": STRING, "record": STRING, "expr": {"type": ["string", "integer"]}, "for": DURATION,
                "keep_firing_for": DURATION, "labels": STRINGS, "annotations": STRINGS,
            }, ["expr"]), 1),
        }, ["name", "rules"]), 1),
    }, ["groups"])),
}
