#!/usr/bin/env python3
"""Conformance kit: record what a real sidecar does, verify that another implementation does the same.

  run.py list   [--filter REGEX]
  run.py lint
  run.py record [--filter REGEX] [--recordings DIR] [--repeat N] [--keep]
  run.py verify [--filter REGEX] [--recordings DIR] [--json FILE] [--messages exact|ignore] [--keep]
"""
import argparse
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from kit import compare as comparer        # noqa: E402
from kit.launcher import Settings          # noqa: E402
from kit.lint import lint                  # noqa: E402
from kit.runner import run_case, unavailable   # noqa: E402

HERE = Path(__file__).resolve().parent


def load_cases(folder):
    cases = []
    for f in sorted(Path(folder).glob("*.json")):
        try:
            doc = json.loads(f.read_text())
        except ValueError as e:
            raise SystemExit(f"{f.name}: {e}")
        for c in doc["cases"]:
            merged = {**doc.get("defaults", {}), **c, "area": f.stem}
            cases.append(merged)
    return cases


def case_sha(case):
    return hashlib.sha256(json.dumps({k: v for k, v in case.items() if k not in ("description", "tags")},
                                     sort_keys=True).encode()).hexdigest()[:16]


def selected(args):
    rx = re.compile(args.filter) if args.filter else None
    skip = re.compile(args.exclude) if args.exclude else None
    out = []
    for c in load_cases(args.cases):
        label = f"{c['area']}/{c['name']} " + " ".join(c.get("tags", []))
        if rx and not rx.search(label):
            continue
        if skip and skip.search(label):
            continue
        out.append(c)
    return out


def rec_path(folder, case):
    return Path(folder) / f"{case['name']}.json"


def need_binaries(settings):
    missing = settings.missing()
    if missing:
        raise SystemExit("set these to the paths of the programs under test: " + ", ".join(missing))


def strip_volatile(observed):
    return json.loads(json.dumps(observed))


