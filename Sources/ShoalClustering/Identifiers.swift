/// A viewer's stored pseudonym: the first 16 bytes of HMAC-SHA-256(key of this use, viewer) as a big-endian number, so
/// that pseudonyms sort like their bytes. The output has other pseudonyms.
public typealias Pseudonym = UInt128

/// A cluster's number. Ids increase from 1 and are never reused; 0 means unassigned.
public typealias ClusterID = UInt32

/// A topic's number in the vocabulary; "lower topic" means the lower number.
public typealias TopicNumber = UInt32

/// A span of event time, numbered: ⌊time / `epoch.length`⌋.
public typealias Epoch = Int64
