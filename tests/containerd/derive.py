#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes and checks confine/data/runtime-default*.json.

    derive.py make OUTDIR DATADIR      one file per containerd version in OUTDIR
    derive.py verify OUTDIR DATADIR    expand the files, compare with every recorded case
    derive.py baseline DATADIR         runtime-default.json from runtime-default-2.1.json
    derive.py check DATADIR            format, SOURCES.md, and the baseline's changes
    derive.py program OUTDIR PROGRAM   `PROGRAM defaults` against the cases of this kernel

OUTDIR is what collect.sh wrote: OUTDIR/VERSION/GOARCH/kernel-RELEASE/CASE.json, the
config.json of one `ctr run --seccomp`. Files are made from the amd64 cases: what is
there with no capability, what each capability alone adds or takes away, and what a
kernel older than 4.8 does without. How rules differ by architecture, and the number 4.8,
is the table below, read in containerd's contrib/seccomp/seccomp_default.go; verify
holds it against every architecture in OUTDIR.
"""

import collections
import hashlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys

# --- what containerd's source says ---------------------------------------------------

# First kernel with the seccomp check after ptrace's stop; containerd asks for it.
PTRACE_KERNEL = "4.8"

# GOARCH -> calls allowed there only. The same in 1.6.20, 1.7.24 and 2.1.9.
ARM = ["arm_fadvise64_64", "arm_sync_file_range", "breakpoint", "cacheflush", "set_tls",
       "sync_file_range2"]
S390 = ["s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr"]
ARCH_CALLS = [
    (["amd64"], ["arch_prctl", "modify_ldt"]),
    (["386"], ["modify_ldt"]),
    (["arm", "arm64"], ARM),
    (["ppc64le"], ["swapcontext", "sync_file_range2"]),
    (["riscv64"], ["riscv_flush_icache"]),
    (["s390", "s390x"], S390),
]

# clone(2) has its flags in argument 1 on s390 and in argument 0 on all others; ENOSYS,
# clone3's answer, is 89 on MIPS and 38 on all others. "All others" is spelled out, every
# GOARCH of Go's linux ports: an architecture nobody thought of gets no clone.
MIPS = ["mips", "mips64", "mips64le", "mipsle"]
S390_ARCHES = ["s390", "s390x"]
OTHER_ARCHES = ["386", "amd64", "arm", "arm64", "loong64", "ppc64", "ppc64le", "riscv64"]
ENOSYS, ENOSYS_MIPS = 38, 89

# The architectures a profile covers, native one first; absent: the native one only.
# containerd also has cases for "mips64n32", "mipsel64" and "mipsel64n32", which no Go
# toolchain calls itself, so they never apply and are left out.
ARCH_MAP = [
    ("amd64", "X86_64", ["X86", "X32"]),
    ("arm64", "AARCH64", ["ARM"]),
    ("mips64", "MIPS64", ["MIPS", "MIPS64N32"]),
    ("riscv64", "RISCV64", []),
    ("s390x", "S390X", ["S390"]),
]
ARCH_MAP_SINCE = {"loong64": ((2, 1), "LOONGARCH64", [])}  # checked for 2.1.9 only

# --- rules ---------------------------------------------------------------------------

Rule = collections.namedtuple("Rule", "name action errno args")
Case = collections.namedtuple("Case", "path goarch kernel caps archs default rules")

FULL = 0xFFFFFFFF
AF_VSOCK = 40


def die(message):
    sys.exit(f"derive.py: {message}")


def read_args(args):
    """Arguments as a sorted tuple of (index, op, value, valueTwo)."""
    return tuple(sorted((a["index"], a["op"], a["value"], a.get("valueTwo", 0))
                        for a in args or []))


def read_rules(syscalls):
    """One Rule per name: containerd's order and grouping mean nothing."""
    return {Rule(name, s["action"], s.get("errnoRet"), read_args(s.get("args")))
            for s in syscalls for name in s["names"]}


