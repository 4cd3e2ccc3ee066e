// Rules and types in force: read with the first snapshot, after each lost connection, and when asked.
import { computed, signal } from '@preact/signals';
import { failed, loading, ready, type Loadable } from '../state/problem';
import { commonUnits, unitsOf, type Units } from '../state/units';
import type { Api } from '../wire/api';
import type { WireEvent } from '../wire/events';
import { decodeSettings, type Settings } from '../wire/rules';
import { ask } from './asking';

export class SettingsReader {
  readonly settings = signal<Loadable<Settings>>(loading);
  readonly #types = computed(() => {
    const { value } = this;
    return new Map((value?.types ?? []).map((type) => [type.id, type]));
  });

  constructor(private readonly api: Api) {}

  get value(): Settings | null {
    const settings = this.settings.value;
    return settings.kind === 'ready' ? settings.value : null;
  }

  note(event: WireEvent): void {
    if (event.kind === 'snapshot') {
      void this.read();
    }
  }

  async read(): Promise<void> {
    const outcome = await ask(this.api, 'The settings could not be read', decodeSettings, 'GET', '/api/settings');
    this.settings.value = outcome.ok ? ready(outcome.value) : failed(this.settings.peek(), outcome.problem);
  }

  /** Units of a device type's metrics; what the type does not say is guessed from the name. */
  units(type: string | null): Units {
    return unitsOf(type === null ? undefined : this.#types.value.get(type));
  }

  /** Units of the types that a rule is for. */
  unitsOfRule(types: readonly string[]): Units {
    return types.length === 0 ? this.unitsOfAll() : commonUnits(types.map((type) => this.#types.value.get(type)).filter((type) => type !== undefined));
  }

  /** Units where devices of all types stand together: none where the types disagree. */
  unitsOfAll(): Units {
    return commonUnits([...this.#types.value.values()]);
  }
}
