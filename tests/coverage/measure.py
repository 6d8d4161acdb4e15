#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which lines of oci-spec/ and confine/ gcov's counters in a build directory say were reached.

  measure.py BUILD GATES          a Markdown table by directory; 1 where less than GATES demands
  measure.py BUILD --lines FILE   the lines of FILE that were not
"""
import collections
import json
import pathlib
import subprocess
import sys


def reached_lines(build):
    """File -> line -> times: each line once, however often it was compiled."""
    reached = collections.defaultdict(dict)
    objects = {data.with_suffix('.gcno') for data in build.rglob('*.gcda')}
    for layer in ('oci-spec', 'confine'):  # what nobody ran has no counters
        objects.update((build / layer).rglob('*.gcno'))
    for notes in sorted(objects):
        said = subprocess.run(['gcov', '--json-format', '--stdout', notes], cwd=build, text=True,
                              capture_output=True, check=True).stdout
        for document in said.splitlines():
            for file in json.loads(document)['files']:
                name = file['file'].removeprefix('../')
                if not name.startswith(('oci-spec/', 'confine/')) or '/generate_' in name:
                    continue
                lines = reached[name]
                for line in file['lines']:
                    number = line['line_number']
                    lines[number] = max(lines.get(number, 0), line['count'])
    return reached


def table(reached, gates):
    rows = collections.defaultdict(lambda: [0, 0])
    for name, lines in reached.items():
        for row in (name.split('/')[0] + '/ in all', name.rsplit('/', 1)[0] + '/'):
            rows[row][0] += sum(1 for times in lines.values() if times > 0)
            rows[row][1] += len(lines)
    print('| directory | lines | reached | of 100 | at least |\n|---|---:|---:|---:|---:|')
    is_enough = bool(rows)
    for name, (hit, lines) in sorted(rows.items()):
        limit = gates.pop(name, '')
        is_enough &= limit == '' or 100 * hit >= int(limit) * lines
        print(f'| {name} | {lines} | {hit} | {100 * hit / lines:.1f} | {limit} |')
    return is_enough and not gates


def main():
    build, what = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    reached = reached_lines(build)
    if what == '--lines':
        lines = reached[sys.argv[3]]
        print('\n'.join(str(number) for number in sorted(lines) if lines[number] == 0))
        return 0
    words = (line.split(maxsplit=2) for line in open(what) if not line.startswith('#'))
    return 0 if table(reached, {name.strip(): limit for _, limit, name in words}) else 1


sys.exit(main())
