#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""As much of kubectl, API server, scheduler and kubelet as docs/install.md and the examples need:

    kubectl.py apply|delete -f FILE | -k DIRECTORY
    kubectl.py logs POD
    kubectl.py label node NAME KEY=VALUE

A pod goes to containerd through the CRI, by the handler of its RuntimeClass. What the cluster
would know is in $CLUSTER, containerd's socket in $CONTAINERD.
"""
import json
import os
import pathlib
import sys
import time

import yaml

import cri

cluster = pathlib.Path(os.environ["CLUSTER"])
HOST_PROFILES = "/var/lib/kubelet/seccomp/"


def die(*words):
    sys.exit("kubectl: " + " ".join(words))


def documents(path):
    """The objects of a file, or of a kustomization: its resources, which must all be there."""
    path = pathlib.Path(path)
    if not path.is_dir():
        return [d for d in yaml.safe_load_all(path.read_text()) if d]
    kustomization = yaml.safe_load((path / "kustomization.yaml").read_text())
    found = [d for r in kustomization["resources"] for d in documents(path / r)]
    for generator in kustomization.get("configMapGenerator", []):
        data = {file: (path / file).read_text() for file in generator["files"]}
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
                      "metadata": {"name": generator["name"]}})
    for patch in kustomization.get("patches", []):
        change = yaml.safe_load((path / patch["path"]).read_text())
        target = [d for d in found if d["kind"] == change["kind"] and
                  d["metadata"]["name"] == change["metadata"]["name"]]
        if len(target) != 1:
            die("no object for the patch", patch["path"])
    return found


def seccomp(profile):
    if profile is None:
        return None
    kind = getattr(cri.api.SecurityProfile, profile["type"])
    where = HOST_PROFILES + profile["localhostProfile"] if profile["type"] == "Localhost" else ""
    return cri.api.SecurityProfile(profile_type=kind, localhost_ref=where)


def run_pod(pod):
    spec, name = pod["spec"], pod["metadata"]["name"]
    handler = json.loads((cluster / ("RuntimeClass-" + spec["runtimeClassName"])).read_text())["handler"]
    client = cri.Cri(os.environ["CONTAINERD"], "/var/log/pods", handler)
    sandbox = client.run_pod(name, annotations=pod["metadata"].get("annotations"))
    for c in spec["containers"]:
        context = {**spec.get("securityContext", {}), **c.get("securityContext", {})}
        if "appArmorProfile" in context and not os.path.exists("/sys/kernel/security/apparmor"):
            print(f"pod/{name}: this kernel has no AppArmor")
            sandbox.remove()
            return
        container = sandbox.create(c["name"], c["command"], seccomp=seccomp(context.get("seccompProfile")),
                                   image=c["image"]).start()
        for _ in range(100):
            if container.status().status.state == cri.api.CONTAINER_EXITED:
                break
            time.sleep(0.05)
        (cluster / ("log-" + name)).write_text(container.log(""))
    sandbox.remove()


def apply(objects):
    for o in objects:
        kind, name = o["kind"], o["metadata"]["name"]
        if kind == "RuntimeClass" and o["scheduling"]["nodeSelector"] != json.loads(
                (cluster / "labels").read_text()):
            die("no node has the labels of", name)
        (cluster / f"{kind}-{name}").write_text(json.dumps(o))
        if kind == "Pod":
            run_pod(o)
        print(f"{kind.lower()}/{name} created")


def main(argv):
    if argv[:2] == ["label", "node"]:
        (cluster / "labels").write_text(json.dumps(dict([argv[3].split("=", 1)])))
    elif argv[0] == "apply" and argv[1] in ("-f", "-k"):
        apply(documents(argv[2]))
    elif argv[0] == "delete" and argv[1] in ("-f", "-k"):
        for o in documents(argv[2]):
            (cluster / f"{o['kind']}-{o['metadata']['name']}").unlink()
    elif argv[0] == "logs":
        print((cluster / ("log-" + argv[1])).read_text(), end="")
    else:
        die("not known here:", *argv)


if __name__ == "__main__":
    main(sys.argv[1:])