def kernel_tuple(text):
    return tuple(int(n) for n in re.match(r"(\d+)\.(\d+)", text).groups())


def read_cases(version_dir):
    """Every case below OUTDIR/VERSION."""
    cases = []
    for path in sorted(version_dir.glob("*/kernel-*/*.json")):
        config = json.loads(path.read_text())
        seccomp = config["linux"]["seccomp"]
        unknown = set(seccomp) - {"defaultAction", "architectures", "syscalls"}
        if unknown:
            die(f"{path}: cannot express {sorted(unknown)}")
        cases.append(Case(
            path, path.parent.parent.name, path.parent.name.removeprefix("kernel-"),
            frozenset(config["process"].get("capabilities", {}).get("bounding", [])),
            seccomp.get("architectures", []), seccomp["defaultAction"],
            read_rules(seccomp["syscalls"])))
    return cases


# --- make ----------------------------------------------------------------------------

def pick(cases, caps, new):
    """The amd64 case with this bounding set on a kernel from (or before) 4.8."""
    for c in cases:
        is_new = kernel_tuple(c.kernel) >= kernel_tuple(PTRACE_KERNEL)
        if c.goarch == "amd64" and c.caps == frozenset(caps) and is_new == new:
            return c
    return die(f"no case with {sorted(caps)} on a kernel {'from' if new else 'before'} "
               f"{PTRACE_KERNEL}")


def entries(rules, **gate):
    """Profile entries for a set of rules: plain ones together, the rest one by one."""
    out = []
    plain = collections.defaultdict(list)
    for r in rules:
        if not r.args:
            plain[(r.action, r.errno)].append(r.name)
    for (action, errno), names in sorted(plain.items(), key=str):
        out.append(entry(sorted(names), action, errno, (), gate))
    for r in sorted((r for r in rules if r.args), key=lambda r: (r.name, r.args)):
        out.append(entry([r.name], r.action, r.errno, r.args, gate))
    return out


def entry(names, action, errno, args, gate):
    e = {"names": names, "action": action}
    if errno is not None:
        e["errnoRet"] = errno
    if args:
        e["args"] = [write_arg(*a) for a in args]
    for side in ("includes", "excludes"):
        if gate.get(side):
            e[side] = gate[side]
    return e


def write_arg(index, op, value, value_two):
    arg = {"index": index, "value": value}
    if op == "SCMP_CMP_MASKED_EQ":  # value is the mask, valueTwo the datum
        arg["valueTwo"] = value_two
    elif value_two:
        die(f"valueTwo with {op}")
    arg["op"] = op
    return arg


def by_arch(rule):
    """What the rules that SYS_ADMIN takes away are elsewhere than on amd64."""
    if rule.name == "clone" and len(rule.args) == 1 and rule.args[0][0] == 0:
        moved = rule._replace(args=((1, *rule.args[0][1:]),))
        return [(sorted(OTHER_ARCHES + MIPS), rule), (S390_ARCHES, moved)]
    if rule.name == "clone3" and rule.errno == ENOSYS:
        return [(sorted(OTHER_ARCHES + S390_ARCHES), rule),
                (MIPS, rule._replace(errno=ENOSYS_MIPS))]
    return die(f"{rule} is not as in containerd's source")


