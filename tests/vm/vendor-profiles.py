#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the default AppArmor profile out of container engines.

    vendor-profiles.py OUTDIR NAME=PROGRAM...

containerd, Docker and Podman carry theirs as a Go template. OUTDIR/NAME gets it, filled in with
that name, for a daemon that is not confined and without the includes, which only allow more.
"""
import re
import sys


def template(program):
    with open(program, 'rb') as file:
        found = set(re.findall(rb'\nprofile \{\{\.Name\}\} flags=.*?\n\}\n', file.read(), re.S))
    if len(found) != 1:
        sys.exit(f'{program}: {len(found)} templates, expected one')
    return found.pop().decode()


def fill_in(text, name):
    # what is there for some hosts only: imports, another signal sender
    text = re.sub(r'\{\{range .*?\{\{end\}\}', '', text, flags=re.S)
    text = re.sub(r'\{\{if \.RootlessKit\}\}.*?\{\{end\}\}', '', text, flags=re.S)
    text = re.sub(r'\{\{if ge \.Version \d+\}\}|\{\{end\}\}', '', text)
    text = text.replace('{{.Name}}', name).replace('{{.DaemonProfile}}', 'unconfined')
    if '{{' in text:
        sys.exit(f'{name}: cannot fill in {text[text.index("{{"):].splitlines()[0]}')
    return '@{PROC}=/proc/\n' + text


for argument in sys.argv[2:]:
    profile, path = argument.split('=', 1)
    with open(f'{sys.argv[1]}/{profile}', 'w') as out:
        out.write(fill_in(template(path), profile))
