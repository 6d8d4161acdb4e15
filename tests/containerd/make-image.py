#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a container image from a directory, with nothing from a registry.

    make-image.py DIRECTORY ARCHIVE NAME=COMMAND...

ARCHIVE is what `docker save` writes and `ctr image import` reads: one layer, and for each NAME
("oci-confine.test/pause:1") an image whose entry point is COMMAND, split at spaces.
"""
import hashlib
import io
import json
import sys
import tarfile


def add(archive, name, content):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def as_root(info):
    info.uid = info.gid = 0
    return info


def layer_of(directory):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as layer:
        layer.add(directory, arcname=".", filter=as_root)
    return out.getvalue()


def main(argv):
    directory, path, images = argv[1], argv[2], argv[3:]
    layer = layer_of(directory)
    manifest = []
    with tarfile.open(path, mode="w") as archive:
        add(archive, "layer.tar", layer)
        for image in images:
            name, command = image.split("=", 1)
            config = json.dumps({
                "architecture": "amd64", "os": "linux",
                "config": {"Entrypoint": command.split(), "Env": ["PATH=/bin"]},
                "rootfs": {"type": "layers",
                           "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
            }).encode()
            file = hashlib.sha256(config).hexdigest() + ".json"
            add(archive, file, config)
            manifest.append({"Config": file, "RepoTags": [name], "Layers": ["layer.tar"]})
        add(archive, "manifest.json", json.dumps(manifest).encode())


if __name__ == "__main__":
    main(sys.argv)
