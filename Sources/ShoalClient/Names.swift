public import ShoalKafka
public import ShoalSchemas

// Re-exported, so that one import suffices.

/// librdkafka properties by name.
public typealias ClientConfiguration = ShoalKafka.ClientConfiguration
/// An error of Kafka, with advice.
public typealias KafkaError = ShoalKafka.KafkaError
/// A record of the output topic.
public typealias ClusterChange = ShoalSchemas.ClusterChange
/// A member's published cluster: the value of a record of `members.topic`.
public typealias Membership = ShoalSchemas.Membership
/// A published cluster: the value of a record of `clusters.topic`.
public typealias ClusterDescription = ShoalSchemas.ClusterDescription
/// A label that operators gave a cluster: the value of a record of `labels.topic`.
public typealias ClusterLabel = ShoalSchemas.ClusterLabel
/// Why a record cannot be read.
public typealias ProtoError = ShoalSchemas.ProtoError
