#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pods through the CRI: what a pod asks for, and what then holds in its containers.

    pods.py NODE-ROOT NODE-PID

The handlers "shim" and "binary" are ours, "runc" is the one without; see pods.sh. What holds is
read three times: by the container's first process, by an exec inside, and from the host. TAP.
"""
import concurrent.futures
import os
import subprocess
import sys
import time

import cri

CHOWN, NET_BIND, NET_ADMIN, NET_RAW, SYS_ADMIN = 0, 10, 12, 13, 21
DEFAULT_CAPS = 0xa80425fb
CLOSED = ["unshare-user", "clone-user", "keyctl", "add_key", "userfaultfd", "bpf",
          "perf_event_open", "setns", "mount", "socket-vsock", "socket-vsock-high"]
OPEN = ["getpid", "umask", "socket-inet"]
PROBES = CLOSED + OPEN + ["chmod", "fchmodat"]
REFUSED = {"EPERM", "ENOSYS", "EACCES", "killed"}
PREVENT_CHMOD = "/var/lib/kubelet/seccomp/prevent-chmod.json"

RUNTIME_DEFAULT = cri.api.SecurityProfile(profile_type=cri.api.SecurityProfile.RuntimeDefault)
UNCONFINED = cri.api.SecurityProfile(profile_type=cri.api.SecurityProfile.Unconfined)
LOCALHOST = cri.api.SecurityProfile(profile_type=cri.api.SecurityProfile.Localhost,
                                    localhost_ref=PREVENT_CHMOD)


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, name, good, *why):
        self.count += 1
        self.failed += not good
        print(("ok" if good else "not ok"), self.count, "-", name)
        if not good:
            for line in "\n".join(map(str, why)).splitlines()[:40]:
                print("#  ", line)
        sys.stdout.flush()

    def equal(self, name, got, wanted):
        self.ok(name, got == wanted, f"wanted: {wanted!r}", f"got:    {got!r}")

    def has(self, name, text, *parts):
        self.ok(name, all(part in text for part in parts), f"wanted: {parts}", f"got: {text}")


tap = Tap()


def facts_of(text):
    """Lines "NAME value" and "Name:\tvalue" as a dictionary."""
    return dict(line.replace(":", " ").split()[:2] for line in text.splitlines()
                if len(line.split()) >= 2)


def caps(*add, drop=()):
    value = DEFAULT_CAPS if drop != "ALL" else 0
    for c in () if drop == "ALL" else drop:
        value &= ~(1 << c)
    for c in add:
        value |= 1 << c
    return value


def check_facts(name, facts, wanted_caps, nnp):
    tap.equal(f"{name}: capabilities",
              [int(facts.get("Cap" + s, "-1"), 16) for s in ("Prm", "Eff", "Bnd")], [wanted_caps] * 3)
    tap.equal(f"{name}: inheritable and ambient ones",
              [int(facts.get("Cap" + s, "-1"), 16) for s in ("Inh", "Amb")], [0, 0])
    tap.equal(f"{name}: no_new_privs", facts.get("NoNewPrivs"), str(int(nnp)))
    tap.equal(f"{name}: one filter", (facts.get("Seccomp"), facts.get("Seccomp_filters")), ("2", "1"))


def check_probes(name, facts, closed, opened):
    wrong = [f"{p}: {facts.get(p)}" for p in closed if facts.get(p) not in REFUSED]
    wrong += [f"{p}: {facts.get(p)}" for p in opened if facts.get(p, "EPERM") in REFUSED]
    tap.ok(f"{name}: what is closed and what is open", not wrong, *wrong)


def first_process(container, root):
    """Waits until it has written all of its lines."""
    for _ in range(100):
        text = container.log(root)
        if PROBES[-1] + " " in text:
            return facts_of(text)
        time.sleep(0.05)
    return facts_of(text)


def check_container(name, container, root, *, wanted_caps=DEFAULT_CAPS, nnp=False, closed=CLOSED,
                    opened=("chmod", "fchmodat")):
    opened = OPEN + list(opened)
    command = ["/bin/probe", "status"] + PROBES
    inside = {"the first process": first_process(container, root),
              "ExecSync": facts_of(container.exec_sync(command)),
              "streaming exec": facts_of(container.exec_stream(command))}
    for where, facts in inside.items():
        check_facts(f"{name}, {where}", facts, wanted_caps, nnp)
        check_probes(f"{name}, {where}", facts, closed, opened)
    with open(f"/proc/{container.pid()}/status", encoding="utf-8") as file:
        check_facts(f"{name}, from the host", facts_of(file.read()), wanted_caps, nnp)


COMMAND = ["/bin/sh", "-c", "/bin/probe status " + " ".join(PROBES) + "; exec sleep 100000"]


def capability(add=(), drop=()):
    return cri.api.Capability(add_capabilities=add, drop_capabilities=drop)


def security_contexts(client, root):
    """Each of what a pod's securityContext can ask for, in one pod a handler."""
    no_chmod = CLOSED + ["chmod", "fchmodat"]
    cases = {
        "RuntimeDefault": (dict(seccomp=RUNTIME_DEFAULT), {}),
        "Localhost": (dict(seccomp=LOCALHOST), dict(closed=no_chmod, opened=())),
        "Unconfined": (dict(seccomp=UNCONFINED), {}),
        "nothing": ({}, {}),
        "drop-all": (dict(seccomp=RUNTIME_DEFAULT, capabilities=capability(drop=["ALL"])),
                     dict(wanted_caps=0)),
        "drop-one": (dict(seccomp=LOCALHOST, capabilities=capability(drop=["NET_RAW"])),
                     dict(wanted_caps=caps(drop=[NET_RAW]), closed=no_chmod, opened=())),
        "drop-all-add-one": (dict(capabilities=capability(["NET_BIND_SERVICE"], ["ALL"])),
                             dict(wanted_caps=caps(NET_BIND, drop="ALL"))),
        "add-NET_ADMIN": (dict(seccomp=RUNTIME_DEFAULT, capabilities=capability(["NET_ADMIN"])),
                          dict(wanted_caps=caps(NET_ADMIN))),
        # RuntimeDefault opens with SYS_ADMIN what needs it; keyrings stay closed
        "add-SYS_ADMIN": (dict(seccomp=LOCALHOST, capabilities=capability(["SYS_ADMIN"])),
                          dict(wanted_caps=caps(SYS_ADMIN), opened=["mount", "setns", "bpf"],
                               closed=["keyctl", "add_key", "userfaultfd", "socket-vsock", "chmod"])),
        "no-escalation": (dict(seccomp=RUNTIME_DEFAULT, no_new_privs=True), dict(nnp=True)),
    }
    pod = client.run_pod(f"contexts-{client.handler}")
    for name, (security, wanted) in cases.items():
        container = pod.create(name.lower().replace("_", "-"), COMMAND, **security).start()
        check_container(f"{client.handler}, {name}", container, root, **wanted)
    pod.remove()


