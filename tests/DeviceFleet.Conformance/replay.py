#!/usr/bin/env python3
"""Replays scenarios one by one, for a test runner: a scenario's name in on a line of standard input, its result out as a line of JSON.

A name "workflows/NAME" is a scenario of the folder workflows, which needs its npm packages (workflows/README.md).

{"result": "equal" | "different" | "unavailable", "why": text, "always": bool, "differences": [text], "seconds": number}

"always": it is unavailable everywhere, because it is about daprd alone; else a program is missing.

The program under test is named by the environment, as for run.py (README.md). Wording of error messages does not count.
"""
import json
import shutil
import sys
import time

from kit import compare as comparer
from kit.launcher import Settings
from kit.runner import run_case, unavailable
from run import HERE, load_cases, rec_path
from workflows import run_workflows

WORKFLOWS = "workflows/"


def differences(case, recording, settings):
    observed, error, _ = run_case(case, settings)
    if error:
        return [error]
    return [str(d) for d in comparer.compare(case, recording, observed) if not d.message_only]


def replay(case, settings):
    why = unavailable(case, settings)
    if why:
        return {"result": "unavailable", "why": why, "always": bool(case.get("daprd_only"))}
    recording = json.loads(rec_path(HERE / "recordings", case).read_text())
    found = differences(case, recording, settings)
    return {"result": "different" if found else "equal", "differences": found}


def workflow_differences(scenario, recording, settings):
    observed, error, _ = run_workflows.run_scenario(scenario, settings, keep=False)
    if error:
        return [error]
    return [str(d) for d in run_workflows.compare(recording, observed, "loose", settings.target) if not d.message_only]


def replay_workflow(name, settings):
    folder = HERE / "workflows"
    if not shutil.which("node"):
        return {"result": "unavailable", "why": "node is not installed"}
    if not (folder / "node_modules" / "@dapr" / "dapr").exists():
        return {"result": "unavailable", "why": "'npm ci --ignore-scripts' has not been run in the folder workflows"}
    scenario = run_workflows.Scenario(folder / "scenarios" / f"{name}.mjs")
    if "daprd" in scenario.needs:
        return {"result": "unavailable", "why": scenario.needs["daprd"], "always": True}
    recording = json.loads((folder / "recordings" / f"{name}.json").read_text())
    found = workflow_differences(scenario, recording, settings)
    return {"result": "different" if found else "equal", "differences": found}


def main():
    settings = Settings()
    cases = {case["name"]: case for case in load_cases(HERE / "cases")}
    out = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        began = time.monotonic()
        name = line.strip()
        answer = replay_workflow(name.removeprefix(WORKFLOWS), settings) if name.startswith(WORKFLOWS) else replay(cases[name], settings)
        answer["seconds"] = round(time.monotonic() - began, 2)
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
