# SPDX-License-Identifier: Apache-2.0
"""A small client of the CRI, as the kubelet is one: gRPC to containerd's socket, and WebSocket for
streaming exec. The messages are Kubernetes' own definition, compiled by protoc into CRI_MODULES."""
import json
import os
import sys

import grpc
import websocket

sys.path.insert(0, os.environ["CRI_MODULES"])
import api_pb2 as api  # noqa: E402  (made by protoc)

Refused = grpc.RpcError
NODE, POD, CONTAINER = api.NODE, api.POD, api.CONTAINER


def said(error):
    """What the kubelet would put into the pod's event."""
    return error.details()


class Cri:
    def __init__(self, socket, log_directory, handler=""):
        self.channel = grpc.insecure_channel("unix://" + socket)
        self.log_directory = log_directory  # as containerd sees it
        self.handler = handler
        self.serial = 0

    def call(self, method, request, seconds=60):
        response = getattr(api, method + "Response")
        function = self.channel.unary_unary(
            "/runtime.v1.RuntimeService/" + method,
            request_serializer=type(request).SerializeToString,
            response_deserializer=response.FromString)
        return function(request, timeout=seconds)

    def run_pod(self, name, annotations=None, privileged=False, pid=CONTAINER):
        """A sandbox in the host's network, so that no CNI is needed."""
        config = api.PodSandboxConfig(
            metadata=api.PodSandboxMetadata(name=name, uid=name, namespace="test", attempt=0),
            log_directory=self.log_directory, annotations=annotations or {},
            linux=api.LinuxPodSandboxConfig(
                cgroup_parent="/oci-confine-test",
                security_context=api.LinuxSandboxSecurityContext(
                    privileged=privileged,
                    namespace_options=api.NamespaceOption(network=NODE, pid=pid, ipc=POD))))
        answer = self.call("RunPodSandbox", api.RunPodSandboxRequest(
            config=config, runtime_handler=self.handler))
        return Pod(self, answer.pod_sandbox_id, config)


class Pod:
    def __init__(self, cri, pod_id, config):
        self.cri, self.id, self.config = cri, pod_id, config

    def create(self, name, command, annotations=None, image="oci-confine.test/tools:1", **security):
        """A created container; `security` are fields of LinuxContainerSecurityContext."""
        spaces = self.config.linux.security_context.namespace_options
        context = api.LinuxContainerSecurityContext(namespace_options=spaces, **security)
        config = api.ContainerConfig(
            metadata=api.ContainerMetadata(name=name, attempt=0),
            image=api.ImageSpec(image=image), command=command,
            annotations=annotations or {}, log_path=name + "-" + self.id + ".log",
            linux=api.LinuxContainerConfig(security_context=context))
        answer = self.cri.call("CreateContainer", api.CreateContainerRequest(
            pod_sandbox_id=self.id, config=config, sandbox_config=self.config))
        return Container(self, answer.container_id, config)

    def remove(self):
        self.cri.call("StopPodSandbox", api.StopPodSandboxRequest(pod_sandbox_id=self.id))
        self.cri.call("RemovePodSandbox", api.RemovePodSandboxRequest(pod_sandbox_id=self.id))


class Container:
    def __init__(self, pod, container_id, config):
        self.pod, self.cri, self.id, self.config = pod, pod.cri, container_id, config

    def start(self):
        self.cri.call("StartContainer", api.StartContainerRequest(container_id=self.id))
        return self

    def status(self):
        return self.cri.call("ContainerStatus", api.ContainerStatusRequest(
            container_id=self.id, verbose=True))

    def pid(self):
        return json.loads(self.status().info["info"])["pid"]

    def log(self, root):
        """What its first process wrote, without the times."""
        path = root + self.cri.log_directory + "/" + self.config.log_path
        with open(path, encoding="utf-8") as file:
            return "".join(line.split(" ", 3)[3] for line in file)

    def exec_sync(self, command):
        answer = self.cri.call("ExecSync", api.ExecSyncRequest(
            container_id=self.id, cmd=command, timeout=20))
        return (answer.stdout + answer.stderr).decode()

    def exec_stream(self, command):
        """As `kubectl exec`: containerd names a URL, behind it are the streams."""
        url = self.cri.call("Exec", api.ExecRequest(
            container_id=self.id, cmd=command, stdout=True, stderr=True)).url
        stream = websocket.create_connection(
            url.replace("http", "ws", 1), subprotocols=["v4.channel.k8s.io"], timeout=20)
        output = b""
        while True:
            code, data = stream.recv_data()
            if code == websocket.ABNF.OPCODE_CLOSE:
                break
            if data[:1] in (b"\1", b"\2"):  # standard output and error
                output += data[1:]
            if data[:1] == b"\3":  # a Status object: the end
                break
        stream.close()
        return output.decode()