def make_profile(cases, version):
    none = pick(cases, [], new=False)
    amd64_calls = next(calls for arches, calls in ARCH_CALLS if arches == ["amd64"])
    arch_rules = {r for r in none.rules if r.name in amd64_calls}
    if len(arch_rules) != len(amd64_calls) or any(r.args for r in arch_rules):
        die("the amd64 calls are not as in containerd's source")

    # What every capability alone changes; on the old kernel, where ptrace is not
    # allowed anyway, so that CAP_SYS_PTRACE shows all it gives.
    adds, takes = {}, collections.defaultdict(list)
    for cap in sorted({c for case in cases for c in case.caps}):
        rules = pick(cases, [cap], new=False).rules
        adds[cap] = rules - none.rules
        for r in none.rules - rules:
            takes[r].append(cap)

    newer = pick(cases, [], new=True).rules - none.rules
    if none.rules - pick(cases, [], new=True).rules:
        die("a newer kernel takes a rule away")

    syscalls = entries(none.rules - arch_rules - set(takes))
    syscalls += entries(newer, includes={"minKernel": PTRACE_KERNEL})
    for arches, calls in ARCH_CALLS:
        syscalls.append(entry(calls, "SCMP_ACT_ALLOW", None, (),
                              {"includes": {"arches": arches}}))
    for cap, rules in adds.items():
        syscalls += entries(rules, includes={"caps": [cap]})
    for r, caps in sorted(takes.items()):
        for arches, variant in by_arch(r):
            syscalls += entries({variant}, includes={"arches": arches},
                                excludes={"caps": caps})

    archs = [(native, subs) for _, native, subs in ARCH_MAP]
    archs += [(native, subs) for since, native, subs in ARCH_MAP_SINCE.values()
              if version >= since]
    return {
        "defaultAction": none.default,
        "archMap": [{"architecture": "SCMP_ARCH_" + native,
                     "subArchitectures": ["SCMP_ARCH_" + s for s in subs]}
                    for native, subs in archs],
        "syscalls": syscalls,
    }


# --- verify --------------------------------------------------------------------------

def expand(profile, goarch, caps, kernel):
    """(architectures, default, rules) that the file means, by moby's rules."""
    native = {g: n for g, n, _ in ARCH_MAP}
    native.update({g: n for g, (_, n, _) in ARCH_MAP_SINCE.items()})
    archs = []
    for m in profile["archMap"]:
        if m["architecture"] == "SCMP_ARCH_" + native.get(goarch, ""):
            archs = [m["architecture"]] + m["subArchitectures"]
    chosen = []
    for s in profile["syscalls"]:
        inc, exc = s.get("includes", {}), s.get("excludes", {})
        if (set(inc.get("caps", [])) <= caps
                and goarch in inc.get("arches", [goarch])
                and kernel_tuple(kernel) >= kernel_tuple(inc.get("minKernel", "0.0"))
                and not set(exc.get("caps", [])) & caps):
            chosen.append(s)
    return archs, profile["defaultAction"], read_rules(chosen)


def verify_version(cases, profile):
    """Says what differs; returns the number of cases that do."""
    if "defaultErrnoRet" in profile:  # read_cases() refuses one in config.json
        die("containerd writes no defaultErrnoRet")
    bad = 0
    for c in cases:
        archs, default, rules = expand(profile, c.goarch, c.caps, c.kernel)
        if (sorted(archs), default, rules) != (sorted(c.archs), c.default, c.rules):
            bad += 1
            print(f"DIFFERS {c.path}\n  architectures {archs} {c.archs}\n"
                  f"  only in the file: {sorted(rules - c.rules, key=str)}\n"
                  f"  only in containerd: {sorted(c.rules - rules, key=str)}")
    return bad


def program_rules(program, version, caps):
    """What `oci-confine defaults` makes of it: architectures, default, rules."""
    out = subprocess.run(
        [program, "defaults", "--caps", ",".join(sorted(caps)) or "none", version],
        check=True, capture_output=True, text=True).stdout
    seccomp = json.loads(out)
    if seccomp.get("defaultErrnoRet", 1) != 1:
        die(f"{program}: not EPERM by default")
    return seccomp["architectures"], seccomp["defaultAction"], read_rules(seccomp["syscalls"])


