import { effect, signal } from '@preact/signals';

/** Not shown in the table of devices until asked for: the page of a device has them. */
const HIDDEN_FIRST: readonly string[] = ['received'];

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'dense';

/** The user's choices, kept in this browser. public/theme.js reads the theme before the first paint. */
export class Preferences {
  readonly theme = signal<Theme>(read('theme', ['system', 'light', 'dark']));
  readonly density = signal<Density>(read('density', ['comfortable', 'dense']));
  /** Keys of the columns that the table of devices leaves out. */
  readonly hiddenColumns = signal<readonly string[]>(readList('hidden-columns', HIDDEN_FIRST));
  readonly stop: () => void;

  constructor() {
    const root = document.documentElement;
    this.stop = effect(() => {
      const theme = this.theme.value;
      if (theme === 'system') {
        delete root.dataset['theme'];
      } else {
        root.dataset['theme'] = theme;
      }
      root.dataset['density'] = this.density.value;
      write('theme', theme);
      write('density', this.density.value);
      write('hidden-columns', this.hiddenColumns.value.join(' '));
    });
  }
}

function read<T extends string>(name: string, known: readonly [T, ...T[]]): T {
  try {
    const value = localStorage.getItem(`devicefleet.${name}`);
    return known.find((k) => k === value) ?? known[0];
  } catch {
    return known[0]; // no storage: the default, for this visit
  }
}

function readList(name: string, otherwise: readonly string[]): readonly string[] {
  try {
    const value = localStorage.getItem(`devicefleet.${name}`);
    return value === null ? otherwise : value.split(' ').filter((part) => part !== '');
  } catch {
    return otherwise;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`devicefleet.${name}`, value);
  } catch {
    /* no storage: the choice lasts for this visit */
  }
}
