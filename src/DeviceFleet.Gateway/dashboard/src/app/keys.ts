// Keys that work on every page. A pure step function, and a thin binding to the document.
export type KeyCommand = 'search' | 'go-devices' | 'go-fleet' | 'go-alarms' | 'go-groups' | 'go-rules' | 'go-provisioning' | 'go-rollouts' | 'help' | 'back';

export const KEYS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'search devices' },
  { keys: ['g', 'f'], does: 'go to the fleet' },
  { keys: ['g', 'd'], does: 'go to the devices' },
  { keys: ['g', 'a'], does: 'go to the alarms' },
  { keys: ['g', 'p'], does: 'go to provisioning' },
  { keys: ['g', 'o'], does: 'go to the rollouts' },
  { keys: ['g', 'g'], does: 'go to the groups' },
  { keys: ['g', 'r'], does: 'go to the rules' },
  { keys: ['↑', '↓'], does: 'move in the table of devices' },
  { keys: ['Enter'], does: 'open the device' },
  { keys: ['j', 'k'], does: 'alarms, provisioning: next, previous' },
  { keys: ['a'], does: 'alarms: acknowledge' },
  { keys: ['s'], does: 'alarms: assign' },
  { keys: ['c'], does: 'alarms: clear' },
  { keys: ['o'], does: 'alarms: open the device' },
  { keys: ['a', 'r', 's', 'c'], does: 'provisioning: approve, retry, skip, compensate' },
  { keys: ['?'], does: 'show these keys' },
  { keys: ['Esc'], does: 'close, or go back' },
];

/** How long `g` waits for its second key, ms. */
export const SECOND_KEY_MS_MAX = 1_200;

const AFTER_G: Readonly<Record<string, KeyCommand>> = { d: 'go-devices', f: 'go-fleet', a: 'go-alarms', p: 'go-provisioning', o: 'go-rollouts', g: 'go-groups', r: 'go-rules' };

export interface KeyStep {
  readonly command: KeyCommand | null;
  /** When `g` was pressed and waits; null: it does not. */
  readonly waitingSince: number | null;
}

export function stepKey(waitingSince: number | null, key: string, now: number): KeyStep {
  if (waitingSince !== null && now - waitingSince <= SECOND_KEY_MS_MAX) {
    const command = AFTER_G[key];
    if (command !== undefined) {
      return { command, waitingSince: null };
    }
  }
  switch (key) {
    case 'g': return { command: null, waitingSince: now };
    case '/': return { command: 'search', waitingSince: null };
    case '?': return { command: 'help', waitingSince: null };
    case 'Escape': return { command: 'back', waitingSince: null };
    default: return { command: null, waitingSince: null };
  }
}

/** Binds the document's keys; typing in a field is left alone. What is no key of ours goes to `page`, which says whether it took it. The result unbinds. */
export function bindKeys(run: (command: KeyCommand) => void, page: (key: string) => boolean): () => void {
  let waitingSince: number | null = null;
  const onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement | null;
    const typing = target !== null && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector('dialog[open]') !== null) {
      return;
    }
    const step = stepKey(waitingSince, event.key, performance.now());
    waitingSince = step.waitingSince;
    if (step.command !== null) {
      event.preventDefault();
      run(step.command);
    } else if (step.waitingSince === null && page(event.key)) {
      event.preventDefault();
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