def verify_program(cases, program, version):
    """Says what differs; returns how many cases were held against the program, and how many
    differ. It resolves for the kernel that it runs on."""
    cases = [c for c in cases if c.goarch == "amd64" and c.kernel == os.uname().release]
    bad = 0
    for c in cases:
        archs, default, rules = program_rules(program, version, c.caps)
        if (sorted(archs), default, rules) != (sorted(c.archs), c.default, c.rules):
            bad += 1
            print(f"DIFFERS {c.path}\n  architectures {archs} {c.archs}\n"
                  f"  only in the program: {sorted(rules - c.rules, key=str)}\n"
                  f"  only in containerd: {sorted(c.rules - rules, key=str)}")
    return len(cases), bad


# --- the baseline --------------------------------------------------------------------

FAMILIES = 64  # socket families are numbered below AF_MAX, 46 in Linux 6.18


def all_but(value, below=FAMILIES):
    """Disjoint (mask, datum) pairs over 32 bits that together match every number under
    `below`, a power of two, but `value`: those that first differ from it at the highest
    bit, at the next one, ..."""
    pairs = []
    for bit in reversed(range(below.bit_length() - 1)):
        mask = FULL + 1 - (1 << bit)
        pairs.append((mask, (value ^ 1 << bit) & mask))
    return pairs


def make_baseline(profile):
    """The 2.1 profile with the socket family compared as the int it is. personality keeps
    containerd's comparison: its list is one of allowed values, so a high half only loses."""
    out = dict(profile, syscalls=[])
    seen = collections.Counter()
    for s in profile["syscalls"]:
        name, args = s["names"][0], read_args(s.get("args"))
        if name == "socket" and args:
            if args != ((0, "SCMP_CMP_NE", AF_VSOCK, 0),) or len(s) != 3:
                die("socket's rule is not the expected one")
            conditions = all_but(AF_VSOCK)
        else:
            out["syscalls"].append(s)
            continue
        seen[name] += 1
        for mask, datum in conditions:
            out["syscalls"].append(entry(
                [name], s["action"], None, ((0, "SCMP_CMP_MASKED_EQ", mask, datum),), {}))
    if seen["socket"] != 1:
        die("the 2.1 profile is not as expected")
    return out


def matches(arg, value):
    index, op, a, b = arg
    assert index == 0
    return {"SCMP_CMP_EQ": value == a, "SCMP_CMP_NE": value != a,
            "SCMP_CMP_MASKED_EQ": value & a == b}[op]


def allowed(rules, name, value):
    """How many rules allow name(value, ...); the default refuses."""
    return sum(1 for r in rules if r.name == name and r.action == "SCMP_ACT_ALLOW"
               and all(matches(a, value) for a in r.args))


def boundary_values(near):
    """64-bit values around everything that matters: all small ones, powers of two and
    the values of the rules +-2, as the low half and as the high half."""
    low = set(range(1024))
    for v in [1 << n for n in range(33)] + list(near):
        low |= {(v + d) & FULL for d in range(-2, 3)}
        low |= {v ^ 1 << n for n in range(32)} if v <= FULL else set()
    high = {0, 1, 2, 0x28, 0x7FFFFFFF, 0x80000000, FULL} | {1 << n for n in range(32)}
    return (h << 32 | v for h, v in itertools.product(sorted(high), sorted(low)))