def error_of(function):
    try:
        function()
    except cri.Refused as error:
        return cri.said(error)
    return ""


def refusals(client, root):
    """The sentence of a refusal is what the pod's event shows."""
    handler = client.handler
    pod = client.run_pod(f"privileged-{handler}", privileged=True)
    container = pod.create("privileged", COMMAND, privileged=True)
    tap.has(f"{handler}: a privileged container is refused, and the event says by whom",
            error_of(container.start), "oci-confine: " + container.id, "privileged")
    tap.ok(f"{handler}: it has no process", container.pid() == 0, container.pid())
    pod.remove()

    for key, value, sentence in [
            ("oci-confine.io/seccomp", "localhost/../../etc/shadow", "oci-confine.io/seccomp"),
            ("oci-confine.io/drop-capabilities", "NET_ROW", "NET_ROW"),
            ("oci-confine.io/nonsense", "x", "oci-confine.io/nonsense")]:
        said = error_of(lambda k=key, v=value: client.run_pod(
            f"hostile-{handler}", annotations={k: v}).remove())
        tap.has(f"{handler}: {key}: {value} is refused in the event", said, "oci-confine: ", sentence)
    pod = client.run_pod(f"tighter-{handler}", annotations={
        "oci-confine.io/drop-capabilities": "NET_RAW", "oci-confine.io/no-new-privileges": "true",
        "oci-confine.io/seccomp": "localhost/prevent-chmod.json"})
    container = pod.create("tighter", COMMAND, seccomp=RUNTIME_DEFAULT).start()
    check_container(f"{handler}, asked for by annotation", container, root,
                    wanted_caps=caps(drop=[NET_RAW]), nnp=True,
                    closed=CLOSED + ["chmod", "fchmodat"], opened=())
    pod.remove()

    policy = root + "/etc/oci-confine/policy.json"
    with open(policy, "w", encoding="utf-8") as file:
        file.write('{"unconfined": "allow"}')
    said = error_of(lambda: client.run_pod(f"broken-policy-{handler}").remove())
    tap.has(f"{handler}: while the policy is broken no pod starts, and the event says where", said,
            "oci-confine: ", "/etc/oci-confine/policy.json: unconfined: expected")
    os.remove(policy)


