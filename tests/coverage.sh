#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Which lines of oci-spec/ and confine/ the tests reach: builds with gcc's --coverage in
# build-coverage, runs the suites given (unit, golden, property, fuzz, cli and e2e without any) and
# prints one Markdown table of lines by directory. As root, for e2e.
#
#   tests/coverage.sh [SUITE...]
#   tests/coverage.sh --lines FILE     the lines of FILE that the last run did not reach
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-coverage
cd "$top"

# Each line once, whichever of the two libraries and however many programs it was compiled into.
measure() { # [FILE]
	python3 - "$build" "${1:-}" <<'EOF'
import collections, json, pathlib, subprocess, sys

build, wanted = pathlib.Path(sys.argv[1]), sys.argv[2]
reached = collections.defaultdict(dict)  # file -> line -> times
for data in build.glob('**/*.gcda'):
    said = subprocess.run(['gcov', '--json-format', '--stdout', data], cwd=build, text=True,
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
if wanted:
    print('\n'.join(str(n) for n, times in sorted(reached[wanted].items()) if times == 0))
    sys.exit()
rows = collections.defaultdict(lambda: [0, 0])
for name, lines in reached.items():
    layer = name.split('/')[0] + '/'
    for row in (layer + ' in all', name.rsplit('/', 1)[0] + '/'):
        rows[row][0] += sum(1 for times in lines.values() if times > 0)
        rows[row][1] += len(lines)
print('| directory | lines | reached | of 100 |\n|---|---:|---:|---:|')
for name, (hit, lines) in sorted(rows.items()):
    print(f'| {name} | {lines} | {hit} | {100 * hit / lines:.1f} |')
EOF
}

if [ "${1:-}" = --lines ]; then
	measure "${2:?FILE}"
	exit
fi
[ $# -gt 0 ] || set -- unit golden property fuzz cli e2e
[ -e "$build/build.ninja" ] ||
	CC=gcc meson setup "$build" -Dtests=enabled -Dmusl=disabled -Db_coverage=true >/dev/null
ninja -C "$build" --quiet >&2
find "$build" -name '*.gcda' -delete
meson test -C "$build" --no-rebuild --no-suite bench "${@/#/--suite=}" >&2 || true
measure