def check_baseline(original, baseline):
    """Holds the two files against each other. What must be so, for v of 64 bits and
    low(v) its lower half, which is all that the kernel looks at:
      baseline(v) = baseline(low(v)), by exactly one rule, and what original(low(v)) says
      of every number that can be a socket family, and never looser elsewhere."""
    old, new = read_rules(original["syscalls"]), read_rules(baseline["syscalls"])
    changed = {"socket": [AF_VSOCK]}
    if {r for r in old if r.name not in changed} != {r for r in new if r.name not in changed}:
        die("the baseline differs in more than socket")
    for name, near in changed.items():
        points, tighter, wider = 0, 0, 0
        for v in boundary_values(near):
            got, want = allowed(new, name, v), allowed(old, name, v & FULL)
            if v & FULL >= FAMILIES:
                want = 0
            if got != min(want, 1):
                die(f"{name}({v:#x}): {got} rules allow it, {want} the original's low half")
            was = allowed(old, name, v) > 0
            tighter += was and not got
            wider += bool(got) and not was
            if wider:
                die(f"{name}({v:#x}): allowed here, refused by containerd")
            if v < FAMILIES and was != bool(got):
                die(f"{name}({v:#x}): differs though it can be a family")
            points += 1
        print(f"{name}: {points} values as they should be; refused now but not before: "
              f"{tighter}, none of them a family")
    # Not only at points: the socket conditions are disjoint, none matches AF_VSOCK, and
    # their sizes add up to all other families.
    cubes = [r.args[0][2:] for r in new if r.name == "socket"]
    for (m1, d1), (m2, d2) in itertools.combinations(cubes, 2):
        if (d1 ^ d2) & m1 & m2 == 0:
            die("two socket conditions overlap")
    if (any(AF_VSOCK & m == d or m > FULL for m, d in cubes)
            or sum(1 << 32 - bin(m).count("1") for m, _ in cubes) != FAMILIES - 1):
        die("the socket conditions are not every family but AF_VSOCK")
    print(f"socket: {len(cubes)} disjoint conditions cover all families but AF_VSOCK")


# --- files ---------------------------------------------------------------------------

