// scripts/scale.py writes this file from the results of measurements.

extension CostFigures {
    /// The figures that come with the program.
    static let storedJSON = """
        {
            "event_cpu": 4.7e-06,
            "kafka_cpu": 2.5e-06,
            "event_size": 187.0,
            "change_size": 95.0,
            "moves": 0.00131667,
            "member_memory": 414.0,
            "member_overhead": 251.0,
            "base_memory": 46000000.0,
            "queue_memory": 58000000.0,
            "state_size": 154.0,
            "snapshot_cpu": 4e-07,
            "seal_cpu": 1e-06,
            "restore_kafka": 1108650.0,
            "restore_disk": 1824820.0,
            "sum_size": 3.3958,
            "sample_size": 41.5791,
            "write": 5.13686e-08,
            "read": 1.39528e-08,
            "add": 8.28189e-08,
            "decide": [
                {
                    "clusters": 16.0,
                    "seconds": 0.00210384
                },
                {
                    "clusters": 64.0,
                    "seconds": 0.00481573
                },
                {
                    "clusters": 256.0,
                    "seconds": 0.224163
                },
                {
                    "clusters": 1024.0,
                    "seconds": 10.9415
                }
            ],
            "model_size": 5.63469,
            "model_read": 1.93001e-08
        }
        """
}
