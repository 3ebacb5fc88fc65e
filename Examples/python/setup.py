"""Generates the Protobuf module when the package is built: the schema's only source is `schemas/` of the repository."""

import pathlib

from setuptools import setup
from setuptools.command.build_py import build_py

SCHEMAS = pathlib.Path(__file__).parent / "schemas"
# The names under `schemas/` are those that any other program registers for the same messages.
FILES = ["shoal/v1/cluster_change.proto", "shoal/v1/cluster_description.proto", "shoal/v1/membership.proto"]


class BuildWithSchemas(build_py):
    def run(self):
        super().run()
        from grpc_tools import protoc

        target = pathlib.Path(self.build_lib) / "shoal_client/generated"
        target.mkdir(parents=True, exist_ok=True)
        words = ["protoc", f"-I{SCHEMAS}", f"--python_out={target}", f"--pyi_out={target}", *FILES]
        if protoc.main(words) != 0:
            raise SystemExit(f"protoc failed for the files in {SCHEMAS}")
        for folder in (target, target / "shoal", target / "shoal/v1"):
            (folder / "__init__.py").touch()


setup(cmdclass={"build_py": BuildWithSchemas})