def shared_pod(client, root):
    """Two containers of one pod: each its own profile, one pid namespace."""
    pod = client.run_pod(f"shared-{client.handler}", pid=cri.POD)
    one = pod.create("one", COMMAND, seccomp=LOCALHOST).start()
    two = pod.create("two", COMMAND, capabilities=capability(drop=["ALL"])).start()
    check_container(f"{client.handler}, first of two", one, root,
                    closed=CLOSED + ["chmod", "fchmodat"], opened=())
    check_container(f"{client.handler}, second of two", two, root, wanted_caps=0)
    tap.ok(f"{client.handler}: they are in one pid namespace",
           os.readlink(f"/proc/{one.pid()}/ns/pid") == os.readlink(f"/proc/{two.pid()}/ns/pid"))
    pod.remove()


def one_pod(client, name):
    """A whole life. What is wrong about it, or None."""
    pod = client.run_pod(name)
    container = pod.create("c", ["/bin/sleep", "100000"], seccomp=LOCALHOST).start()
    facts = facts_of(container.exec_sync(["/bin/probe", "status", "chmod", "keyctl"]))
    pod.remove()
    good = facts.get("chmod") == "EPERM" and facts.get("keyctl") == "EPERM" \
        and facts.get("Seccomp_filters") == "1"
    return None if good else f"{name}: {facts}"


def many_pods(clients):
    wrong = [one_pod(clients[i % 2], f"row-{i}") for i in range(50)]
    tap.ok("50 pods in a row, by both handlers", not any(wrong), *filter(None, wrong))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        wrong = list(pool.map(lambda i: one_pod(clients[i % 2], f"crowd-{i}"), range(24)))
    tap.ok("24 pods, 8 at once", not any(wrong), *filter(None, wrong))


def remains(root, node_pid):
    """What pods could leave: processes, mounts, the state of runtime and containerd, files."""
    left = []
    listing = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    left += [line for line in listing.stdout.splitlines()
             if "containerd-shim" in line or "sleep 100000" in line]
    with open(f"/proc/{node_pid}/mounts", encoding="utf-8") as file:
        left += [line for line in file if " /run/" in line]
    for path in ("runc/k8s.io", "io.containerd.runtime.v2.task/k8s.io",
                 "io.containerd.grpc.v1.cri/containers", "io.containerd.grpc.v1.cri/sandboxes", "s"):
        directory = f"{root}/run/containerd/{path}"
        left += [f"{path}/{entry}" for entry in os.listdir(directory)] \
            if os.path.isdir(directory) else []
    left += [f"/tmp/{entry}" for entry in os.listdir(root + "/tmp") if "runc-process" in entry]
    return left


def main(root, node_pid):
    socket = root + "/run/containerd/containerd.sock"
    os.makedirs(root + "/tmp/logs", exist_ok=True)
    clients = [cri.Cri(socket, "/tmp/logs", handler) for handler in ("shim", "binary")]
    bare = cri.Cri(socket, "/tmp/logs", "runc")
    pod = bare.run_pod("bare")
    facts = facts_of(pod.create("bare", COMMAND, seccomp=LOCALHOST).start().exec_sync(
        ["/bin/probe", "status"] + PROBES))
    tap.equal("for comparison: under runc alone the Localhost profile opens what RuntimeDefault closes",
              [p for p in CLOSED if facts.get(p) not in REFUSED], CLOSED)
    tap.ok("while it runs, what could be left is seen", len(remains(root, node_pid)) > 5)
    pod.remove()
    for client in clients:
        security_contexts(client, root)
        refusals(client, root)
        shared_pod(client, root)
    many_pods(clients)
    for _ in range(50):
        left = remains(root, node_pid)
        if not left:
            break
        time.sleep(0.1)
    tap.ok("nothing is left behind", not left, *left)
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
