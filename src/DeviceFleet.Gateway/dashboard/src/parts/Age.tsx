import { useStore } from '../app/context';
import { age, instant } from '../state/format';

/** How long ago, live; the moment itself on hover. */
export function Age({ at, none = 'never' }: { readonly at: number | null; readonly none?: string }) {
  const { now } = useStore();
  return at === null ? <span class="none">{none}</span> : <span title={instant(at)}>{age(now.value - at)}</span>;
}
