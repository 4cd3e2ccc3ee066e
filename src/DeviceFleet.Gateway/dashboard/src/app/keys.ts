// Keys that work on every page. A pure step function, and a thin binding to the document.
export type KeyCommand = 'search' | 'go-devices' | 'go-fleet' | 'help' | 'back';

export const KEYS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'search devices' },
  { keys: ['g', 'f'], does: 'go to the fleet' },
  { keys: ['g', 'd'], does: 'go to the devices' },
  { keys: ['↑', '↓'], does: 'move in the table of devices' },
  { keys: ['Enter'], does: 'open the device' },
  { keys: ['?'], does: 'show these keys' },
  { keys: ['Esc'], does: 'close, or go back' },
];

/** How long `g` waits for its second key, ms. */
export const SECOND_KEY_MS_MAX = 1_200;

export interface KeyStep {
  readonly command: KeyCommand | null;
  /** When `g` was pressed and waits; null: it does not. */
  readonly waitingSince: number | null;
}

export function stepKey(waitingSince: number | null, key: string, now: number): KeyStep {
  if (waitingSince !== null && now - waitingSince <= SECOND_KEY_MS_MAX) {
    const command = key === 'd' ? 'go-devices' : key === 'f' ? 'go-fleet' : null;
    if (command !== null) {
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

/** Binds the document's keys; typing in a field is left alone. The result unbinds. */
export function bindKeys(run: (command: KeyCommand) => void): () => void {
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
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}
