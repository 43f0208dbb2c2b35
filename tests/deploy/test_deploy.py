"""The files in deploy/: their syntax, their schemas, and no password in them."""

from __future__ import annotations

import json
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import ray.autoscaler
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

from rnnbench.config.expand import expand

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TEXT, NUMBER = {"type": "string"}, {"type": "integer", "minimum": 0}
TEXTS = {"type": "array", "items": TEXT}


def exactly(required: str, optional: str = "", **properties: Any) -> dict[str, Any]:
    """Return the schema of a mapping that has these keys and no others."""
    names = [*required.split(), *optional.split()]
    return {
        "type": "object",
        "properties": {name: properties.get(name, {}) for name in names},
        "required": required.split(),
        "additionalProperties": False,
    }


# What deploy/docker-compose.yml uses of the Compose specification.
COMPOSE = exactly(
    "services volumes",
    services={
        "additionalProperties": exactly(
            "image environment ports volumes restart",
            "build command depends_on healthcheck shm_size",
            environment={"additionalProperties": {"type": ["string", "integer"]}},
            ports={"items": {"pattern": r"^127\.0\.0\.1:\d+:\d+$"}},  # not for the whole network
            volumes=TEXTS,
            command=TEXT,
            restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
            build=exactly("context dockerfile"),
            depends_on={
                "additionalProperties": exactly(
                    "condition", condition={"pattern": "^service_(started|healthy)$"}
                )
            },
            healthcheck=exactly("test", "interval retries timeout", test=TEXTS, retries=NUMBER),
        )
    },
    volumes={"additionalProperties": exactly("")},
)
# What deploy/rayjob.yaml uses of KubeRay's ray.io/v1.
POD = exactly(
    "spec",
    spec=exactly(
        "containers",
        "volumes",
        containers={
            "minItems": 1,
            "items": exactly("name image resources", "ports env volumeMounts command args"),
        },
    ),
)
RAYJOB = exactly(
    "apiVersion kind metadata spec",
    apiVersion={"const": "ray.io/v1"},
    kind={"const": "RayJob"},
    spec=exactly(
        "entrypoint rayClusterSpec",
        "submissionMode shutdownAfterJobFinishes ttlSecondsAfterFinished runtimeEnvYAML",
        submissionMode={"enum": ["K8sJobMode", "HTTPMode"]},
        shutdownAfterJobFinishes={"type": "boolean"},
        ttlSecondsAfterFinished=NUMBER,
        rayClusterSpec=exactly(
            "rayVersion headGroupSpec workerGroupSpecs",
            "authOptions enableInTreeAutoscaling",
            rayVersion=TEXT,
            authOptions=exactly("mode", mode={"enum": ["disabled", "token"]}),
            headGroupSpec=exactly(
                "rayStartParams template",
                template=POD,
                rayStartParams={"additionalProperties": TEXT},
            ),
            workerGroupSpecs={
                "items": exactly(
                    "groupName rayStartParams template replicas minReplicas maxReplicas",
                    template=POD,
                    replicas=NUMBER,
                    minReplicas=NUMBER,
                    maxReplicas=NUMBER,
                )
            },
        ),
    ),
)


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text("utf-8")))


def test_compose_has_the_services_and_keeps_them_on_this_machine() -> None:
    (compose,) = documents("docker-compose.yml")
    jsonschema.validate(compose, COMPOSE)
    assert set(compose["services"]) == {"postgres", "mlflow", "ray"}
    used = {v.partition(":")[0] for s in compose["services"].values() for v in s["volumes"]}
    assert used == set(compose["volumes"])


def test_the_job_of_kuberay_is_of_its_schema() -> None:
    job, claim = documents("rayjob.yaml")
    jsonschema.validate(job, RAYJOB)
    cluster = job["spec"]["rayClusterSpec"]
    pod = cluster["headGroupSpec"]["template"]["spec"]
    assert [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"]] == [
        claim["metadata"]["name"]
    ]
    assert cluster["rayVersion"] == version("ray")


def test_the_cluster_of_ray_up_is_of_rays_schema() -> None:
    schema = Path(ray.autoscaler.__file__).parent / "ray-schema.json"
    (cluster,) = documents("ray_up.yaml")
    jsonschema.validate(cluster, json.loads(schema.read_text("utf-8")))
    assert cluster["head_node_type"] in cluster["available_node_types"]


def test_the_cluster_of_ray_up_is_taken_by_ray_with_its_own_environment_alone() -> None:
    (cluster,) = documents("ray_up.yaml")
    filled = prepare_config(cluster)
    validate_config(filled)
    for key in ("setup_commands", "head_setup_commands", "worker_setup_commands"):
        assert filled[key]
        for command in filled[key]:  # Ray's own ones would go to the system's Python
            assert command.startswith(("~/venv/bin/", "python3 -m venv"))


def test_the_batch_script_is_bash() -> None:
    subprocess.run(["bash", "-n", DEPLOY / "slurm.sbatch"], check=True)


def test_commands_are_those_that_there_are(work_dir: Path) -> None:
    job, _ = documents("rayjob.yaml")
    _, _, _, command, *words = job["spec"]["entrypoint"].split()
    assert command == "sweep"
    assert expand(words)[0].config.executor.address == "auto"
    (line,) = re.findall(r"-m rnnbench sweep \"\$@\" (.*) &", (DEPLOY / "slurm.sbatch").read_text())
    words = line.replace('"$head:$port"', "node-1:6379").split()
    assert expand(["+cell=gru", *words])[0].config.executor.address == "node-1:6379"


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_no_file_holds_a_password(path: Path) -> None:
    text = path.read_text("utf-8")
    for name in ("PGPASSWORD", "POSTGRES_PASSWORD", "RAY_AUTH_TOKEN"):
        for value in re.findall(rf"(?<![{{\w]){name}[:=]\s*(\S+)", text):
            assert value.startswith(("$", "...")), value
    assert not re.search(r"://[^\s/@]*:[^\s/@]*@", text)


def test_the_image_has_the_ray_that_was_tested() -> None:
    pinned = re.findall(r"ray\[default\]==([\d.]+)", (DEPLOY / "Dockerfile").read_text())
    assert pinned == [version("ray")]
