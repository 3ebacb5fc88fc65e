/// How long a test waits for what must happen. Far more than anything needs on an idle machine: a wait ends as soon as
/// its condition holds, and brokers, their clients and the compiler may share two cores.
public let patience = Duration.seconds(180)