def cmd_record(args):
    settings = Settings()
    need_binaries(settings)
    folder = Path(args.recordings)
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    passed = failed = skipped = 0
    unstable = []
    for case in selected(args):
        why = unavailable(case, settings)
        if why:
            skipped += 1
            print(f"SKIP {case['name']}: {why}", flush=True)
            continue
        t = time.monotonic()
        observed, error, run = run_case(case, settings, args.keep)
        if error and args.retry:
            print(f"     {case['name']}: {error.splitlines()[0]} - once more", flush=True)
            observed, error, run = run_case(case, settings, args.keep)
        if error:
            failed += 1
            print(f"FAIL {case['name']}: {error}", flush=True)
            continue
        diffs = []
        for _ in range(args.repeat - 1):
            again, e2, _r = run_case(case, settings, args.keep)
            diffs = [comparer.Diff("repeat", e2)] if e2 else comparer.compare(case, observed, again)
            if diffs:
                break
        doc = {"case": case["name"], "area": case["area"], "case_sha": case_sha(case), "target": settings.target,
               "version": run.version, "unstable": [str(d) for d in diffs], "suspect": run.suspect, **observed}
        rec_path(folder, case).write_text(json.dumps(doc, indent=1, ensure_ascii=False, sort_keys=False) + "\n")
        if args.raw:
            (folder / "raw" / f"{case['name']}.json").write_text(json.dumps(
                {"case": case["name"], "steps": run.raw_steps, "calls": run.raw_calls}, indent=1, ensure_ascii=False) + "\n")
        took = f"{time.monotonic() - t:.1f}s"
        for n in run.notes:
            print(f"     note: {n}")
        if run.suspect:
            failed += 1
            print(f"SUSPECT {case['name']} ({took}): recorded, but not as the case expects")
            for s in run.suspect:
                print(f"     {s}")
        elif diffs:
            failed += 1
            unstable.append(case["name"])
            print(f"UNSTABLE {case['name']} ({took}): two runs of the same program differ")
            for d in diffs[:6]:
                print(f"     {d}")
        else:
            passed += 1
            print(f"ok   {case['name']} ({took})")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def cmd_verify(args):
    settings = Settings()
    need_binaries(settings)
    passed = failed = skipped = 0
    report = []
    for case in selected(args):
        entry = {"case": case["name"], "area": case["area"]}
        report.append(entry)
        why = unavailable(case, settings)
        path = rec_path(args.recordings, case)
        if not why and not path.exists():
            why = "no recording"
        if not why:
            rec = json.loads(path.read_text())
            if rec.get("unstable") and not args.unstable:
                why = "its recording is marked unstable"
        if why:
            skipped += 1
            entry.update(result="skipped", why=why)
            print(f"SKIP {case['name']}: {why}", flush=True)
            continue
        if rec.get("case_sha") != case_sha(case):
            print(f"     note: {case['name']} changed since it was recorded")
            entry["stale"] = True
        t = time.monotonic()
        observed, error, run = run_case(case, settings, args.keep)
        diffs = [] if error else comparer.compare(case, rec, observed)
        if args.retry and (error or diffs):
            observed2, error2, run2 = run_case(case, settings, args.keep)
            diffs2 = [] if error2 else comparer.compare(case, rec, observed2)
            if not error2 and (error or len(diffs2) < len(diffs)):
                observed, error, run, diffs = observed2, error2, run2, diffs2
                entry["retried"] = True
        if args.messages == "ignore":
            diffs = [d for d in diffs if not d.message_only]
        entry["seconds"] = round(time.monotonic() - t, 2)
        if error:
            failed += 1
            entry.update(result="failed", error=error)
            print(f"FAIL {case['name']}: {error}")
        elif diffs:
            failed += 1
            entry.update(result="failed", diffs=[str(d) for d in diffs],
                         message_only=all(d.message_only for d in diffs))
            print(f"FAIL {case['name']}: {len(diffs)} differences"
                  + (" (wording of error messages only)" if entry["message_only"] else ""))
            for d in diffs[:args.show]:
                print(f"     {d}")
            if len(diffs) > args.show:
                print(f"     ... and {len(diffs) - args.show} more")
        else:
            passed += 1
            entry.update(result="passed")
            print(f"ok   {case['name']} ({entry['seconds']}s)")
        for n in run.notes:
            print(f"     note: {n}")
        sys.stdout.flush()
    if args.json:
        areas = {}
        for e in report:
            a = areas.setdefault(e["area"], {"passed": 0, "failed": 0, "skipped": 0})
            a[e["result"]] += 1
        Path(args.json).write_text(json.dumps({"target": settings.target, "passed": passed, "failed": failed,
                                               "skipped": skipped, "areas": areas, "cases": report}, indent=1) + "\n")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def cmd_list(args):
    areas = {}
    for c in selected(args):
        areas.setdefault(c["area"], []).append(c)
    for a, cs in areas.items():
        print(f"{a} ({len(cs)})")
        for c in cs:
            print(f"  {c['name']}: {c.get('description', '')}")
    print(f"{sum(len(v) for v in areas.values())} cases")
    return 0


def cmd_lint(args):
    cases = load_cases(args.cases)
    problems = lint(cases, HERE / "components")
    for p in problems:
        print(p)
    bad = {p.split(":", 1)[0] for p in problems}
    print(f"{len(cases) - len(bad)} passed, {len(bad)} failed, 0 skipped")
    return 1 if problems else 0


def main(argv=None):
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest="cmd", required=True)

    def common(p):
        p.add_argument("--cases", default=str(HERE / "cases"))
        p.add_argument("--filter", help="a regular expression over 'area/name tags'")
        p.add_argument("--exclude", help="the opposite of --filter")
        return p
    common(sub.add_parser("list"))
    common(sub.add_parser("lint"))
    for name in ("record", "verify"):
        p = common(sub.add_parser(name))
        p.add_argument("--recordings", default=str(HERE / "recordings"))
        p.add_argument("--keep", action="store_true", help="keep each case's temporary folder (logs, resources)")
        p.add_argument("--retry", type=int, default=1, help="0: never run a case a second time")
        if name == "record":
            p.add_argument("--repeat", type=int, default=1, help="run each case N times; differing runs mark it unstable")
            p.add_argument("--no-raw", dest="raw", action="store_false", help="write no recordings/raw")
        else:
            p.add_argument("--json", help="write a machine-readable report")
            p.add_argument("--messages", choices=("exact", "ignore"), default="exact",
                           help="ignore: error messages may be worded differently (errorCode still counts)")
            p.add_argument("--unstable", action="store_true", help="verify cases whose recording is marked unstable too")
            p.add_argument("--show", type=int, default=8, help="differences printed per case")
    args = ap.parse_args(argv)
    return {"list": cmd_list, "lint": cmd_lint, "record": cmd_record, "verify": cmd_verify}[args.cmd](args)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(main())