def wrap(names, indent, prefix, width=100):
    """A JSON array of strings, several a line. In a long one every initial letter
    begins a line, so that a name more or less does not shift all that follow."""
    one = prefix + json.dumps(names)
    if len(indent + one) + 1 <= width:
        return [indent + one]
    lines, line = [indent + prefix + "["], ""
    for i, name in enumerate(names):
        word = json.dumps(name) + ("," if i + 1 < len(names) else "")
        new_letter = len(names) > 50 and i > 0 and name[0] != names[i - 1][0]
        if line and (new_letter or len(indent) + 2 + len(line) + 1 + len(word) > width):
            lines.append(indent + "  " + line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return lines + [indent + "  " + line, indent + "]"]


def to_text(profile):
    def rule(s):
        parts = []
        for key, value in s.items():
            prefix = json.dumps(key) + ": "
            if key == "names":
                parts.append("\n".join(wrap(value, " " * 6, prefix)))
            elif key == "includes" and len(json.dumps(value)) > 80:
                inner = ",\n".join("\n".join(wrap(v, " " * 8, json.dumps(k) + ": "))
                                   for k, v in value.items())
                parts.append(" " * 6 + prefix + "{\n" + inner + "\n" + " " * 6 + "}")
            else:
                parts.append(" " * 6 + prefix + json.dumps(value))
        return "    {\n" + ",\n".join(parts) + "\n    }"

    head = [f"  {json.dumps(k)}: {json.dumps(v)},\n" for k, v in profile.items()
            if k not in ("archMap", "syscalls")]
    archs = ",\n".join("    " + json.dumps(m) for m in profile["archMap"])
    rules = ",\n".join(rule(s) for s in profile["syscalls"])
    text = ("{\n" + "".join(head) + '  "archMap": [\n' + archs + "\n  ],\n"
            '  "syscalls": [\n' + rules + "\n  ]\n}\n")
    assert json.loads(text) == profile
    return text


def data_file(data_dir, version):
    return data_dir / f"runtime-default-{version[0]}.{version[1]}.json"


def versions(out_dir):
    """(version, its folder) for every containerd in OUTDIR, oldest first."""
    return sorted((kernel_tuple(p.name), p) for p in out_dir.iterdir()
                  if re.fullmatch(r"\d+\.\d+\.\d+", p.name))


def summary(profile):
    plain = [s for s in profile["syscalls"]
             if not set(s) & {"args", "includes", "excludes"}]
    return (f"{sum(len(s['names']) for s in plain)} calls allowed whatever the "
            f"capabilities, kernel and architecture; {len(profile['syscalls'])} entries, "
            f"{len({n for s in profile['syscalls'] for n in s['names']})} calls named")


def check_format(path, profile):
    """Only keys of the format, names sorted and unique, no name twice under one gate."""
    def keys(value, allowed_keys, what):
        if set(value) - set(allowed_keys):
            die(f"{path}: unknown keys {set(value) - set(allowed_keys)} in {what}")

    keys(profile, ["defaultAction", "defaultErrnoRet", "archMap", "syscalls"], "the file")
    seen = set()
    for s in profile["syscalls"]:
        keys(s, ["names", "action", "errnoRet", "args", "includes", "excludes"], "a rule")
        keys(s.get("includes", {}), ["caps", "arches", "minKernel"], "includes")
        keys(s.get("excludes", {}), ["caps"], "excludes")
        for a in s.get("args", []):
            keys(a, ["index", "value", "valueTwo", "op"], "args")
        if s["names"] != sorted(set(s["names"])):
            die(f"{path}: names not sorted and unique: {s['names']}")
        for name in s["names"]:
            same = json.dumps([name, s.get("args"), s.get("includes"), s.get("excludes")])
            if same in seen:
                die(f"{path}: {name} twice")
            seen.add(same)
    if to_text(profile) != path.read_text():
        die(f"{path}: not formatted as this script formats it")


def check(data_dir):
    """Everything about the files that can be checked without containerd."""
    notes = (data_dir / "SOURCES.md").read_text()
    paths = sorted(data_dir.glob("runtime-default*.json"))
    for path in paths:
        profile = json.loads(path.read_text())
        check_format(path, profile)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if f"{digest}  {path.name}\n" not in notes:
            die(f"{path.name} is {digest}: not what SOURCES.md says")
        print(f"{path.name}: {summary(profile)}")
    original = json.loads((data_dir / "runtime-default-2.1.json").read_text())
    baseline = json.loads((data_dir / "runtime-default.json").read_text())
    if make_baseline(original) != baseline:
        die("runtime-default.json is not what `derive.py baseline` makes")
    check_baseline(original, baseline)


def main(argv):
    if len(argv) == 4 and argv[1] in ("make", "verify"):
        out_dir, data_dir = map(pathlib.Path, argv[2:])
        bad = 0
        for version, folder in versions(out_dir):
            cases, path = read_cases(folder), data_file(data_dir, version)
            if argv[1] == "make":
                profile = make_profile(cases, version)
                path.write_text(to_text(profile))
                print(f"{path.name}: {summary(profile)}")
            else:
                wrong = verify_version(cases, json.loads(path.read_text()))
                bad += wrong
                count = collections.Counter(c.goarch for c in cases)
                print(f"containerd {folder.name}: {len(cases) - wrong} of {len(cases)} "
                      f"cases equal ({', '.join(f'{g} {n}' for g, n in count.items())})")
        return 1 if bad else 0
    if len(argv) == 4 and argv[1] == "program":
        bad = held = 0
        for version, folder in versions(pathlib.Path(argv[2])):
            count, wrong = verify_program(read_cases(folder), argv[3],
                                          f"{version[0]}.{version[1]}")
            print(f"containerd {folder.name}: {count - wrong} of {count} cases equal "
                  f"what {pathlib.Path(argv[3]).name} makes")
            bad, held = bad + wrong, held + count
        return 1 if bad or not held else 0
    if len(argv) == 3 and argv[1] == "baseline":
        data_dir = pathlib.Path(argv[2])
        original = json.loads((data_dir / "runtime-default-2.1.json").read_text())
        (data_dir / "runtime-default.json").write_text(to_text(make_baseline(original)))
        return 0
    if len(argv) == 3 and argv[1] == "check":
        check(pathlib.Path(argv[2]))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
