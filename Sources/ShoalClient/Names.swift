public import Kafka
public import Schemas

// Re-exported, so that one import suffices.

/// librdkafka properties by name.
public typealias ClientConfiguration = Kafka.ClientConfiguration
/// An error of Kafka, with advice.
public typealias KafkaError = Kafka.KafkaError
/// A record of the output topic.
public typealias ClusterChange = Schemas.ClusterChange
/// A member's published cluster: the value of a record of `members.topic`.
public typealias Membership = Schemas.Membership
/// Why a record cannot be read.
public typealias ProtoError = Schemas.ProtoError
