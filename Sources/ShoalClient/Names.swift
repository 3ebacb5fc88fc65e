public import Kafka
public import Schemas

// What a subscriber names, so that one import is enough.

/// Settings of librdkafka by their own names.
public typealias ClientConfiguration = Kafka.ClientConfiguration
/// An error of Kafka, with what to do about it.
public typealias KafkaError = Kafka.KafkaError
/// One record of the output topic.
public typealias ClusterChange = Schemas.ClusterChange
/// What a member is in: the value of a record of `members.topic`.
public typealias Membership = Schemas.Membership
/// Why a record cannot be read.
public typealias ProtoError = Schemas.ProtoError
