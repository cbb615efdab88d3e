"""The example for Kubernetes in docs/deploying.md agrees with the code and with itself."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bot.settings import Settings
from bot.shutdown import STOP_SECONDS
from bot.transport.http import REQUEST_PATH
from bot.transport.telnyx_webhooks import WEBHOOK_PATH
from tests.conftest import Environment
from tests.dockerfile import stages

PAGE = (Path(__file__).parent.parent / "docs/deploying.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
OBJECTS: dict[str, dict[str, Any]] = {
    one["kind"]: one for block in BLOCKS for one in yaml.safe_load_all(block) if one["metadata"]["name"] == "portout"
}
POD = OBJECTS["Deployment"]["spec"]["template"]
(BOT,) = POD["spec"]["containers"]
SETTINGS = {field.name.upper(): field for field in msgspec.structs.fields(Settings)}


def test_each_object_is_of_a_version_that_is_served() -> None:
    """A Deployment and what belongs to it, each once."""
    assert {kind: one["apiVersion"] for kind, one in OBJECTS.items()} == {
        "Deployment": "apps/v1",
        "PodDisruptionBudget": "policy/v1",
        "Service": "v1",
        "Ingress": "networking.k8s.io/v1",
        "ServiceMonitor": "monitoring.coreos.com/v1",
    }


def test_what_selects_pods_selects_these() -> None:
    """The selectors of all objects are the labels of the pods, and the scrape's are those of the service."""
    labels = POD["metadata"]["labels"]
    spread = [one["labelSelector"]["matchLabels"] for one in POD["spec"]["topologySpreadConstraints"]]

    assert OBJECTS["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert OBJECTS["Service"]["spec"]["selector"] == labels
    assert OBJECTS["ServiceMonitor"]["spec"]["selector"]["matchLabels"] == OBJECTS["Service"]["metadata"]["labels"]
    assert spread == [labels]


def test_one_pod_stays_while_another_one_goes() -> None:
    """In an update as in a node's maintenance: two replicas, of which one may be away, but none in an update."""
    spec = OBJECTS["Deployment"]["spec"]

    assert spec["replicas"] > OBJECTS["PodDisruptionBudget"]["spec"]["minAvailable"] > 0
    assert spec["strategy"] == {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_a_pod_has_time_to_stop() -> None:
    """SIGKILL comes after the bot's own limit, with a margin; what it drains meanwhile is a value that it takes."""
    variables = {one["name"]: one["value"] for one in BOT["env"]}

    assert POD["spec"]["terminationGracePeriodSeconds"] >= STOP_SECONDS + 10
    for name, value in variables.items():
        msgspec.convert(value, SETTINGS[name].type, strict=False)
    assert set(variables) == {"DRAIN_SECONDS"}


def test_secrets_are_referred_to() -> None:
    """All variables are in one secret, from which the scrape takes its token, too."""
    (source,) = BOT["envFrom"]
    (endpoint,) = OBJECTS["ServiceMonitor"]["spec"]["endpoints"]
    token = endpoint["authorization"]["credentials"]

    assert token["name"] == source["secretRef"]["name"]
    assert token["key"] in SETTINGS
    assert f"kubectl create secret generic {token['name']} --from-env-file" in PAGE


async def test_probes_and_scrape_ask_for_what_the_bot_serves(environment: Environment) -> None:
    """Each page answers 200, the metrics to who has the token, though a proxy passes the request on."""
    paths = [BOT[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    (endpoint,) = OBJECTS["ServiceMonitor"]["spec"]["endpoints"]
    kind = endpoint["authorization"]["type"]
    async with environment.bot(METRICS_TOKEN="a-token-of-metrics") as bot:
        served = [(await bot.get(path))[0] for path in paths]
        headers = {"Authorization": f"{kind} a-token-of-metrics", "Via": "1.1 proxy"}
        async with bot.session.get(bot.url + endpoint["path"], headers=headers) as page:
            scraped = page.status

    assert (served, scraped) == ([200, 200, 200], 200)
    assert paths == ["/healthz", "/healthz", "/readyz"]


def test_every_port_is_the_bots() -> None:
    """The container's port is the one that the image exposes, and all others name it."""
    (port,) = BOT["ports"]
    (service,) = OBJECTS["Service"]["spec"]["ports"]
    (endpoint,) = OBJECTS["ServiceMonitor"]["spec"]["endpoints"]
    probes = [BOT[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")]

    assert ("EXPOSE", str(port["containerPort"])) in stages()[-1]
    assert port["containerPort"] == SETTINGS["PORT"].default
    assert {port["name"], service["targetPort"], *probes} == {"http"}
    assert {service["name"], endpoint["port"]} == {"http"}


def test_only_the_paths_of_slack_and_telnyx_are_for_the_world() -> None:
    """Each exactly, so that health and metrics stay inside."""
    (rule,) = OBJECTS["Ingress"]["spec"]["rules"]
    paths = {one["path"]: one for one in rule["http"]["paths"]}

    assert set(paths) == {REQUEST_PATH, WEBHOOK_PATH}
    assert all(one["pathType"] == "Exact" for one in paths.values())
    assert all(one["backend"]["service"]["name"] == "portout" for one in paths.values())
    assert OBJECTS["Ingress"]["spec"]["tls"][0]["hosts"] == [rule["host"]]


def test_a_pod_may_do_no_more_than_it_must() -> None:
    """Not root, no capabilities, a read-only file system, and no key of the cluster."""
    assert POD["spec"]["automountServiceAccountToken"] is False
    assert POD["spec"]["securityContext"]["runAsNonRoot"] is True
    assert BOT["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
