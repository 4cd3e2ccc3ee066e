// What the groups' actors say of themselves: asked once for each group, then kept fresh by the hub.
import { signal } from '@preact/signals';
import type { Api } from '../wire/api';
import type { WireEvent } from '../wire/events';
import { decodeGroup, groupId, type GroupView } from '../wire/groups';
import { ask } from './asking';

/** Most groups asked for; those beyond are counted from the rows alone. */
const GROUPS_MAX = 200;
/** Requests under way at once. */
const TOGETHER = 4;

export class GroupViews {
  readonly views = signal<ReadonlyMap<string, GroupView>>(new Map());
  readonly #asked = new Set<string>();
  readonly #waiting: string[] = [];
  #running = 0;

  constructor(private readonly api: Api) {}

  want(paths: readonly string[]): void {
    for (const path of paths) {
      if (!this.#asked.has(path) && this.#asked.size < GROUPS_MAX) {
        this.#asked.add(path);
        this.#waiting.push(path);
      }
    }
    this.#next();
  }

  note(event: WireEvent): void {
    if (event.kind === 'group') {
      this.#keep(event.group);
    } else if (event.kind === 'snapshot') {
      this.#asked.clear(); // what changed while the connection was away is asked for anew
    }
  }

  #next(): void {
    while (this.#running < TOGETHER) {
      const path = this.#waiting.shift();
      if (path === undefined) {
        return;
      }
      this.#running++;
      void this.#read(path).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #read(path: string): Promise<void> {
    const outcome = await ask(this.api, `Group ${path} could not be read`, decodeGroup, 'GET', `/api/groups/${encodeURIComponent(groupId(path))}`);
    if (outcome.ok) {
      this.#keep(outcome.value); // else the rows' own count stays: a group of devices that were just registered has no actor yet
    }
  }

  #keep(group: GroupView): void {
    const known = this.views.peek();
    if ((known.get(group.path)?.revision ?? -1) <= group.revision) {
      this.views.value = new Map(known).set(group.path, group);
    }
  }
}
